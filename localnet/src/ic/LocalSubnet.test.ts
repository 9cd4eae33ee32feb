import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { code, op } from '../../test/Assembler.ts';
import type { FunctionSource } from '../../test/Assembler.ts';
import {
  NO_ARGUMENT,
  canister,
  put,
  rejectOf,
  reply,
  replyOf,
  sys,
  takeArgument,
  testSubnet,
  word,
} from '../../test/TestCanister.ts';
import { ANONYMOUS, MANAGEMENT_CANISTER, canisterIdAt } from './CanisterId.ts';
import { LocalSubnet } from './LocalSubnet.ts';
import type { IngressMessage } from './Subnet.types.ts';

const utf8 = new TextEncoder();

/** Calls `raw_rand`, keeps the 32 bytes after the Candid header and the length, and replies. */
const functions: FunctionSource[] = [
  {
    name: 'canister_update random',
    body: (indexOf) =>
      code(
        code(op.i32(0), op.i32(0), op.i32(900), op.i32(8)),
        code(op.i32(0), op.i32(0), op.i32(0), op.i32(0), sys(indexOf, 'call_new')),
        code(op.i32(908), op.i32(6), sys(indexOf, 'call_data_append')),
        code(sys(indexOf, 'call_perform'), op.drop),
      ),
  },
  {
    name: 'onRandom',
    exported: false,
    params: ['i32'],
    body: (indexOf) =>
      code(
        takeArgument(indexOf, 100),
        op.i32(100),
        sys(indexOf, 'msg_arg_data_size'),
        sys(indexOf, 'msg_reply_data_append'),
        sys(indexOf, 'msg_reply'),
      ),
  },
  {
    name: 'canister_update count',
    body: (indexOf) => code(put(0, op.i32(0), op.i32Load(), op.i32(1), op.i32Add), reply(indexOf, 0, 4)),
  },
  { name: 'canister_query count?', body: (indexOf) => reply(indexOf, 0, 4) },
  {
    // Accepts messages whose argument is not empty.
    name: 'canister_inspect_message',
    body: (indexOf) =>
      code(
        put(0, op.i32(77)),
        sys(indexOf, 'msg_arg_data_size'),
        op.if,
        sys(indexOf, 'accept_message'),
        op.end,
      ),
  },
  {
    name: 'canister_update certify',
    body: (indexOf) =>
      code(
        takeArgument(indexOf, 100),
        op.i32(100),
        sys(indexOf, 'msg_arg_data_size'),
        sys(indexOf, 'certified_data_set'),
        reply(indexOf, 0, 0),
      ),
  },
  {
    name: 'canister_query certificate',
    body: (indexOf) =>
      code(
        code(
          op.i32(200),
          op.i32(0),
          sys(indexOf, 'data_certificate_size'),
          sys(indexOf, 'data_certificate_copy'),
        ),
        code(
          op.i32(200),
          sys(indexOf, 'data_certificate_size'),
          sys(indexOf, 'msg_reply_data_append'),
          sys(indexOf, 'msg_reply'),
        ),
      ),
  },
  {
    name: 'canister_query hasCertificate',
    body: (indexOf) => code(put(4, sys(indexOf, 'data_certificate_present')), reply(indexOf, 4, 4)),
  },
];
const wasm = canister(functions, {
  table: ['onRandom'],
  data: [
    { offset: 900, bytes: utf8.encode('raw_rand') },
    { offset: 908, bytes: Uint8Array.of(0x44, 0x49, 0x44, 0x4c, 0, 0) },
  ],
});

const setUp = (options: { seed?: string } = {}) => {
  const test = testSubnet(options);
  return { ...test, id: test.deploy(wasm) };
};

const messageTo = (canisterId: Uint8Array, method: string, arg = NO_ARGUMENT, nonce = 0): IngressMessage => ({
  requestId: createHash('sha256').update(`${method} ${nonce}`).digest(),
  sender: ANONYMOUS,
  canisterId,
  method,
  arg,
});

describe('ingress', () => {
  it('is received, then answered in a round; the same request id does not run twice', () => {
    const { subnet, id } = setUp();
    const message = messageTo(id, 'count');
    subnet.submit(message);
    expect(subnet.ingress(message.requestId)?.status).toEqual({ status: 'received' });
    subnet.run();
    const status = subnet.ingress(message.requestId)?.status;
    expect(status?.status === 'replied' && word(status.reply)).toBe(1);
    subnet.submit(message);
    subnet.run();
    expect(word(replyOf(subnet.callQuery(id, 'count?', NO_ARGUMENT)))).toBe(1);
  });

  it('that fails is rejected with its codes', () => {
    const { subnet, id } = setUp();
    const message = messageTo(id, 'absent');
    const lost = messageTo(canisterIdAt(9), 'count');
    subnet.submit(message);
    subnet.submit(lost);
    subnet.run();
    expect(subnet.ingress(message.requestId)?.status).toMatchObject({ rejectCode: 5, errorCode: 'IC0536' });
    expect(subnet.ingress(lost.requestId)?.status).toMatchObject({ rejectCode: 3, errorCode: 'IC0301' });
  });

  it('is forgotten when the same message could be let in no more', () => {
    const { subnet, clock, id } = setUp();
    const message = messageTo(id, 'count');
    subnet.submit(message);
    subnet.run();
    clock.advanceMs(329_000);
    subnet.tick();
    expect([...subnet.ingressRecords()]).toHaveLength(1);
    clock.advanceMs(1_001);
    subnet.tick();
    expect(subnet.ingress(message.requestId)).toBeUndefined();
  });

  it('changes the version of its record with every change of its status', () => {
    const { subnet, id } = setUp();
    const message = messageTo(id, 'count');
    subnet.submit(message);
    const received = subnet.ingress(message.requestId)?.version ?? 0;
    subnet.run();
    const replied = subnet.ingress(message.requestId)?.version ?? 0;
    expect(replied).toBeGreaterThan(received);
  });

  it('is seen by round listeners after the round, with its time', () => {
    const { subnet, id } = setUp();
    const seen: unknown[] = [];
    const message = messageTo(id, 'count');
    subnet.onRound(() => seen.push([subnet.timeNs(), subnet.ingress(message.requestId)?.status.status]));
    const before = subnet.timeNs();
    subnet.submit(message);
    subnet.run();
    expect(seen).toEqual([[before + 1n, 'replied']]);
  });
});

describe('inspection', () => {
  it('asks the canister and has no effects', () => {
    const { subnet, id } = setUp();
    const before = subnet.stateHash();
    expect(subnet.inspect(messageTo(id, 'count', Uint8Array.of(1)))).toEqual({ accepted: true });
    expect(subnet.inspect(messageTo(id, 'count'))).toMatchObject({
      accepted: false,
      rejectCode: 4,
      errorCode: 'IC0406',
    });
    expect(subnet.inspect(messageTo(id, 'absent', Uint8Array.of(1)))).toMatchObject({
      accepted: false,
      errorCode: 'IC0536',
    });
    expect(subnet.inspect(messageTo(canisterIdAt(9), 'count'))).toMatchObject({
      accepted: false,
      errorCode: 'IC0301',
    });
    expect(subnet.stateHash()).toBe(before);
  });

  it('lets messages pass when the canister does not inspect', () => {
    const { subnet, deploy } = testSubnet();
    const id = deploy(
      canister(
        functions.filter(({ name }) => name !== 'canister_inspect_message'),
        { table: ['onRandom'] },
      ),
    );
    expect(subnet.inspect(messageTo(id, 'count'))).toEqual({ accepted: true });
  });
});

describe('certified data', () => {
  it('is shown of the canister, and queries get the certificate from its source, asked only when needed', () => {
    const { subnet, id } = setUp();
    const flag = () => word(replyOf(subnet.callQuery(id, 'hasCertificate', NO_ARGUMENT)));
    expect(flag()).toBe(0);
    expect(rejectOf(subnet.callQuery(id, 'certificate', NO_ARGUMENT)).errorCode).toBe('IC0504');
    let asked = 0;
    subnet.setDataCertificateSource((canisterId) => {
      asked++;
      return Uint8Array.of(...canisterId, 1);
    });
    expect(flag()).toBe(1);
    expect(asked).toBe(0);
    expect(replyOf(subnet.callQuery(id, 'certificate', NO_ARGUMENT))).toEqual(Uint8Array.of(...id, 1));
    expect(asked).toBe(1);
    replyOf(subnet.callUpdate(id, 'certify', Uint8Array.of(5, 6)));
    expect(subnet.canister(id)?.certifiedData).toEqual(Uint8Array.of(5, 6));
    expect(rejectOf(subnet.callUpdate(id, 'certify', new Uint8Array(33))).errorCode).toBe('IC0504');
  });
});

describe('a run', () => {
  const history = (seed: string) => {
    const { subnet, clock, id } = setUp({ seed });
    for (let i = 0; i < 3; i++) {
      replyOf(subnet.callUpdate(id, 'count', NO_ARGUMENT));
      clock.advanceMs(1000);
    }
    const random = replyOf(subnet.callUpdate(id, 'random', NO_ARGUMENT));
    return { hash: subnet.stateHash(), random: Buffer.from(random.slice(-32)).toString('hex') };
  };

  it('repeats exactly from the same seed and messages', () => {
    expect(history('a')).toEqual(history('a'));
  });

  it('draws other random bytes from another seed, and others each time', () => {
    expect(history('a').random).not.toBe(history('b').random);
    const { subnet, id } = setUp();
    const draw = () => Buffer.from(replyOf(subnet.callUpdate(id, 'random', NO_ARGUMENT))).toString('hex');
    expect(draw()).not.toBe(draw());
  });

  it('ends a round after 4 G instructions and goes on in the next', () => {
    const { subnet, deploy } = testSubnet();
    const heavy = canister([
      {
        name: 'canister_update heavy',
        body: (indexOf) =>
          code(
            op.i32(0),
            op.localSet(0),
            op.loop,
            op.i32(100),
            op.i32(0),
            op.i32(65_000),
            op.memoryFill,
            op.localGet(0),
            op.i32(1),
            op.i32Add,
            [0x22, 0],
            op.i32(50_000),
            [0x49],
            op.brIf(0),
            op.end,
            reply(indexOf, 0, 0),
          ),
        locals: ['i32'],
      },
    ]);
    const id = deploy(heavy);
    let rounds = 0;
    subnet.onRound(() => rounds++);
    for (let i = 0; i < 3; i++) subnet.submit(messageTo(id, 'heavy', NO_ARGUMENT, i));
    subnet.run();
    expect(rounds).toBe(2);
    expect([...subnet.ingressRecords()].map(({ status }) => status.status)).toEqual([
      'replied',
      'replied',
      'replied',
    ]);
  });

  it('uses the wall clock when no other is given', () => {
    const subnet = new LocalSubnet();
    const before = BigInt(Date.now()) * 1_000_000n;
    subnet.tick();
    expect(subnet.timeNs()).toBeGreaterThanOrEqual(before);
    expect(rejectOf(subnet.callUpdate(MANAGEMENT_CANISTER, 'none', NO_ARGUMENT)).errorCode).toBe('IC0407');
  });
});

describe('volume', () => {
  it('thousands of messages follow each other, each counted alike', () => {
    const { subnet, id } = setUp();
    const costs = new Set<bigint>();
    for (let i = 0; i < 3000; i++) costs.add(subnet.callUpdate(id, 'count', NO_ARGUMENT).instructions);
    expect(word(replyOf(subnet.callQuery(id, 'count?', NO_ARGUMENT)))).toBe(3000);
    expect(costs.size).toBe(1);
  });
});
