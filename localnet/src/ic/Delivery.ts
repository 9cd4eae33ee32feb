import { principalText } from './CanisterId.ts';
import { withdraw } from './Balance.ts';
import { concat, sameBytes, utf8 } from './Bytes.ts';
import type { CallContext, CallResult, Origin, OutgoingCall } from './CallContext.ts';
import type { Canister, Ran } from './Canister.ts';
import { KIND, LIMIT, newExecution } from './Execution.ts';
import type { Execution, ExecutionKind } from './Execution.ts';
import type { Instance } from './Instance.ts';
import { callManagement } from './Management.ts';
import { executionCost, ingressCost, transmissionRefund } from './PriceList.ts';
import { reject, rejectOfTrap } from './Reject.ts';
import type { PrincipalBytes, Reject } from './Subnet.types.ts';
import { settleStop } from './Stopping.ts';
import { callSystem, isSystemCanister } from './system/SystemCanister.ts';
import { answer, findCanister, notFound } from './SubnetState.ts';
import type { Message, RequestMessage, ResponseMessage, SubnetState, TaskMessage } from './SubnetState.ts';

/** Executes one message completely. */
export function deliver(state: SubnetState, message: Message): void {
  state.delivered++;
  switch (message.kind) {
    case 'request':
      if (message.callee.length === 0) callManagement(state, message);
      else if (isSystemCanister(message.callee)) callSystem(state, message);
      else deliverRequest(state, message);
      break;
    case 'response':
      deliverResponse(state, message);
      break;
    case 'task':
      deliverTask(state, message);
      break;
  }
}

/** Why a canister cannot take a call to `method` now; undefined when it can. */
export function refusal(canister: Canister, method: string): Reject | undefined {
  const name = principalText(canister.id);
  if (canister.status === 'stopped') return reject('stopped', `Canister ${name} is stopped`);
  if (canister.status === 'stopping') return reject('stopping', `Canister ${name} is stopping`);
  if (canister.module === undefined) {
    return reject('noModule', `Error from Canister ${name}: the canister contains no Wasm module`);
  }
  const { functions } = canister.module;
  if (functions.has(`canister_update ${method}`) || functions.has(`canister_query ${method}`))
    return undefined;
  if (functions.has(`canister_composite_query ${method}`)) {
    const why = `Composite query '${method}' of canister ${name} cannot be called in replicated mode`;
    return reject('compositeQueryInReplicatedMode', why);
  }
  return reject('methodNotFound', `Error from Canister ${name}: Canister has no update method '${method}'.`);
}

function deliverRequest(state: SubnetState, request: RequestMessage): void {
  const { origin, caller, cycles } = request;
  if (origin.kind === 'ingress') {
    state.ingress.setStatus(origin.requestId, { status: 'processing' }, state.timeNs);
  }
  const canister = findCanister(state, request.callee);
  const refused = canister === undefined ? notFound(request.callee) : refusal(canister, request.method);
  if (canister?.installed === undefined || refused !== undefined) {
    answer(state, origin, rejected(refused ?? notFound(request.callee)), cycles);
    return;
  }
  const unpaid = payForRequest(canister, request);
  if (unpaid !== undefined) {
    answer(state, origin, rejected(unpaid), cycles);
    return;
  }
  const isUpdate = canister.module?.functions.has(`canister_update ${request.method}`) === true;
  const entry = `${isUpdate ? 'canister_update' : 'canister_query'} ${request.method}`;
  const context = openContext(state, canister, origin, caller, cycles);
  const execution = executionOf(state, canister, isUpdate ? KIND.update : KIND.replicatedQuery, context, {
    arg: request.arg,
    methodName: request.method,
  });
  const ran = canister.run(canister.installed, execution, (instance) => instance.entry(entry)?.());
  report(state, canister, execution, request.method, ran);
  conclude(state, canister, execution, context, ran, isUpdate);
}

/** Takes what the message costs at most; `conclude` gives back what it did not use. */
function payForRequest(
  canister: Canister,
  { origin, caller, method, arg }: RequestMessage,
): Reject | undefined {
  const reveal = canister.settings.controllers.some((one) => sameBytes(one.toUint8Array(), caller));
  const { prices } = canister;
  if (origin.kind !== 'canister') {
    const unpaid = withdraw(canister, ingressCost(prices, utf8(method).length + arg.length), reveal);
    if (unpaid !== undefined) return unpaid;
  }
  return withdraw(canister, executionCost(prices, LIMIT.update), reveal);
}

function deliverTask(state: SubnetState, { canisterId, entry }: TaskMessage): void {
  const canister = findCanister(state, canisterId);
  const code = canister?.installed;
  if (canister === undefined || code === undefined || canister.status !== 'running') return;
  if (entry === 'canister_global_timer') canister.timerNs = 0n;
  if (!code.module.functions.has(entry)) return;
  if (withdraw(canister, executionCost(canister.prices, LIMIT.update), false) !== undefined) return;
  // The management canister is the caller of tasks.
  const context = openContext(state, canister, { kind: 'system' }, new Uint8Array(0), 0n);
  const execution = executionOf(state, canister, KIND.task, context, {});
  const ran = canister.run(code, execution, (instance) => instance.entry(entry)?.());
  report(state, canister, execution, entry, ran);
  conclude(state, canister, execution, context, ran, true);
}

function deliverResponse(
  state: SubnetState,
  { canisterId, callback: number, result, refund }: ResponseMessage,
): void {
  const canister = findCanister(state, canisterId);
  if (canister === undefined) return;
  const responseBytes = result.status === 'replied' ? result.reply.length : utf8(result.rejectMessage).length;
  canister.cycles += refund + transmissionRefund(canister.prices, responseBytes);
  const callback = canister.callbacks.get(number);
  canister.callbacks.delete(number);
  const context = callback === undefined ? undefined : canister.contexts.get(callback.contextId);
  const code = canister.installed;
  // The code that made the call may have been uninstalled meanwhile.
  if (callback === undefined || context === undefined || code === undefined) {
    canister.cycles += executionCost(canister.prices, LIMIT.update);
    return;
  }
  context.outstanding -= 1;

  const replied = result.status === 'replied';
  const given = replied
    ? { arg: result.reply, cyclesRefunded: refund }
    : { rejectCode: result.rejectCode, rejectMessage: utf8(result.rejectMessage), cyclesRefunded: refund };
  const invoke = (closure: { index: number; env: number }) => (instance: Instance) => {
    instance.callback(closure.index)(closure.env);
  };
  const execution = executionOf(state, canister, replied ? KIND.reply : KIND.reject, context, given);
  const ran = canister.run(code, execution, invoke(replied ? callback.reply : callback.reject));
  report(state, canister, execution, '', ran);
  if (ran.trap !== undefined && callback.cleanup !== undefined) {
    canister.discard();
    const cleaning = executionOf(state, canister, KIND.cleanup, context, given);
    const cleaned = canister.run(code, cleaning, invoke(callback.cleanup));
    report(state, canister, cleaning, '', cleaned);
    if (cleaned.trap === undefined) canister.commit(cleaning);
    canister.cycles -=
      canister.prices.instruction * minimum(cleaned.instructions, LIMIT.update - ran.instructions);
  }
  conclude(state, canister, execution, context, ran, true);
}

/** Keeps or undoes what a message did, sends what it sent, and closes its call when nothing more can come of it. */
function conclude(
  state: SubnetState,
  canister: Canister,
  execution: Execution,
  context: CallContext,
  ran: Ran,
  keep: boolean,
): void {
  context.instructions += ran.instructions;
  if (ran.trap === undefined && keep) {
    canister.commit(execution);
    if (canister.becomesLowOnMemory()) {
      state.queue.unshift({ kind: 'task', canisterId: canister.id, entry: 'canister_on_low_wasm_memory' });
    }
    for (const call of execution.calls) send(state, canister, context, call);
  } else {
    canister.discard();
  }
  canister.cycles += canister.prices.instruction * (LIMIT.update - ran.instructions);
  if (ran.trap === undefined) {
    if (execution.response !== undefined) respond(state, context, resultOf(execution.response));
  } else if (context.outstanding === 0) {
    respond(state, context, rejected(rejectOfTrap(canister.id, ran.trap)));
  }
  closeContext(state, canister, context);
}

function closeContext(state: SubnetState, canister: Canister, context: CallContext): void {
  if (context.outstanding > 0) return;
  const silent = `Error from Canister ${principalText(canister.id)}: Canister did not reply to the call`;
  respond(state, context, rejected(reject('didNotReply', silent)));
  canister.contexts.delete(context.id);
  settleStop(state, canister);
}

function respond(state: SubnetState, context: CallContext, result: CallResult): void {
  if (context.responded) return;
  context.responded = true;
  const refund = context.cyclesAvailable;
  context.cyclesAvailable = 0n;
  answer(state, context.origin, result, refund);
}

function send(state: SubnetState, canister: Canister, context: CallContext, call: OutgoingCall): void {
  const number = ++state.lastNumber;
  canister.callbacks.set(number, {
    contextId: context.id,
    reply: call.reply,
    reject: call.reject,
    cleanup: call.cleanup,
  });
  context.outstanding += 1;
  state.queue.push({
    kind: 'request',
    origin: { kind: 'canister', canisterId: canister.id, callback: number },
    caller: canister.id,
    callee: call.callee,
    method: call.method,
    arg: concat(call.arg),
    cycles: call.cycles,
  });
}

function openContext(
  state: SubnetState,
  canister: Canister,
  origin: Origin,
  caller: PrincipalBytes,
  cycles: bigint,
): CallContext {
  const context: CallContext = {
    id: ++state.lastNumber,
    origin,
    caller,
    cyclesAvailable: cycles,
    responded: false,
    outstanding: 0,
    instructions: 0n,
  };
  canister.contexts.set(context.id, context);
  return context;
}

type Given = Partial<
  Pick<Execution, 'arg' | 'methodName' | 'rejectCode' | 'rejectMessage' | 'cyclesRefunded'>
>;

function executionOf(
  state: SubnetState,
  canister: Canister,
  kind: ExecutionKind,
  context: CallContext,
  given: Given,
): Execution {
  return newExecution({
    kind,
    timeNs: state.timeNs,
    caller: context.caller,
    limit: LIMIT.update,
    balance: canister.cycles,
    context,
    ...given,
  });
}

function report(state: SubnetState, canister: Canister, execution: Execution, entry: string, ran: Ran): void {
  for (const listener of state.onExecuted) {
    listener({
      canisterId: canister.id,
      kind: execution.kind,
      entry,
      instructions: ran.instructions,
      trapped: ran.trap !== undefined,
      origin: execution.context?.origin,
    });
  }
}

function minimum(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function resultOf(response: NonNullable<Execution['response']>): CallResult {
  if ('reply' in response) return { status: 'replied', reply: response.reply };
  return rejected(reject('rejectedByCanister', response.rejectMessage));
}

function rejected(why: Reject): CallResult {
  return { status: 'rejected', ...why };
}
