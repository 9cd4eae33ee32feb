import { BAR_MS, EngineError, endOf, grantOf, textOf } from '@plimsoll/engine';
import type { Call } from './Call.ts';
import { PRINCIPAL_KEY_BYTES, principalKey, principalOf, slotKey } from './Keys.ts';
import { MEMORY, stableMap } from './Memory.ts';
import { MAX_HELD, type Session } from './Sessions.ts';
import { StoreError } from './StoreError.ts';

/*
 * Who relays for which account, and when it was last heard of. It decides nothing and is not on record. The heap has it,
 * ticks change nothing else; looks on record write it down, so that an upgrade neither frees a lease nor forgets a
 * silence.
 */

/** How long an agent has an account to itself after each look. */
export const LEASE_MS = 120_000;
/** Silence of the agent beyond which queries show a flag. */
export const SILENCE_MS = 180_000;

/** One account's relay. */
export interface Relay {
  readonly account: number;
  /** The agent that relayed last. */
  readonly agent: Uint8Array;
  /** IC time of its newest accepted look; after an upgrade and until its next one, the latest that this can have been. */
  readonly lastMs: number;
}

const PRESENCE_VERSION = 0;
const RELAY_BYTES = 1 + PRINCIPAL_KEY_BYTES + 8;

/** A relay as the heap has it: every look writes its time. */
export interface HeldRelay extends Relay {
  agent: Uint8Array;
  agentKey: string;
  lastMs: number;
}

/** As many owners as the heap holds with a desk each. */
const MAX_OWNERS = MAX_HELD / 2;

const stored = stableMap(MEMORY.presence);
const held = new Map<number, HeldRelay[]>();
/** IC time of the newest upgrade, 0 for none. */
let upgradedMs = 0;

/** The heap is empty and knows nothing of the ticks before. */
export function noteUpgrade(timeMs: number): void {
  upgradedMs = timeMs;
}

function heldRelays(slot: number): HeldRelay[] {
  const known = held.get(slot);
  if (known !== undefined) return known;
  if (held.size >= MAX_OWNERS) dropOldest();
  const bytes = stored.get(slotKey(slot));
  const relays = bytes === undefined ? [] : decodeRelays(bytes).map(heldRelay);
  held.set(slot, relays);
  return relays;
}

/** Of ticks before the upgrade nothing is left. Whoever relays leaves a record with each bar: no later was it heard of. */
function heldRelay(relay: Relay): HeldRelay {
  const { lastMs } = relay;
  const heardMs = lastMs < upgradedMs ? Math.min(lastMs + BAR_MS, upgradedMs) : lastMs;
  return { ...relay, lastMs: heardMs, agentKey: textOf(relay.agent) };
}

function dropOldest(): void {
  for (const [slot, relays] of held) {
    stored.insert(slotKey(slot), encodeRelays(relays));
    held.delete(slot);
    return;
  }
}

/** The relays of all accounts that ever had one. */
export function relaysOf(slot: number): readonly Relay[] {
  return heldRelays(slot);
}

/** IC time until which the relay's agent has the account to itself. */
export function leaseEndOf({ books }: Session, relay: Relay): number {
  const grant = grantOf(books.keeper, relay.agent);
  const endMs = grant === null ? 0 : endOf(grant);
  return Math.min(relay.lastMs + LEASE_MS, endMs);
}

/**
 * Two agents cannot both steer: refuses whoever comes while another one's lease runs.
 *
 * @returns the account's relay so far, for `renewLease`
 * @throws EngineError `temporary/lease` with the time at which the lease is free
 */
export function assertLease(
  session: Session,
  { callerKey, timeMs }: Call,
  account: number,
): HeldRelay | null {
  const relays = heldRelays(session.slot);
  let relay: HeldRelay | null = null;
  for (let i = 0; i < relays.length; i++) if (relays[i]!.account === account) relay = relays[i]!;
  if (relay === null || relay.agentKey === callerKey) return relay;
  const freeMs = leaseEndOf(session, relay);
  if (timeMs < freeMs) throw taken(freeMs, timeMs);
  return relay;
}

function taken(freeMs: number, timeMs: number): EngineError {
  return new EngineError(
    'temporary',
    'lease',
    'IC time',
    `from ${String(freeMs)}, or the other agent`,
    timeMs,
  );
}

/**
 * The caller has been heard of, and has the account for another two minutes.
 *
 * @param relay of the account, as `assertLease` found it
 * @param isRecord whether the look is on record: then this is written down, too
 */
export function renewLease(
  { slot }: Session,
  { caller, callerKey, timeMs }: Call,
  account: number,
  relay: HeldRelay | null,
  isRecord: boolean,
): void {
  if (relay !== null && relay.agentKey === callerKey) {
    relay.lastMs = timeMs;
    if (!isRecord) return;
  } else if (relay === null) {
    heldRelays(slot).push({ account, agent: caller, agentKey: callerKey, lastMs: timeMs });
  } else {
    relay.agent = caller;
    relay.agentKey = callerKey;
    relay.lastMs = timeMs;
  }
  stored.insert(slotKey(slot), encodeRelays(heldRelays(slot)));
}

export function encodeRelays(relays: readonly Relay[]): Uint8Array {
  const bytes = new Uint8Array(1 + relays.length * RELAY_BYTES);
  const view = new DataView(bytes.buffer);
  bytes[0] = PRESENCE_VERSION;
  relays.forEach(({ account, agent, lastMs }, i) => {
    const at = 1 + i * RELAY_BYTES;
    bytes[at] = account;
    bytes.set(principalKey(agent), at + 1);
    view.setFloat64(at + 1 + PRINCIPAL_KEY_BYTES, lastMs, true);
  });
  return bytes;
}

/** @throws StoreError when another version wrote the bytes */
export function decodeRelays(bytes: Uint8Array): Relay[] {
  if (bytes[0] !== PRESENCE_VERSION || bytes.length % RELAY_BYTES !== 1) {
    throw new StoreError('presence', `version ${String(PRESENCE_VERSION)}`, String(bytes[0]));
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const relays: Relay[] = [];
  for (let at = 1; at < bytes.length; at += RELAY_BYTES) {
    relays.push({
      account: bytes[at]!,
      agent: principalOf(bytes.subarray(at + 1, at + 1 + PRINCIPAL_KEY_BYTES)),
      lastMs: view.getFloat64(at + 1 + PRINCIPAL_KEY_BYTES, true),
    });
  }
  return relays;
}
