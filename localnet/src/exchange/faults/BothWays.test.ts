import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { ExchangeServer } from '../ExchangeServer.ts';
import { LOCAL_CREDENTIALS, sign } from '../Signature.ts';
import { eventually } from '../test/Eventually.ts';
import { Desk, type Ohlc } from '../test/Scenario.ts';
import { requestFault } from './FaultSchedule.ts';
import { REQUEST_FAULT_KINDS, type RequestFault } from './RequestFault.ts';
import { readTiers, VENUE_FAULT_KINDS, type VenueFault } from './VenueFault.ts';

const FALL: Ohlc = ['10', '10', '8', '9'];
const QUIET: Ohlc = ['10', '10', '10', '10'];
const ICP = { symbol: 'ICPUSDT' };
const TIERS = [{ minNotional: 0, maxNotional: 1000, mmr: 0.1, maxLeverage: 5 }];

/** Each fault as a form of the control port, and what it is in process. */
const FAULTS: readonly (readonly [
  form: Readonly<Record<string, string>>,
  fault: RequestFault | VenueFault,
])[] = [
  ...REQUEST_FAULT_KINDS.map((kind) => {
    const form: Record<string, string> = kind === 'refusal' ? { kind, code: '-2018' } : { kind };
    return [form, requestFault(kind, kind === 'refusal' ? { code: -2018 } : {})] as const;
  }),
  [
    { kind: 'frozen-mark', ...ICP },
    { kind: 'frozen-mark', ...ICP, on: true },
  ],
  [
    { kind: 'clock-skew', skewMs: '-60000' },
    { kind: 'clock-skew', skewMs: -60_000 },
  ],
  [
    { kind: 'delisting', ...ICP },
    { kind: 'delisting', ...ICP, stage: 'announced' },
  ],
  [
    { kind: 'symbol-rules', ...ICP, tickSize: '0.1', stepSize: '10', minNotional: '50' },
    { kind: 'symbol-rules', ...ICP, tickSize: '0.1', stepSize: '10', minNotional: '50' },
  ],
  [
    { kind: 'tiers', ...ICP, tiers: JSON.stringify(TIERS) },
    { kind: 'tiers', ...ICP, tiers: readTiers(TIERS, ICP.symbol) },
  ],
  [
    { kind: 'funding-interval', ...ICP, hours: '1' },
    { kind: 'funding-interval', ...ICP, hours: 1 },
  ],
  [
    { kind: 'deleveraging', ...ICP, quantity: '40' },
    { kind: 'deleveraging', ...ICP, quantity: '40' },
  ],
  [{ kind: 'socket-drop' }, { kind: 'socket-drop' }],
  [{ kind: 'socket-half-open' }, { kind: 'socket-half-open', on: true }],
  [{ kind: 'book-gap' }, { kind: 'book-gap', times: 1 }],
  [{ kind: 'duplicate-events' }, { kind: 'duplicate-events', times: 1 }],
];

/** A venue with a position and a client that follows it, to see what a fault does to both. */
class Witnessed {
  readonly desk = new Desk({
    bars: [FALL, QUIET, QUIET],
    options: { stopSlippage: 'none', now: () => 1e12 },
  });
  private readonly server = new ExchangeServer(this.desk.exchange);
  private base = '';
  private readonly heard: string[] = [];
  private socket: WebSocket | undefined;

  async open(): Promise<void> {
    this.base = await this.server.start(0);
    this.desk.market('BUY', '100');
    const key = this.desk.exchange.listenKeys.open();
    const url = `${this.base.replace('http', 'ws')}/stream?streams=icpusdt@depth/${key}`;
    this.socket = new WebSocket(url);
    // The key is of this run alone.
    this.socket.on('message', (data: Buffer) => this.heard.push(data.toString().replaceAll(key, 'key')));
    this.socket.on('close', () => this.heard.push('closed'));
    await new Promise((resolve) => this.socket?.once('open', resolve));
  }

  async close(): Promise<void> {
    this.socket?.terminate();
    await this.server.close();
  }

  get isCut(): boolean {
    return this.heard.includes('closed');
  }

  command(form: Readonly<Record<string, string>>): Promise<Response> {
    return fetch(`${this.base}/localnet/v1/faults`, { method: 'POST', body: new URLSearchParams(form) });
  }

  /** What a client meets from now on: an order, what is held, the rules, the mark, the sockets. */
  async experience(): Promise<unknown> {
    const order = await this.order();
    const { market, venue } = this.desk.exchange;
    const held = String(market.position.quantityE8);
    this.desk.exchange.advance('point');
    await this.settled();
    const mark = this.desk.public('/fapi/v1/premiumIndex', ICP)['markPrice'];
    const info = this.desk.public('/fapi/v1/exchangeInfo')['symbols'];
    const brackets = this.desk.list('/fapi/v1/leverageBracket', ICP);
    const funding = this.desk.public('/fapi/v1/fundingInfo');
    return { order, held, mark, info, brackets, funding, wallet: String(venue.walletE8), heard: this.heard };
  }

  private async order(): Promise<unknown> {
    const { apiKey, apiSecret } = LOCAL_CREDENTIALS;
    const order = { ...ICP, side: 'BUY', type: 'MARKET', quantity: '10', timestamp: String(1e12) };
    const text = new URLSearchParams(order).toString();
    const begin = performance.now();
    try {
      const reply = await fetch(`${this.base}/fapi/v1/order`, {
        method: 'POST',
        headers: { 'X-MBX-APIKEY': apiKey },
        body: `${text}&signature=${sign(text, apiSecret)}`,
      });
      const wasSlow = performance.now() - begin > 990;
      const after = reply.headers.get('retry-after');
      return { status: reply.status, after, body: await reply.text(), wasSlow };
    } catch {
      return 'no answer';
    }
  }

  /** Waits until nothing more is heard: a request by the socket would not come back from a half-open one. */
  private async settled(): Promise<void> {
    for (let before = -1; before !== this.heard.length;) {
      before = this.heard.length;
      await new Promise((resolve) => setTimeout(resolve, 60));
      // On a machine that was away meanwhile the time is over before the sockets are looked at.
      for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

let witnessed: Witnessed[];
const open = async (): Promise<Witnessed> => {
  const one = new Witnessed();
  witnessed.push(one);
  await one.open();
  return one;
};
beforeEach(() => (witnessed = []));
afterEach(() => Promise.all(witnessed.map((one) => one.close())));

describe('a fault on command', () => {
  test('is each of those that there are', () => {
    const kinds = FAULTS.map(([{ kind }]) => kind);
    expect(kinds).toEqual([...REQUEST_FAULT_KINDS, ...VENUE_FAULT_KINDS]);
  });

  test.each(FAULTS)(
    '(%j) does something, and the same by the control port as in process',
    async (form, fault) => {
      const [untouched, byPort, inProcess] = await Promise.all([open(), open(), open()]);
      expect((await byPort.command(form)).status).toBe(200);
      inProcess.desk.exchange.faults.add(inProcess.desk.exchange, [{ atMs: 0, fault }]);
      if (fault.kind === 'socket-drop') await eventually(() => byPort.isCut && inProcess.isCut).toBe(true);
      const [usual, one, other] = await Promise.all(
        [untouched, byPort, inProcess].map((it) => it.experience()),
      );
      expect(one).toEqual(other);
      expect(one).not.toEqual(usual);
    },
  );
});
