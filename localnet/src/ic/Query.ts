import { freezingBalance } from './Balance.ts';
import { concat } from './Bytes.ts';
import type { CallContext, Callback, OutgoingCall } from './CallContext.ts';
import type { Canister, Ran } from './Canister.ts';
import { principalText } from './CanisterId.ts';
import { refusal } from './Delivery.ts';
import { KIND, LIMIT, newExecution } from './Execution.ts';
import type { Execution } from './Execution.ts';
import { queryManagement } from './Management.ts';
import { reject, rejectOfTrap } from './Reject.ts';
import type { IngressMessage, PrincipalBytes, QueryResult, Reject } from './Subnet.types.ts';
import { findCanister, notFound } from './SubnetState.ts';
import type { SubnetState } from './SubnetState.ts';
import { isSystemCanister, querySystem } from './system/SystemCanister.ts';

type Call = Omit<IngressMessage, 'requestId'>;
type Closure = Callback['reply'];

/** A query from outside with all the queries that it makes in turn. */
interface QueryGraph {
  readonly state: SubnetState;
  readonly timeNs: bigint;
  /** Canisters whose composite queries wait for an answer; their heaps are not the committed ones. */
  readonly waiting: Canister[];
  instructionsLeft: bigint;
}

/** As the replica: calls below calls below the first query. */
const MAX_DEPTH = 6;

/** Ends the whole query, not only the call that went too far. */
class GraphLimitError extends Error {
  readonly reject: Reject;

  constructor(rejected: Reject) {
    super(rejected.rejectMessage);
    this.reject = rejected;
  }
}

/** Runs a query method at a given time, and the queries it calls, and undoes all they did. */
export function runQuery(
  state: SubnetState,
  timeNs: bigint,
  call: Call,
  certificateOf: ((canisterId: PrincipalBytes) => Uint8Array) | undefined,
): QueryResult {
  const graph: QueryGraph = { state, timeNs, waiting: [], instructionsLeft: LIMIT.queryGraph };
  const certificate = certificateOf === undefined ? undefined : once(() => certificateOf(call.canisterId));
  try {
    return evaluate(graph, call, certificate);
  } catch (error) {
    if (!(error instanceof GraphLimitError)) throw error;
    return rejected(error.reject);
  }
}

function evaluate(
  graph: QueryGraph,
  call: Call,
  dataCertificate: (() => Uint8Array) | undefined,
): QueryResult {
  const { state } = graph;
  const { canisterId, method, sender, arg } = call;
  if (canisterId.length === 0) return queryManagement(state, method, arg, sender);
  if (isSystemCanister(canisterId)) return querySystem(state, canisterId, method, arg, sender);
  const canister = findCanister(state, canisterId);
  if (canister === undefined) return rejected(notFound(canisterId));
  const entry = queryEntry(canister, method);
  if (typeof entry !== 'string') return rejected(entry);
  if (graph.waiting.includes(canister)) {
    const why = `Canister ${principalText(canisterId)} is called by a composite query that waits for its own answer`;
    return rejected(reject('callGraphLoop', why));
  }
  const stats = canister.queryStats;
  stats.num_calls_total += 1n;
  stats.request_payload_bytes_total += BigInt(arg.length);
  try {
    const result = entry.startsWith('canister_composite_query')
      ? runComposite(graph, canister, entry, call, dataCertificate)
      : runPlain(graph, canister, entry, call, dataCertificate);
    if (result.status === 'replied') stats.response_payload_bytes_total += BigInt(result.reply.length);
    return result;
  } finally {
    canister.discard();
  }
}

function runPlain(
  graph: QueryGraph,
  canister: Canister,
  entry: string,
  { method, sender, arg }: Call,
  dataCertificate: (() => Uint8Array) | undefined,
): QueryResult {
  const given = { kind: KIND.query, caller: sender, arg, methodName: method, dataCertificate };
  const { execution, ran } = runMessage(graph, canister, given, (instance) => instance.entry(entry)?.());
  if (ran.trap !== undefined) return rejected(rejectOfTrap(canister.id, ran.trap));
  return answerOf(execution) ?? rejected(silent(canister.id));
}

/** Runs a composite query and, one after the other, the queries it calls, each followed by its callback. */
function runComposite(
  graph: QueryGraph,
  canister: Canister,
  entry: string,
  { method, sender: caller, arg }: Call,
  dataCertificate: (() => Uint8Array) | undefined,
): QueryResult {
  const context: CallContext = {
    id: 0,
    origin: { kind: 'system' },
    caller,
    cyclesAvailable: 0n,
    responded: false,
    outstanding: 0,
    instructions: 0n,
  };
  const given = { kind: KIND.compositeQuery, caller, arg, methodName: method, dataCertificate, context };
  let { execution, ran } = runMessage(graph, canister, given, (instance) => instance.entry(entry)?.());
  const calls: OutgoingCall[] = [];
  for (;;) {
    // A trap ends the query here even if other calls are open: nothing of it would be kept anyway.
    if (ran.trap !== undefined) return rejected(rejectOfTrap(canister.id, ran.trap));
    const answer = answerOf(execution);
    if (answer !== undefined) return answer;
    calls.push(...execution.calls);
    const next = calls.shift();
    if (next === undefined) return rejected(silent(canister.id));
    const result = callee(graph, canister, next);
    const closure = result.status === 'replied' ? next.reply : next.reject;
    ({ execution, ran } = runMessage(graph, canister, callbackOf(caller, context, result), invoke(closure)));
  }
}

function callee(graph: QueryGraph, canister: Canister, { callee: canisterId, method, arg }: OutgoingCall) {
  if (graph.waiting.length >= MAX_DEPTH) {
    const why = 'Composite query calls exceeded the maximum call depth.';
    throw new GraphLimitError(reject('callGraphTooDeep', why));
  }
  graph.waiting.push(canister);
  try {
    return evaluate(graph, { canisterId, method, sender: canister.id, arg: concat(arg) }, undefined);
  } finally {
    graph.waiting.pop();
  }
}

type Given = Pick<Execution, 'kind' | 'caller'> & Partial<Execution>;

function callbackOf(caller: PrincipalBytes, context: CallContext, result: QueryResult): Given {
  if (result.status === 'replied') return { kind: KIND.compositeReply, caller, context, arg: result.reply };
  const { rejectCode, rejectMessage } = result;
  const bytes = new TextEncoder().encode(rejectMessage);
  return { kind: KIND.compositeReject, caller, context, rejectCode, rejectMessage: bytes };
}

function invoke({ index, env }: Closure): Parameters<Canister['run']>[2] {
  return (instance) => {
    instance.callback(index)(env);
  };
}

/** Runs one message of a query under the lesser of its own limit and what is left for all together. */
function runMessage(
  graph: QueryGraph,
  canister: Canister,
  given: Given,
  code: Parameters<Canister['run']>[2],
): { readonly execution: Execution; readonly ran: Ran } {
  const { state, timeNs, instructionsLeft } = graph;
  if (canister.installed === undefined) throw new Error('a query was to run on a canister without code');
  if (instructionsLeft <= 0n) {
    const why = 'Composite query calls exceeded the instruction limit.';
    throw new GraphLimitError(reject('callGraphInstructionLimit', why));
  }
  const limit = instructionsLeft < LIMIT.query ? instructionsLeft : LIMIT.query;
  const execution = newExecution({ ...given, timeNs, limit, balance: canister.cycles });
  const ran = canister.run(canister.installed, execution, code);
  const { instructions } = ran;
  graph.instructionsLeft -= instructions;
  if (execution.context !== undefined) execution.context.instructions += instructions;
  canister.queryStats.num_instructions_total += instructions;
  const { kind, methodName: entry } = execution;
  const trapped = ran.trap !== undefined;
  for (const listener of state.onExecuted) {
    listener({ canisterId: canister.id, kind, entry, instructions, trapped, origin: undefined });
  }
  return { execution, ran };
}

function queryEntry(canister: Canister, method: string): string | Reject {
  const functions = canister.module?.functions;
  const entry = [`canister_query ${method}`, `canister_composite_query ${method}`].find((name) =>
    functions?.has(name),
  );
  const name = principalText(canister.id);
  if (entry !== undefined && canister.status === 'running') {
    if (freezingBalance(canister) <= canister.cycles) return entry;
    const why =
      `Canister ${name} is unable to process query calls because it's frozen. ` +
      'Please top up the canister with cycles and try again.';
    return reject('outOfCycles', why);
  }
  const refused = refusal(canister, method);
  const isOther = refused?.errorCode === 'IC0536' || refused?.errorCode === 'IC0527';
  if (refused !== undefined && !isOther) return refused;
  return reject('methodNotFound', `Error from Canister ${name}: Canister has no query method '${method}'.`);
}

function answerOf({ response }: Execution): QueryResult | undefined {
  if (response === undefined) return undefined;
  if ('reply' in response) return { status: 'replied', reply: response.reply };
  return rejected(reject('rejectedByCanister', response.rejectMessage));
}

/** Asks a function once, and only when its value is needed. */
function once<T>(give: () => T): () => T {
  let given: { readonly value: T } | undefined;
  return () => (given ??= { value: give() }).value;
}

function silent(canisterId: PrincipalBytes): Reject {
  return reject(
    'didNotReply',
    `Error from Canister ${principalText(canisterId)}: Canister did not reply to the call`,
  );
}

function rejected(why: Reject): QueryResult {
  return { status: 'rejected', ...why };
}
