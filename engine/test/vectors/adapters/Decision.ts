import { FACTORS, LEVERAGE_CAPS, NOTIONAL_CAPS } from '../../../src/Constraints.ts';
import {
  CLOSE_TOUCH_1H,
  CLOSE_TOUCH_4H,
  REBALANCE_BAND,
  REDUCE_TOUCH_8H,
  entryAction,
  mustClose,
  mustReduce,
  reducedNotional,
} from '../../../src/model/Action.ts';
import { ladderOf, maxQuantity } from '../../../src/model/Book.ts';
import { fan } from '../../../src/model/Fan.ts';
import { kappaOf } from '../../../src/model/FirstPassage.ts';
import { bindingNames, lattice } from '../../../src/model/Lattice.ts';
import type { Lattice, LatticeInputs, LatticeLimits } from '../../../src/model/Lattice.ts';
import { BOLLINGER_MAX, BOLLINGER_MIN } from '../../../src/model/Leverage.ts';
import { liquidationPrice } from '../../../src/model/Liquidation.ts';
import type { MarginTier } from '../../../src/model/MarginTiers.ts';
import { WIN_RATE_MAX, kelly, sizePortfolio } from '../../../src/model/Size.ts';
import { floorToTick } from '../../../src/model/Tick.ts';
import { fixed, near, same } from '../Check.ts';
import type { Check } from '../Check.ts';
import { tiersOf } from '../Vector.ts';
import type { Adapter, VectorTier } from '../Vector.ts';
import { uniformCorrelations } from './Sizing.ts';

type Params = {
  H: number;
  p: string;
  Lhard: number;
  Luser: number;
  Lref: number;
  stopBuf: number;
  fClose: number;
  cEntry: number;
  risk: number;
  slipExit: number;
  feesRT: number;
  volTarget: number;
  portBudget: number;
  marginFrac: number;
  oiFrac: number;
  entrySlip: number;
  exitSlip: number;
  depthHaircut: number;
  fundSoftR: number;
  fundHardR: number;
  carryHard: number;
  minNotional: number;
};
type Scenario = {
  name: string;
  input: {
    side: number;
    equity: number;
    price: number;
    sigDaily: number;
    bw: number;
    bwRef: number;
    volPct: number;
    stopFrac: number;
    others: [number, number, number][];
    asks: [number, number][];
    bids: [number, number][];
    oi: number;
    fundDay: number;
    fLL: number;
    fCL: number;
    requestedNotional?: number;
    position?: { qty: number; entry: number; wallet: number };
    kelly?: [number, number, number];
  };
  output: {
    L: Record<string, number>;
    Lbind: string;
    Ltarget: number;
    N: Record<string, number>;
    Nbind: string;
    F: Record<string, number>;
    Fbind: string;
    factor: number;
    Ntarget: number;
    qtyTarget: number;
    marginTarget: number;
    action: string;
    liq?: number;
    touch?: Record<string, number>;
    Ncurrent?: number;
    leverageCurrent?: number;
    reduceToNotional?: number | null;
  };
};
type Vector = { tiers: VectorTier[]; params: Params; scenarios: Scenario[] };

const ROOT_24 = Math.sqrt(24);

function limitsOf(params: Params): LatticeLimits {
  return {
    horizonHours: params.H,
    leverageHard: params.Lhard,
    leverageUser: params.Luser,
    leverageReference: params.Lref,
    stopBuffer: params.stopBuf,
    feeClose: params.fClose,
    costEntry: params.cEntry,
    risk: params.risk,
    feesRoundTrip: params.feesRT,
    slipExit: params.slipExit,
    volatilityTarget: params.volTarget,
    marginFraction: params.marginFrac,
    openInterestFraction: params.oiFrac,
    fundingSoft: params.fundSoftR,
    fundingHard: params.fundHardR,
    marginBurnPerDay: params.carryHard,
    notionalUser: Infinity,
  };
}

/**
 * The scenario as lattice inputs. The file lists the book for held positions too and states N_REQ as requested, so
 * `held` stays false here; what binds a held position by section 0.1 has its own tests.
 */
function inputsOf({ input }: Scenario, params: Params): LatticeInputs {
  const { side, price, equity, others } = input;
  const entrySide = (side > 0 ? input.asks : input.bids).flat();
  const exitSide = (side > 0 ? input.bids : input.asks).flat();
  const mid = ((input.asks[0]?.[0] ?? 0) + (input.bids[0]?.[0] ?? 0)) / 2;
  const entry = maxQuantity(side, params.entrySlip, ladderOf(entrySide), mid, 1);
  const exit = maxQuantity(-side, params.exitSlip, ladderOf(exitSide), mid, params.depthHaircut);
  return {
    side,
    equity,
    price,
    notionalRequested: input.requestedNotional ?? equity,
    held: false,
    sigmaHour: input.sigDaily / ROOT_24,
    sigmaSide: input.sigDaily / ROOT_24,
    kappa: kappaOf(Number(params.p)),
    bandwidth: input.bw,
    bandwidthReference: input.bwRef,
    bandwidthReady: true,
    volatilityRank: input.volPct,
    stopDistance: input.stopFrac,
    fundDay: input.fundDay,
    factorLeadLag: input.fLL,
    factorCluster: input.fCL,
    openInterest: input.oi,
    notionalEntryBook: entry * price,
    notionalExitBook: exit * price,
    notionalPortfolio: sizePortfolio(
      side,
      input.sigDaily,
      params.portBudget * equity,
      others.map(([n, sigma]) => n * sigma),
      uniformCorrelations(others.length, 1),
      others.map(([, , rho]) => rho),
    ),
    quarterKelly: input.kelly ? kelly(...input.kelly) / 4 : Infinity,
  };
}

function checkTable(
  check: Check,
  at: string,
  names: readonly string[],
  expected: Record<string, number>,
  came: ArrayLike<number>,
): void {
  names.forEach((name, i) => {
    const value = came[i] as number;
    near(check, `${at}.${name}`, expected[name] ?? null, value === Infinity ? null : value);
  });
}

function checkHeld(
  check: Check,
  at: string,
  scenario: Scenario,
  params: Params,
  tiers: MarginTier[],
  result: Lattice,
): void {
  const { input, output } = scenario;
  if (input.position === undefined) return;
  const { qty, entry, wallet } = input.position;
  const { side, price } = input;
  const position = { side, qty, entry, wallet, upnlOther: 0, mmOther: 0, fee: params.fClose };
  near(check, `${at}.liq`, output.liq, liquidationPrice(position, tiers));
  const rows = fan(
    position,
    {
      mark: price,
      sigmaSide: input.sigDaily / ROOT_24,
      sigmaHour: input.sigDaily / ROOT_24,
      rBar: 0,
      rNext: 0,
      phi: 0,
      intervalHours: 8,
      nextFundingHours: 8,
      borrowPerHour: 0,
    },
    tiers,
    [1, 4, 8],
  );
  const touch = rows.map((row) => row.pTouch);
  rows.forEach((row) => near(check, `${at}.touch.${row.hours}`, output.touch?.[row.hours], row.pTouch));
  const held = qty * price;
  near(check, `${at}.Ncurrent`, output.Ncurrent, held);
  near(
    check,
    `${at}.leverageCurrent`,
    output.leverageCurrent,
    held / (wallet + side * qty * (price - entry)),
  );
  const [touch1, touch4, touch8] = touch as [number, number, number];
  const reduce = mustReduce(touch8, touch8, Number(params.p), held, result.notional);
  const action = mustClose(touch1, touch4) ? 'CLOSE' : reduce ? 'REDUCE' : 'HOLD';
  same(check, `${at}.action`, output.action, action);
  const target = action === 'REDUCE' ? reducedNotional(held, result.notional) : null;
  near(check, `${at}.reduceToNotional`, output.reduceToNotional, target);
}

export const decision: Adapter = {
  tolerance: 1e-10,
  run(check, load) {
    const vector = load<Vector>('decision.json');
    const { params } = vector;
    fixed(check, 'params', params, {
      bbMin: BOLLINGER_MIN,
      bbMax: BOLLINGER_MAX,
      pCap: WIN_RATE_MAX,
      closeTouch1h: CLOSE_TOUCH_1H,
      closeTouch4h: CLOSE_TOUCH_4H,
      reduceTouch8h: REDUCE_TOUCH_8H,
      rebalanceBand: REBALANCE_BAND,
    });
    const tiers = tiersOf(vector.tiers);
    for (const scenario of vector.scenarios) {
      const { name, input, output } = scenario;
      const result = lattice(inputsOf(scenario, params), limitsOf(params), tiers);
      const binding = bindingNames(result);
      checkTable(check, `${name}.L`, LEVERAGE_CAPS, output.L, result.table.leverage);
      checkTable(check, `${name}.N`, NOTIONAL_CAPS, output.N, result.table.notional);
      checkTable(check, `${name}.F`, FACTORS, output.F, result.table.factors);
      same(check, `${name}.Lbind`, output.Lbind, binding.leverage);
      same(check, `${name}.Nbind`, output.Nbind, binding.notional);
      same(check, `${name}.Fbind`, output.Fbind, binding.factor);
      same(check, `${name}.Ltarget`, output.Ltarget, result.leverage);
      near(check, `${name}.Ntarget`, output.Ntarget, result.notional);
      near(check, `${name}.factor`, output.factor, result.factor);
      near(check, `${name}.qtyTarget`, output.qtyTarget, floorToTick(result.notional / input.price, 1));
      near(check, `${name}.marginTarget`, output.marginTarget, result.notional / result.leverage);
      if (input.position === undefined) {
        const action = entryAction(true, result.leverage, result.notional, result.factor, params.minNotional);
        same(check, `${name}.action`, output.action, action);
      }
      checkHeld(check, name, scenario, params, tiers, result);
    }
  },
};
