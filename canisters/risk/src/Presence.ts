import { EngineError, endOf, grantOf, textOf } from '@plimsoll/engine';
import type { Call } from './Call.ts';
import { PRINCIPAL_KEY_BYTES, principalKey, principalOf, slotKey } from './Keys.ts';
import { MEMORY, stableMap } from './Memory.ts';
import type { Session } from './Sessions.ts';
import { StoreError } from './StoreError.ts';

/*
 * Who relays for which account, and when it was last heard of. It decides nothing and is not on record: kept in the
 * heap, and written down about once a minute, so that an upgrade neither frees a lease nor forgets a silence.
 */

/** How long an agent has an account to itself after each look. */
export const LEASE_MS = 120_000;
/** Silence of the agent beyond which queries show a flag. */
export const SILENCE_MS = 180_000;
const WRITE_EVERY_MS = 60_000;
const MAX_HELD = 256;

/** One account's relay. */
export interface Relay {
  readonly account: number;
  /** The agent that relayed last. */
  readonly agent: Uint8Array;
  /** IC time of its newest accepted look. */
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

interface Presence {
  readonly relays: HeldRelay[];
  writtenMs: number;
}

const stored = stableMap(MEMORY.presence);
const held = new Map<number, Presence>();

function presenceOf(slot: number): Presence {
  const known = held.get(slot);
  if (known !== undefined) return known;
  const bytes = stored.get(slotKey(slot));
  const relays = bytes === undefined ? [] : decodeRelays(bytes);
  const read = { relays: relays.map((relay) => ({ ...relay, agentKey: textOf(relay.agent) })), writtenMs: 0 };
  if (held.size >= MAX_HELD) {
    for (const oldest of held.keys()) {
      held.delete(oldest);
      break;
    }
  }
  held.set(slot, read);
  return read;
}

/** The relays of all accounts that ever had one. */
export function relaysOf(slot: number): readonly Relay[] {
  return presenceOf(slot).relays;
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
  const { relays } = presenceOf(session.slot);
  let relay: HeldRelay | null = null;
  for (let i = 0; i < relays.length; i++) if (relays[i]!.account === account) relay = relays[i]!;
  if (relay === null || relay.agentKey === callerKey) return relay;
  const freeMs = leaseEndOf(session, relay);
  if (timeMs < freeMs) {
    throw new EngineError(
      'temporary',
      'lease',
      'IC time',
      `from ${String(freeMs)}, or the other agent`,
      timeMs,
    );
  }
  return relay;
}

/**
 * The caller has been heard of, and has the account for another two minutes.
 *
 * @param relay of the account, as `assertLease` found it
 */
export function renewLease(
  { slot }: Session,
  { caller, callerKey, timeMs }: Call,
  account: number,
  relay: HeldRelay | null,
): void {
  const presence = presenceOf(slot);
  if (relay !== null && relay.agentKey === callerKey) {
    relay.lastMs = timeMs;
    if (timeMs < presence.writtenMs + WRITE_EVERY_MS) return;
  } else if (relay === null) {
    presence.relays.push({ account, agent: caller, agentKey: callerKey, lastMs: timeMs });
  } else {
    relay.agent = caller;
    relay.agentKey = callerKey;
    relay.lastMs = timeMs;
  }
  presence.writtenMs = timeMs;
  stored.insert(slotKey(slot), encodeRelays(presence.relays));
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
