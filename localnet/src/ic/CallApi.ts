import { amountOf, heapView, readHeap, violation } from './ApiHost.ts';
import type { ApiHost, ApiTable } from './ApiHost.ts';
import { readableText, textOf } from './Bytes.ts';
import type { OutgoingCall } from './CallContext.ts';
import { outOfCycles } from './Balance.ts';
import { LIMIT, NOT_REPLICATED } from './Execution.ts';
import { TRANSMITTED_BYTE } from './Overhead.ts';
import { requestCost, responsePrepayment } from './PriceList.ts';
import { CanisterTrap } from './Reject.ts';

const MAX_PAYLOAD_BYTES = 2 * 1024 * 1024;
const MAX_PRINCIPAL_BYTES = 29;
/** The reject code by which `call_perform` says that the balance does not allow the call. */
const SYS_TRANSIENT = 2;

/** The part of `ic0` by which a canister calls others. */
export function callApi(host: ApiHost): ApiTable {
  const preparing = (): OutgoingCall => {
    const call = host.execution.preparing;
    if (call === undefined) throw violation('there is no call being prepared: call_new comes first');
    return call;
  };
  const addCycles = (amount: bigint) => {
    const call = preparing();
    const missing = host.freezingBalance() + amount - host.execution.balance;
    if (missing > 0n) throw new CanisterTrap('outOfCycles', outOfCycles(host.id, missing));
    host.execution.balance -= amount;
    call.cycles += amount;
  };

  return {
    call_new: (
      calleeSrc: number,
      calleeSize: number,
      nameSrc: number,
      nameSize: number,
      replyIndex: number,
      replyEnv: number,
      rejectIndex: number,
      rejectEnv: number,
    ) => {
      abandon(host);
      if (calleeSize >>> 0 > MAX_PRINCIPAL_BYTES) throw violation('the callee is not a principal');
      const callee = readHeap(host, calleeSrc, calleeSize);
      const method = textOf(readHeap(host, nameSrc, nameSize));
      if (method === undefined) {
        throw violation(`the method name is not UTF-8: ${readableText(heapView(host, nameSrc, nameSize))}`);
      }
      host.execution.preparing = {
        callee,
        method,
        reply: { index: replyIndex >>> 0, env: replyEnv },
        reject: { index: rejectIndex >>> 0, env: rejectEnv },
        cleanup: undefined,
        arg: [],
        cycles: 0n,
      };
    },
    call_on_cleanup: (index: number, env: number) => {
      const call = preparing();
      if (call.cleanup !== undefined) throw violation('the cleanup callback was set already');
      call.cleanup = { index: index >>> 0, env };
    },
    call_data_append: (src: number, size: number) => {
      const call = preparing();
      const total = call.arg.reduce((sum, part) => sum + part.length, size >>> 0);
      if (total > MAX_PAYLOAD_BYTES) {
        throw violation(`the call has ${total} bytes, more than ${MAX_PAYLOAD_BYTES}`);
      }
      call.arg.push(readHeap(host, src, size, TRANSMITTED_BYTE));
    },
    call_cycles_add: (amount: bigint) => {
      addCycles(BigInt.asUintN(64, amount));
    },
    call_cycles_add128: (high: bigint, low: bigint) => {
      addCycles(amountOf(high, low));
    },
    // Every call is answered here, so a deadline would never strike.
    call_with_best_effort_response: () => {
      preparing();
    },
    call_perform: () => {
      const call = preparing();
      const { execution, prices } = host;
      if ((execution.kind & NOT_REPLICATED) === 0) {
        const bytes = call.arg.reduce((sum, part) => sum + part.length, call.method.length);
        const cost = requestCost(prices, BigInt(bytes)) + responsePrepayment(prices, LIMIT.update);
        if (cost > 0n && execution.balance - cost < host.freezingBalance()) {
          abandon(host);
          return SYS_TRANSIENT;
        }
        execution.balance -= cost;
      }
      execution.calls.push(call);
      execution.preparing = undefined;
      return 0;
    },
  };
}

/** Gives back the cycles of a call that was prepared but not made. */
export function abandon(host: ApiHost): void {
  const { execution } = host;
  execution.balance += execution.preparing?.cycles ?? 0n;
  execution.preparing = undefined;
}
