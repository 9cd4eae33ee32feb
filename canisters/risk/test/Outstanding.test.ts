import { IDL } from '@dfinity/candid';
import { Principal } from '@dfinity/principal';
import { encodeObservation } from '@plimsoll/engine';
import { beforeAll, describe, expect, it } from 'vitest';
import { MANAGEMENT_CANISTER } from '../../../localnet/src/ic/CanisterId.ts';
import { manage } from '../../../localnet/src/ic/ManagementClient.ts';
import { ARGUMENTS } from '../../../localnet/src/ic/ManagementTypes.ts';
import { afloat, AGENT, OWNER, recordIn } from './support/Cast.ts';
import { createMarket, lookOf } from './support/Market.ts';
import { builtWasm, CONTROLLER, type Risk } from './support/Risk.ts';

const HOUR_MS = 3_600_000;
const market = createMarket(40, 11);

let wasm: Uint8Array;
beforeAll(async () => {
  wasm = await builtWasm();
});

/** Has the controller send this while the hourly question for the canister's status is not answered yet. */
function whileAsking(risk: Risk, method: 'stop_canister' | 'install_code'): void {
  const canister_id = Principal.fromUint8Array(risk.id);
  const argument = {
    canister_id,
    mode: { upgrade: [] },
    wasm_module: wasm,
    arg: IDL.encode([], []),
    sender_canister_version: [],
  };
  const requestId = new Uint8Array(32).fill(1);
  const canisterId = MANAGEMENT_CANISTER;
  const entries: string[] = [];
  risk.subnet.onExecuted(({ entry }) => {
    entries.push(entry);
    // The hour's first timer sets the next hour's; the second asks.
    if (entries.filter((one) => one.includes('timer_executor')).length !== 2) return;
    if (!entry.includes('timer_executor')) return;
    const arg = IDL.encode(ARGUMENTS[method], [argument]);
    risk.subnet.submit({ requestId, sender: CONTROLLER, canisterId, method, arg });
  });
  risk.clock.advanceMs(HOUR_MS + 1_000);
  risk.subnet.run();
  expect(risk.subnet.ingress(requestId)?.status.status).toBe('replied');
}

/** Goes on like one that was not upgraded at all. */
function expectAsBefore(risk: Risk): void {
  const steady = afloat(wasm, market, 20);
  for (let i = 20; i < 30; i++) {
    const look = encodeObservation(lookOf(market, i));
    const expected = recordIn(steady.send('observe', look, AGENT)).decision;
    expect(recordIn(risk.send('observe', look, AGENT)).decision).toEqual(expected);
  }
  expect(risk.head(OWNER, OWNER)).toMatchObject({ pending: false, sequence: 12 });
  risk.clock.advanceMs(HOUR_MS + 1_000);
  risk.subnet.run();
  expect(Buffer.from(risk.http('GET', '/metrics').body).toString()).toContain('plimsoll_heap_bytes');
}

describe('an upgrade while the network has not answered the hourly question yet', () => {
  it('waits for the answer where the canister is stopped first, and changes nothing', () => {
    const risk = afloat(wasm, market, 20);
    whileAsking(risk, 'stop_canister');
    risk.upgrade();
    const target = { canister_id: Principal.fromUint8Array(risk.id) };
    manage(risk.subnet, 'start_canister', target, CONTROLLER);
    risk.subnet.run();
    expectAsBefore(risk);
  });

  it('is survived where it is not stopped, though nothing promises that', () => {
    const risk = afloat(wasm, market, 20);
    whileAsking(risk, 'install_code');
    expectAsBefore(risk);
  });
});
