import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import type { Canister } from './Canister.ts';
import { sortedCanisters } from './SubnetState.ts';
import type { SubnetState } from './SubnetState.ts';

/**
 * SHA-256 over the state of all canisters, hex: equal after the same messages at the same times from the same seed.
 * Statistics of queries, logs and the history of requests are left out, as is the time itself.
 */
export function stateHash(state: SubnetState): string {
  const hash = createHash('sha256');
  number(hash, state.created, state.randomness.drawn);
  number(hash, state.ledger.blocks, ...[...state.ledger.balances].sort());
  for (const canister of sortedCanisters(state)) addCanister(hash, canister);
  return hash.digest('hex');
}

function addCanister(hash: Hash, canister: Canister): void {
  const { id, module, installed, certifiedData, stable, settings } = canister;
  part(hash, id);
  const plain = JSON.stringify(settings, (_, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );
  part(hash, Buffer.from(plain));
  number(hash, canister.status, canister.version, canister.cycles, canister.timerNs);
  number(hash, canister.contexts.size, canister.callbacks.size);
  part(hash, module?.hash ?? new Uint8Array(0));
  part(hash, certifiedData);
  number(hash, ...(installed?.globals() ?? []));
  part(hash, installed?.heap() ?? new Uint8Array(0));
  number(hash, stable.pages);
  for (const [page, content] of stable.writtenPages()) {
    number(hash, page);
    hash.update(content);
  }
}

/** With its length first, so that neighbouring parts cannot be confused. */
function part(hash: Hash, bytes: Uint8Array): void {
  number(hash, bytes.length);
  hash.update(bytes);
}

function number(hash: Hash, ...values: unknown[]): void {
  hash.update(values.map(String).join(',') + ';');
}
