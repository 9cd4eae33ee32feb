import { charge, copyToHeap, heapView, readHeap, violation } from './ApiHost.ts';
import type { ApiHost, ApiTable } from './ApiHost.ts';
import { concat, readableText } from './Bytes.ts';
import { NOT_REPLICATED } from './Execution.ts';
import { TRANSMITTED_BYTE } from './Overhead.ts';
import { CanisterTrap } from './Reject.ts';

const MiB = 1024 * 1024;
const MAX_REPLY_BYTES = 2 * MiB;
const MAX_QUERY_REPLY_BYTES = 3 * MiB;
const MAX_CERTIFIED_DATA_BYTES = 32;
const EMPTY = new Uint8Array(0);

/** The part of `ic0` about the message itself: argument, caller, reply, reject, certified data. */
export function messageApi(host: ApiHost): ApiTable {
  const utf8 = new TextEncoder();
  const arg = () => host.execution.arg ?? EMPTY;
  const methodName = () => utf8.encode(host.execution.methodName);
  const certificate = () => {
    const { dataCertificate } = host.execution;
    if (dataCertificate === undefined) throw violation('there is no data certificate in this query');
    return dataCertificate();
  };

  const respondOnce = () => {
    const { execution } = host;
    if (execution.response !== undefined || execution.context?.responded === true) {
      throw violation('the call was answered already');
    }
  };

  return {
    msg_arg_data_size: () => arg().length,
    msg_arg_data_copy: (dst: number, offset: number, size: number) => {
      copyToHeap(host, arg(), dst, offset, size);
    },
    msg_caller_size: () => host.execution.caller.length,
    msg_caller_copy: (dst: number, offset: number, size: number) => {
      copyToHeap(host, host.execution.caller, dst, offset, size);
    },
    msg_method_name_size: () => methodName().length,
    msg_method_name_copy: (dst: number, offset: number, size: number) => {
      copyToHeap(host, methodName(), dst, offset, size);
    },
    msg_reject_code: () => host.execution.rejectCode,
    msg_reject_msg_size: () => host.execution.rejectMessage.length,
    msg_reject_msg_copy: (dst: number, offset: number, size: number) => {
      copyToHeap(host, host.execution.rejectMessage, dst, offset, size);
    },
    // 0 means none: calls with best-effort responses are answered like others here.
    msg_deadline: () => 0n,
    msg_reply_data_append: (src: number, size: number) => {
      respondOnce();
      const { execution } = host;
      const limit = (execution.kind & NOT_REPLICATED) !== 0 ? MAX_QUERY_REPLY_BYTES : MAX_REPLY_BYTES;
      execution.replyBytes += size >>> 0;
      if (execution.replyBytes > limit) {
        throw violation(`the reply has ${execution.replyBytes} bytes, more than ${limit}`);
      }
      execution.reply.push(readHeap(host, src, size, TRANSMITTED_BYTE));
    },
    msg_reply: () => {
      respondOnce();
      host.execution.response = { reply: concat(host.execution.reply) };
    },
    msg_reject: (src: number, size: number) => {
      respondOnce();
      const message = readHeap(host, src, size, TRANSMITTED_BYTE);
      host.execution.response = { rejectMessage: readableText(message) };
    },
    accept_message: () => {
      if (host.execution.accepted) throw violation('the message was accepted already');
      host.execution.accepted = true;
    },
    certified_data_set: (src: number, size: number) => {
      if (size >>> 0 > MAX_CERTIFIED_DATA_BYTES) {
        throw violation(`certified data has ${size >>> 0} bytes, more than ${MAX_CERTIFIED_DATA_BYTES}`);
      }
      host.execution.certifiedData = readHeap(host, src, size);
    },
    data_certificate_present: () => (host.execution.dataCertificate === undefined ? 0 : 1),
    data_certificate_size: () => certificate().length,
    data_certificate_copy: (dst: number, offset: number, size: number) => {
      copyToHeap(host, certificate(), dst, offset, size);
    },
    debug_print: (src: number, size: number) => {
      const length = size >>> 0;
      chargeLogging(host, length);
      host.print(heapView(host, src, size).slice());
    },
    trap: (src: number, size: number) => {
      const length = size >>> 0;
      charge(host, length);
      chargeLogging(host, length);
      const message = readableText(heapView(host, src, size));
      throw new CanisterTrap('calledTrap', `Canister called \`ic0.trap\` with message: '${message}'`);
    },
  };
}

/** As the replica: twice what the log keeps, and the price of transmission for what still fits into it. */
function chargeLogging(host: ApiHost, length: number): void {
  const capacity = Number(host.settings.log_memory_limit);
  const remaining = Math.max(0, capacity - host.execution.loggedBytes);
  charge(host, 2 * Math.min(length, capacity) + TRANSMITTED_BYTE * Math.min(length, remaining));
  host.execution.loggedBytes += length;
}
