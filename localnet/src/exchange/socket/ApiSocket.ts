import { setTimeout } from 'node:timers/promises';
import type { WebSocket } from 'ws';
import type { Exchange } from '../Exchange.ts';
import { answerWithFaults } from '../faults/FaultyAnswer.ts';
import { textOf } from '../Parameters.ts';
import { ORDER_LIMITS, WEIGHT_LIMIT } from '../RateLimits.ts';
import type { WireAnswer, WireRequest } from '../Router.ts';

export const API_PATH = '/ws-fapi/v1';

/** Methods of the WebSocket API and the REST endpoints that they are. */
const METHODS: ReadonlyMap<string, string> = new Map([
  ['depth', 'GET /fapi/v1/depth'],
  ['ticker.price', 'GET /fapi/v2/ticker/price'],
  ['ticker.book', 'GET /fapi/v1/ticker/bookTicker'],
  ['order.place', 'POST /fapi/v1/order'],
  ['order.modify', 'PUT /fapi/v1/order'],
  ['order.cancel', 'DELETE /fapi/v1/order'],
  ['order.status', 'GET /fapi/v1/order'],
  ['algoOrder.place', 'POST /fapi/v1/algoOrder'],
  ['algoOrder.cancel', 'DELETE /fapi/v1/algoOrder'],
  ['account.balance', 'GET /fapi/v2/balance'],
  ['v2/account.balance', 'GET /fapi/v3/balance'],
  ['account.status', 'GET /fapi/v2/account'],
  ['v2/account.status', 'GET /fapi/v3/account'],
  ['account.position', 'GET /fapi/v2/positionRisk'],
  ['v2/account.position', 'GET /fapi/v3/positionRisk'],
  ['userDataStream.start', 'POST /fapi/v1/listenKey'],
  ['userDataStream.ping', 'PUT /fapi/v1/listenKey'],
  ['userDataStream.stop', 'DELETE /fapi/v1/listenKey'],
]);

type Fields = Readonly<Record<string, unknown>>;

/** Serves the WebSocket API over a connection: each message is one request, answered as the REST endpoint would. */
export function serveApi(exchange: Exchange, socket: WebSocket, address: string): void {
  socket.on('message', (data: Buffer, isBinary) => {
    void respond(exchange, isBinary ? '' : data.toString('utf8'), address).then((reply) => {
      if (exchange.socketFaults.halfOpen) return;
      if (reply === undefined) socket.terminate();
      else if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(reply));
    });
  });
  socket.on('ping', (data: Buffer) => {
    if (!exchange.socketFaults.halfOpen) socket.pong(data);
  });
}

/** The answer to one message; undefined when a fault cuts the connection instead. */
async function respond(exchange: Exchange, text: string, address: string): Promise<unknown> {
  const message = parse(text);
  const id = message?.['id'];
  const refuse = (status: number, code: number, msg: string): unknown => ({
    id: isId(id) ? id : null,
    status,
    error: { code, msg },
  });
  if (message === undefined || !isId(id)) return refuse(400, -1135, 'Invalid JSON Request');
  const { method, params = {} } = message;
  const endpoint = METHODS.get(textOf(method));
  if (endpoint === undefined) return refuse(400, -1020, 'This operation is not supported.');
  if (typeof params !== 'object' || params === null || Array.isArray(params))
    return refuse(400, -1135, 'Invalid JSON Request');
  const wire = wireOf(endpoint, params as Fields, address);
  try {
    const { answer } = await answerWithFaults(exchange, wire, (delayMs) => setTimeout(delayMs));
    if (answer === undefined) return undefined;
    const { status, body } = answer;
    const outcome = status === 200 ? { result: overSocket(textOf(method), body) } : { error: body };
    const says = textOf((params as Fields)['returnRateLimits'] ?? true) !== 'false';
    return { id, status, ...outcome, ...(says ? { rateLimits: rateLimitsOf(answer) } : {}) };
  } catch (error) {
    process.emitWarning(error instanceof Error ? error : String(error));
    return refuse(500, -1000, 'An unknown error occurred while processing the request.');
  }
}

/** A result as the WebSocket API words it: its account's assets say more than the REST endpoint's. */
function overSocket(method: string, body: unknown): unknown {
  if (method !== 'v2/account.status') return body;
  const account = body as Readonly<{ assets: readonly object[] }>;
  return { ...account, assets: account.assets.map((asset) => ({ ...asset, marginAvailable: true })) };
}

/** The request that the message is: what was signed is its parameters in the order of their names, unescaped. */
function wireOf(endpoint: string, params: Fields, address: string): WireRequest {
  const [method = '', path = ''] = endpoint.split(' ');
  const { signature, ...signed } = params;
  const query = Object.keys(signed)
    .sort()
    .map((name) => `${name}=${textOf(signed[name])}`)
    .join('&');
  const { apiKey } = params;
  return {
    method,
    path,
    query: signature === undefined ? query : `${query}&signature=${textOf(signature)}`,
    body: '',
    apiKey: typeof apiKey === 'string' ? apiKey : undefined,
    address,
    overSocket: true,
  };
}

function rateLimitsOf({ headers }: WireAnswer): unknown[] {
  const weight = headers['X-MBX-USED-WEIGHT-1M'];
  const [minute, tenSeconds] = [headers['X-MBX-ORDER-COUNT-1M'], headers['X-MBX-ORDER-COUNT-10S']];
  const counted = (limit: object, count: string | undefined): unknown[] =>
    count === undefined ? [] : [{ ...limit, count: Number(count) }];
  return [
    ...counted(WEIGHT_LIMIT, weight),
    ...counted(ORDER_LIMITS[0], minute),
    ...counted(ORDER_LIMITS[1], tenSeconds),
  ];
}

function isId(id: unknown): id is string | number | null {
  return id === null || typeof id === 'string' || (typeof id === 'number' && Number.isSafeInteger(id));
}

function parse(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Fields)
      : undefined;
  } catch {
    return undefined;
  }
}
