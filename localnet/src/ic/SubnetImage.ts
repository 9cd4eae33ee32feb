import { keyOf } from './Bytes.ts';
import type { Origin } from './CallContext.ts';
import { canisterImage, canisterOf } from './CanisterImage.ts';
import type { BlobSink, BlobSource, CanisterImage } from './CanisterImage.ts';
import { fromJson, toJson } from './Json.ts';
import { Randomness } from './Randomness.ts';
import type { SubnetState } from './SubnetState.ts';

/**
 * All of a subnet's state between two messages, as text; large pieces go into `blobs`.
 * Callers in this process are not part of it: whoever waits in another process is gone.
 */
export function subnetImage(state: SubnetState, blobs: BlobSink): string {
  const { queue, ingress, randomness, timeNs, heartbeatNs, ledger, created, lastNumber } = state;
  return toJson({
    ...{ timeNs, heartbeatNs, created, lastNumber },
    drawn: randomness.drawn,
    queue: queue.map((message) =>
      message.kind === 'request' ? { ...message, origin: lasting(message.origin) } : message,
    ),
    ingress: ingress.image(),
    ledger: { blocks: ledger.blocks, balances: [...ledger.balances], seen: [...ledger.seen] },
    canisters: [...state.canisters.values()].map((canister) => {
      const image = canisterImage(canister, blobs);
      return {
        ...image,
        contexts: image.contexts.map((one) => ({ ...one, origin: lasting(one.origin) })),
        stopWaiters: image.stopWaiters.map((one) => ({ ...one, origin: lasting(one.origin) })),
      };
    }),
  });
}

interface Image extends Pick<SubnetState, 'timeNs' | 'heartbeatNs' | 'created' | 'lastNumber' | 'queue'> {
  readonly drawn: number;
  readonly ingress: ReturnType<SubnetState['ingress']['image']>;
  readonly ledger: {
    readonly blocks: bigint;
    readonly balances: readonly (readonly [string, bigint])[];
    readonly seen: readonly (readonly [string, never])[];
  };
  readonly canisters: readonly CanisterImage[];
}

/** Puts into a fresh state what `subnetImage` took from another. */
export function restoreSubnet(state: SubnetState, seed: string, text: string, blobs: BlobSource): void {
  const { drawn, queue, ingress, ledger, canisters, timeNs, heartbeatNs, created, lastNumber } = fromJson(
    text,
  ) as Image;
  Object.assign(state, { timeNs, heartbeatNs, created, lastNumber });
  state.randomness = new Randomness(seed, drawn);
  state.queue.push(...queue);
  state.ingress.restore(ingress);
  state.ledger.blocks = ledger.blocks;
  for (const [key, balance] of ledger.balances) state.ledger.balances.set(key, balance);
  for (const [key, seen] of ledger.seen) state.ledger.seen.set(key, seen);
  for (const image of canisters) state.canisters.set(keyOf(image.id), canisterOf(image, state, blobs));
}

function lasting(origin: Origin): Origin {
  return origin.kind === 'process' ? { kind: 'system' } : origin;
}
