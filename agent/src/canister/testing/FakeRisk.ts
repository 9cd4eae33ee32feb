// The risk canister in miniature for tests: the engine behind it, a hash-chained log, and replies certified by a
// real BLS key over real state trees, spoken to through an HttpAgent's own `fetch`.
import { Cbor, requestIdOf, type CallRequest as WireCall } from '@icp-sdk/core/agent';
import { IDL } from '@icp-sdk/core/candid';
import type { Principal } from '@icp-sdk/core/principal';
import {
  decodeDecision,
  encodeAnswer,
  encodeEssence,
  encodeRecord,
  ENGINE_VERSION,
  EngineError,
  headInput,
  type Answer,
  type Outcome,
  openBooks,
  stateParts,
  type StatePart,
  takeIntoBooks,
  type Books,
  type RecordType,
} from '@plimsoll/engine';
import { decodeBlob, encodeBlob, headHash } from '@plimsoll/proof';
import {
  answerTree,
  certify,
  leaf,
  node,
  replied,
  statusOnly,
  type SubnetKey,
  type Tree,
} from '../../../../proof/test/MiniIc.ts';
import { encodeLeb128 } from '../../../../proof/src/Leb128.ts';
import { sameBytes, toHex } from '../Bytes.ts';
import { PAGE, type LogEntry, type Page } from '../ReadTypes.ts';
import { KEPT, STATE_PART } from '../ReadTypes.ts';
import { hashOfState } from '../../verify/Replay.ts';
import { factsOf, idOf, isMethod, type Method } from '../Method.ts';

interface Kept {
  readonly frame: Uint8Array;
  readonly answer: Answer;
}

/** What a test does to the network between canister and client. Each hook sees every answer. */
export interface Interference {
  /** Changes the answer before it is certified: a canister that lies. */
  answer?: (answer: Answer, method: Method, frame: Uint8Array) => Answer;
  /** Changes what the canister gave, the Candid blob, before it is certified. */
  reply?: (reply: Uint8Array) => Uint8Array;
  /** Changes the certificate on its way: a node or a middleman that lies. `how` tells call from look-up. */
  certificate?: (certificate: Uint8Array, how: 'call' | 'look-up') => Uint8Array;
  /** The call runs, its answer does not come back. */
  dropsReply?: (how: 'call' | 'look-up') => boolean;
  /** Changes what the `records` query brings. */
  page?: (page: Page) => Page;
  /** The network has forgotten the answers. */
  forgets?: boolean;
}

export class FakeRisk {
  readonly canisterId: Principal;
  readonly owner: Uint8Array;
  interference: Interference = {};
  /** IC time, milliseconds. */
  nowMs = Date.now();
  /** Calls that reached the canister, repeats included. */
  readonly calls: { method: string; frame: Uint8Array }[] = [];
  readonly #key: SubnetKey;
  readonly #kept = new Map<string, Kept>();
  readonly #replies = new Map<string, Uint8Array>();
  readonly #entries: LogEntry[] = [];
  #books: Books | null = null;
  /** Checkpoints name another state. */
  lieAboutState = false;
  /** State of each checkpoint, by its sequence. */
  readonly states = new Map<number, StatePart[]>();
  #checkpoint = 0;
  #first = 0;
  sequence = -1;
  head: Uint8Array = new Uint8Array(32);

  constructor(canisterId: Principal, owner: Principal, key: SubnetKey) {
    this.canisterId = canisterId;
    this.owner = owner.toUint8Array();
    this.#key = key;
  }

  /** Stands in for the platform's `fetch`. */
  readonly fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const path = new URL(input instanceof Request ? input.url : input).pathname;
    const envelope = Cbor.decode<{ content: WireCall & { paths?: Uint8Array[][] } }>(
      init?.body as Uint8Array,
    );
    if (path.endsWith('/query')) return this.#queried(envelope.content);
    const how = path.endsWith('/call') ? 'call' : 'look-up';
    const id = how === 'call' ? this.#run(envelope.content) : envelope.content.paths?.[0]?.[1];
    if (id === undefined) throw new TypeError(`No request id in a ${how}`);
    if (this.interference.dropsReply?.(how) === true) throw new TypeError('fetch failed: socket hang up');
    const certificate = this.#certificateOf(id, how);
    return new Response(Cbor.encode(how === 'call' ? { status: 'replied', certificate } : { certificate }), {
      status: 200,
      headers: { 'content-type': 'application/cbor' },
    });
  };

  /** The `records` query, from the sequence asked for on; one owner alone is a tree of one leaf, the head itself. */
  #queried(content: WireCall): Response {
    const arg = new Uint8Array(content.arg);
    if (content.method_name === 'kept') {
      const checkpoints = [...this.states.entries()]
        .filter(([sequence]) => sequence >= this.#first)
        .map(([sequence, parts]) => ({
          sequence: BigInt(sequence),
          ic_time_ms: BigInt(this.nowMs),
          parts: parts.length,
        }));
      return replyTo(IDL.encode([IDL.Opt(KEPT)], [[{ first_record: BigInt(this.#first), checkpoints }]]));
    }
    if (content.method_name === 'state_part') {
      const types = [IDL.Principal, IDL.Nat64, IDL.Nat8];
      const [, sequence, part] = IDL.decode(types, arg) as unknown as [Principal, bigint, number];
      const found = this.states.get(Number(sequence))?.[part];
      return replyTo(IDL.encode([IDL.Opt(STATE_PART)], [found === undefined ? [] : [found]]));
    }
    const newest = this.#entries.at(-1);
    if (newest === undefined) throw new TypeError('Nothing to query before the registration');
    const [, from] = IDL.decode([IDL.Principal, IDL.Nat64, IDL.Nat32], arg) as unknown as [
      Principal,
      bigint,
      number,
    ];
    const tree = node([
      ['canister', node([[this.canisterId.toUint8Array(), node([['certified_data', leaf(this.head)]])]])],
      ['time', leaf(encodeLeb128(BigInt(this.nowMs) * 1_000_000n))],
    ]);
    const proof = {
      certificate: certify(tree, this.#key),
      witness: Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0),
      newest,
    };
    const page: Page = {
      entries: Number(from) < this.#first ? [] : this.#entries.slice(Number(from)),
      standing: { records: BigInt(this.#entries.length), pending: false, proof: [proof] },
    };
    return replyTo(IDL.encode([IDL.Opt(PAGE)], [[this.interference.page?.(page) ?? page]]));
  }

  #certificateOf(id: Uint8Array, how: 'call' | 'look-up'): Uint8Array {
    const reply = this.#replies.get(toHex(id));
    const status: Tree =
      reply === undefined || this.interference.forgets === true ? statusOnly('done') : replied(reply);
    const certificate = certify(answerTree(id, status, BigInt(this.nowMs) * 1_000_000n), this.#key);
    return this.interference.certificate?.(certificate, how) ?? certificate;
  }

  #run(content: WireCall): Uint8Array {
    const id = requestIdOf(content);
    const frame = decodeBlob(new Uint8Array(content.arg));
    const method = content.method_name;
    if (!isMethod(method)) throw new TypeError(`No method ${method}`);
    this.calls.push({ method, frame });
    const answer = this.#answer(method, frame);
    const reply = encodeBlob(encodeAnswer(this.interference.answer?.(answer, method, frame) ?? answer));
    this.#replies.set(toHex(id), this.interference.reply?.(reply) ?? reply);
    return id;
  }

  #answer(method: Method, frame: Uint8Array): Answer {
    const id = idOf(method, frame);
    const kept = id === null ? undefined : this.#kept.get(toHex(id));
    if (kept !== undefined) {
      return sameBytes(kept.frame, frame)
        ? kept.answer
        : { kind: 'error', disposition: 'request', leaf: 'id-reused', message: 'Another frame had this id.' };
    }
    let answer: Answer;
    try {
      answer = this.#decide(method, frame);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      return { kind: 'error', disposition: error.kind, leaf: error.leaf, message: error.message };
    }
    if (id !== null) this.#kept.set(toHex(id), { frame, answer });
    return answer;
  }

  #decide(method: Method, frame: Uint8Array): Answer {
    if (method === 'register') {
      if (this.#books !== null)
        throw new EngineError('request', 'already-registered', 'owner', 'a new owner', 'one known');
      this.#books = openBooks(this.owner, frame);
      return this.#record(method, frame, new Uint8Array());
    }
    const type = factsOf(method).recordType as Exclude<RecordType, 'register'>;
    const moment = { icTimeMs: this.nowMs, sequence: this.sequence + 1 };
    const outcome = takeIntoBooks(this.#booksOrThrow(), type, frame, moment);
    return outcome === null
      ? this.#record(method, frame, new Uint8Array())
      : this.#outcome(method, frame, outcome);
  }

  #booksOrThrow(): Books {
    if (this.#books === null)
      throw new EngineError('request', 'not-registered', 'owner', 'a registered owner', 'none');
    return this.#books;
  }

  #outcome(method: Method, frame: Uint8Array, outcome: Outcome): Answer {
    const decision = outcome.bytes;
    if (outcome.record) return this.#record(method, frame, decision);
    return { kind: 'tick', sequence: this.sequence, head: this.head, decision };
  }

  #essenceOf(method: Method, decision: Uint8Array): Uint8Array {
    if (method === 'checkpoint') {
      const hash = hashOfState(stateParts(this.#booksOrThrow()));
      return this.lieAboutState ? hash.reverse() : hash;
    }
    return decision.length === 0 ? decision : encodeEssence(decodeDecision(decision));
  }

  /** What the canister does by itself once a week. */
  makeCheckpoint(): void {
    this.#record('checkpoint', new Uint8Array(), new Uint8Array());
  }

  /** As after the retention: what lies before this checkpoint is gone. */
  forgetBefore(sequence: number): void {
    this.#first = sequence;
  }

  #record(method: Method, frame: Uint8Array, decision: Uint8Array): Answer {
    const record = encodeRecord({
      type: factsOf(method).recordType,
      owner: this.owner,
      sequence: this.sequence + 1,
      previousHead: this.head,
      icTimeMs: this.nowMs,
      sinceCheckpoint: method === 'checkpoint' ? 0 : this.sequence + 1 - this.#checkpoint,
      limitsVersion: this.#booksOrThrow().keeper.limitsVersion,
      engineVersion: ENGINE_VERSION,
      frameLength: frame.length,
      essence: this.#essenceOf(method, decision),
      decision,
    });
    if (method === 'checkpoint') {
      this.#checkpoint = this.sequence + 1;
      this.states.set(this.#checkpoint, stateParts(this.#booksOrThrow()));
    }
    this.sequence += 1;
    this.head = headHash(headInput(record, frame));
    this.#entries.push({ record, frame });
    return { kind: 'record', head: this.head, record };
  }
}

function replyTo(arg: Uint8Array): Response {
  const body = Cbor.encode({ status: 'replied', reply: { arg }, signatures: [] });
  return new Response(body, { status: 200, headers: { 'content-type': 'application/cbor' } });
}
