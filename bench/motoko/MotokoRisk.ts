import { IDL } from '@dfinity/candid';
import { Principal } from '@dfinity/principal';
import { decodeAnswer, type Answer } from '@plimsoll/engine';
import { decodeBlob, encodeBlob } from '../../canisters/risk/src/CandidBlob.ts';
import { AGENT, OWNER } from '../../canisters/risk/test/support/Cast.ts';
import { ManualClock } from '../../localnet/src/ic/Clock.ts';
import { LocalSubnet } from '../../localnet/src/ic/LocalSubnet.ts';
import { motokoWasm } from './Compile.ts';

/** The Motoko canister on a subnet in this process, spoken to in the same frames as ours. */
export class MotokoRisk {
  readonly clock: ManualClock;
  readonly subnet: LocalSubnet;
  readonly #id: Uint8Array;
  /** Instructions of the last message, by the metering that ours has. */
  instructions = 0n;

  constructor(timeMs: number) {
    this.clock = new ManualClock(timeMs);
    this.subnet = new LocalSubnet({ clock: this.clock });
    this.#id = this.subnet.createCanister();
    const principals = [OWNER, AGENT].map((bytes) => Principal.fromUint8Array(bytes));
    const arg = IDL.encode([IDL.Principal, IDL.Principal], principals);
    this.subnet.installCode(this.#id, motokoWasm(), { arg });
    this.subnet.run();
  }

  /** Sends one frame as the agent. Throws when the canister traps. */
  send(method: 'load_history' | 'observe', frame: Uint8Array, sender: Uint8Array = AGENT): Answer {
    const { result, instructions } = this.subnet.callUpdate(this.#id, method, encodeBlob(frame), sender);
    this.instructions = instructions;
    if (result.status === 'rejected') throw new Error(`${method}: ${result.rejectMessage}`);
    return decodeAnswer(decodeBlob(result.reply));
  }

  get certifiedData(): Uint8Array {
    return this.subnet.canister(this.#id)!.certifiedData;
  }

  /** Present sizes of heap and stable memory. */
  bytes(): { readonly heapBytes: number; readonly stableBytes: number } {
    return this.subnet.resources(this.#id)!;
  }
}
