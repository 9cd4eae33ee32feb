import {
  FACTORS,
  FAN_HOURS,
  LEVERAGE_CAPS,
  NOTIONAL_CAPS,
  decodeDecision,
  encodeDecision,
  type Decision,
  type Plan,
} from '@plimsoll/engine';
import {
  decodeBlob,
  encodeBlob,
  requestIdOf,
  verifyReply,
  type CallRequest,
  type Verified,
} from '@plimsoll/proof';
import { CANISTER, REQUEST, ROOT, receiptOf } from '../../../../proof/test/Fixtures.ts';
import { replied } from '../../../../proof/test/MiniIc.ts';
import { START_MS } from './Market.ts';

export const PLAN_ID = Uint8Array.from({ length: 16 }, (_, i) => i + 1);

/** A long of 90 at 10 with its stop at 9.5 and rungs of 30 at 10.75 and 11.5. */
export function planOf(changes: Partial<Plan> = {}): Plan {
  return {
    id: PLAN_ID,
    side: 1,
    leverage: 5,
    quantity: 90,
    referencePrice: 10,
    stopPrice: 9.5,
    takeProfits: [
      { price: 10.75, quantity: 30 },
      { price: 11.5, quantity: 30 },
    ],
    createdMs: START_MS,
    enterUntilMs: START_MS + 900_000,
    exitByMs: START_MS + 86_400_000,
    liquidationPrice: 8.1,
    requestedUsdt: 900,
    ...changes,
  };
}

export function decisionOf(changes: Partial<Decision> = {}): Decision {
  const plan = changes.plan === undefined ? planOf() : changes.plan;
  return {
    id: Uint8Array.from({ length: 16 }, (_, i) => 200 - i),
    timeMs: START_MS,
    bars: 3000,
    action: 'HOLD',
    reason: 'none',
    side: plan?.side ?? 1,
    markPrice: 10,
    leverage: 8,
    notionalUsdt: 900,
    targetQuantity: plan?.quantity ?? 0,
    liquidationExchange: 8.1,
    liquidationEffective: 8.1,
    stopPrice: plan?.stopPrice ?? 0,
    stopVersion: 1,
    fan: FAN_HOURS.map(() => ({ liquidationPrice: 8.1, touchProbability: 0 })),
    table: {
      constraints: {
        leverage: LEVERAGE_CAPS.map(() => 8),
        notional: NOTIONAL_CAPS.map(() => 900),
        factors: FACTORS.map(() => 1),
      },
      statistics: {
        sigmaHour: 0.01,
        sigmaSideHour: 0.01,
        bandwidth: 0.1,
        bandwidthReference: 0.1,
        trendScore: 0,
        stopMultiple: 3,
        atr: 0.1,
        fundingDay: 0,
        calibration: 1,
        volatilityRank: 0.5,
        correlation: 0,
        leadLagBars: 3,
        leadRho: 0,
        leadZ: 0,
        leadRatio: 0,
        leadConfidence: 0,
        leaderMove: 0,
        shockOwn: 0,
        shockLeader: 0,
        clusterNear: 0,
        clusterStop: 0,
        cascadeRatio: 0,
        heat: 0,
        printCalibration: 1,
        turnoverDayUsdt: 0,
        entrySlip: 0,
        exitSlip: 0,
        volatilityRegime: 'normal',
        trendRegime: 'mixed',
      },
      marginToAddUsdt: 0,
    },
    horizonHours: 8,
    warnings: 0,
    ...changes,
    plan,
  };
}

/** The decision as a certified answer to a request of ours, made by a network in miniature at `timeMs`. */
export async function certified(
  decision: Decision,
  timeMs: number = Date.now(),
): Promise<Verified<Decision>> {
  const timeNs = BigInt(timeMs) * 1_000_000n;
  const request: CallRequest = { ...REQUEST, ingressExpiry: timeNs + 240_000_000_000n };
  const receipt = receiptOf(replied(encodeBlob(encodeDecision(decision))), timeNs, request);
  const options = { rootKey: ROOT.der, canisterId: CANISTER, expectedRequestId: requestIdOf(request) };
  return verifyReply(receipt, options, (reply) => decodeDecision(decodeBlob(reply)));
}
