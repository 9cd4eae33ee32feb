import { KIND } from './Execution.ts';

const { start, init, preUpgrade, update, replicatedQuery, query, reply, reject, cleanup, inspect, task } =
  KIND;
const { compositeQuery, compositeReply, compositeReject } = KIND;
const COMPOSITE = compositeQuery | compositeReply | compositeReject;

const ANSWERING = update | replicatedQuery | query | reply | reject | COMPOSITE;
const PAYING = update | reply | reject | task;
const CALLING = PAYING | COMPOSITE;
const CHANGING = init | preUpgrade | update | reply | reject | cleanup | task;
const EVERYWHERE =
  init |
  preUpgrade |
  update |
  replicatedQuery |
  query |
  reply |
  reject |
  cleanup |
  inspect |
  task |
  COMPOSITE;
const EVEN_START = EVERYWHERE | start;

const WITH_ARGUMENT =
  init | update | replicatedQuery | query | reply | inspect | compositeQuery | compositeReply;

/** Where the interface specification allows each system call; calls not named are allowed everywhere but in `start`. */
const NAMED: Readonly<Record<string, number>> = {
  msg_arg_data_size: WITH_ARGUMENT,
  msg_arg_data_copy: WITH_ARGUMENT,
  msg_method_name_size: update | replicatedQuery | query | inspect | compositeQuery,
  msg_method_name_copy: update | replicatedQuery | query | inspect | compositeQuery,
  msg_reject_code: reply | reject | cleanup | compositeReply | compositeReject,
  msg_reject_msg_size: reject | compositeReject,
  msg_reject_msg_copy: reject | compositeReject,
  msg_reply_data_append: ANSWERING,
  msg_reply: ANSWERING,
  msg_reject: ANSWERING,
  msg_deadline: ANSWERING,
  msg_cycles_available: update | replicatedQuery | reply | reject,
  msg_cycles_available128: update | replicatedQuery | reply | reject,
  msg_cycles_refunded: reply | reject,
  msg_cycles_refunded128: reply | reject,
  msg_cycles_accept: update | replicatedQuery | reply | reject,
  msg_cycles_accept128: update | replicatedQuery | reply | reject,
  accept_message: inspect,
  call_new: CALLING,
  call_on_cleanup: CALLING,
  call_data_append: CALLING,
  call_cycles_add: PAYING,
  call_cycles_add128: PAYING,
  call_with_best_effort_response: CALLING,
  call_perform: CALLING,
  certified_data_set: init | preUpgrade | update | reply | reject | task,
  data_certificate_size: query | compositeQuery,
  data_certificate_copy: query | compositeQuery,
  global_timer_set: CHANGING,
  cycles_burn128: CHANGING,
  debug_print: EVEN_START,
  trap: EVEN_START,
  is_controller: EVEN_START,
  in_replicated_execution: EVEN_START,
  performance_counter: EVEN_START,
  stable_size: EVEN_START,
  stable_grow: EVEN_START,
  stable_read: EVEN_START,
  stable_write: EVEN_START,
  stable64_size: EVEN_START,
  stable64_grow: EVEN_START,
  stable64_read: EVEN_START,
  stable64_write: EVEN_START,
  cost_call: EVEN_START,
  cost_create_canister: EVEN_START,
};

/** Bits of the execution kinds in which a system call is allowed. */
export function allowedKinds(systemCall: string): number {
  return NAMED[systemCall] ?? EVERYWHERE;
}

/** The name of an execution kind, for messages. */
export function kindName(kind: number): string {
  return Object.entries(KIND).find(([, bit]) => bit === kind)?.[0] ?? 'unknown';
}
