import Prim "mo:⛔";
import N "Numbers";
import V "Volatility";
import F "Feed";
import K "Look";
import T "Trade";
import W "Waters";

/// A held position: the liquidation fan, and hold, reduce or close. Ports of `Held.ts` and, of `engine/src/model`,
/// `Fan.ts`, `Liquidation.ts` and `Action.ts`.
module {
  func floorToStep(quantity : Float, step : Float) : Float {
    if (step >= 1.0) return Prim.floatFloor(quantity / step + 1e-9) * step;
    let perUnit = Prim.floatFloor(1.0 / step + 0.5);
    Prim.floatFloor(quantity * perUnit + 1e-9) / perUnit;
  };

  /// Mark price at which the margin is used up, exact over all tiers.
  func liquidation(side : Float, quantity : Float, entry : Float, available : Float, fee : Float, tiers : [K.Tier]) : Float {
    if (not (available > 0.0)) return if (side > 0.0) N.infinity() else 0.0;
    let base = available - side * quantity * entry;
    var best : Float = 0.0;
    var i = 0;
    label lines for (tier in tiers.vals()) {
      if (tier.minNotional > quantity * best) break lines;
      let price = (base + tier.cum) / (quantity * (tier.mmr + fee - side));
      if (i == 0 or side * (price - best) > 0.0) best := price;
      i += 1;
    };
    if (best > 0.0) best else 0.0;
  };

  public type Row = { hours : Nat; wallet : Float; liquidation : Float; touch : Float };

  func touchProbability(z : Float) : Float {
    if (not (z > 0.0)) return 1.0;
    let t = z * 1.4142135623730951;
    let q = 4.0 + t * t;
    let y = t / Prim.floatSqrt(q);
    let a = 4.0 / q / (1.0 + y);
    0.5 * a * a * (2.0 + y);
  };

  func logDistance(side : Float, mark : Float, barrier : Float) : Float {
    if (not (side * (mark - barrier) > 0.0)) return 0.0;
    if (barrier == 0.0 or barrier == N.infinity()) N.infinity() else side * N.logRatio(mark, barrier);
  };

  /// The liquidation price as funding wears the wallet down, and the probability of touching it.
  func fan(waters : W.Waters, horizons : [Nat]) : [Row] {
    let { side; seen; instrument } = waters;
    let { quantity; entryPrice; walletUsdt; markPrice } = seen;
    let { takerFee; tiers } = instrument;
    let notional = quantity * markPrice;
    let now = liquidation(side, quantity, entryPrice, walletUsdt, takerFee, tiers);
    let untilFunding = waters.msToFunding / N.hourMs;
    var worst = now;
    var distance = logDistance(side, markPrice, worst);
    var settlements : Float = 0.0;
    var rates : Float = 0.0;
    var deviation = waters.fundingNext - waters.fundingMean;
    // Only where paying comes before receiving may the worst lie between two horizons.
    let isTurning = side * waters.fundingNext > 0.0 and side * waters.fundingMean < 0.0;
    var peak : Float = 0.0;
    var least = walletUsdt;
    Prim.Array_tabulate<Row>(horizons.size(), func i {
      let hours = N.float(horizons[i]);
      let due : Float = if (hours < untilFunding) 0.0 else Prim.floatFloor((hours - untilFunding) / waters.fundingIntervalHours) + 1.0;
      while (settlements < due) {
        rates += waters.fundingMean + deviation;
        deviation *= 0.8;
        if (isTurning and side * rates > peak) peak := side * rates;
        settlements += 1.0;
      };
      let wallet = walletUsdt - side * notional * rates;
      var price = if (wallet == walletUsdt) now else liquidation(side, quantity, entryPrice, wallet, takerFee, tiers);
      least := N.min(least, wallet);
      if (peak > 0.0) {
        let wasLeft = walletUsdt - notional * peak;
        if (wasLeft < least) {
          least := wasLeft;
          price := liquidation(side, quantity, entryPrice, wasLeft, takerFee, tiers);
        };
      };
      if (side * (price - worst) > 0.0) {
        distance := if (distance == N.infinity() or not (side * (markPrice - price) > 0.0)) logDistance(side, markPrice, price)
          else N.max(distance - side * N.logRatio(price, worst), 0.0);
        worst := price;
      };
      let z = N.min(distance / (waters.sigmaSide * Prim.floatSqrt(hours)), 99.0);
      { hours = horizons[i]; wallet = least; liquidation = worst; touch = touchProbability(z) };
    });
  };

  /// Whether nothing within the hours is likely enough to act upon, told without the fan. See `Liquidations.ts`.
  func isFar(waters : W.Waters, hours : Nat, now : Float) : Bool {
    let { side; seen; instrument } = waters;
    let { quantity; walletUsdt; markPrice } = seen;
    let { takerFee; tiers } = instrument;
    let rate = N.max(side * waters.fundingMean, side * waters.fundingNext);
    var nearest = now;
    if (rate > 0.0) {
      let wait = waters.msToFunding / N.hourMs;
      let settlements = if (N.float(hours) < wait) 0.0 else Prim.floatFloor((N.float(hours) - wait) / waters.fundingIntervalHours) + 1.0;
      let paid = settlements * rate * markPrice;
      if (not (walletUsdt > paid * quantity)) return false;
      let rest = 1.0 - tiers[tiers.size() - 1].mmr - takerFee;
      let steepest = if (rest > 0.0) 1.0 / rest else N.infinity();
      nearest += if (side > 0.0) paid * steepest else -paid;
      if (not (nearest > 0.0)) return false;
    };
    let distance = if (side > 0.0) 1.0 - nearest / markPrice else 1.0 - markPrice / nearest;
    waters.sigmaSide > 0.0 and distance >= 2.7 * waters.sigmaSide * Prim.floatSqrt(N.float(hours));
  };

  /// What is judged instead of a fan then.
  func farRows(horizons : [Nat]) : [Row] = Prim.Array_tabulate<Row>(
    horizons.size(),
    func i { { hours = horizons[i]; wallet = 0.0; liquidation = 0.0; touch = 0.0 } },
  );

  func touchAt(rows : [Row], hours : Nat) : Float {
    for (row in rows.vals()) if (row.hours == hours) return row.touch;
    1.0;
  };

  func horizonsOf(hours : Nat) : [Nat] {
    if (hours == 4 or hours == 8 or hours == 24) [1, 4, 8, 24] else if (hours < 8) [1, 4, hours, 8, 24] else [1, 4, 8, hours, 24];
  };

  public type Verdict = {
    var action : Nat;
    var reason : Nat;
    var side : Float;
    var targetQuantity : Float;
    var heldQuantity : Float;
    var liquidationExchange : Float;
    var liquidationEffective : Float;
    var stopPrice : Float;
    var stopVersion : Nat32;
    var warnings : Nat32;
    var marginToAddUsdt : Float;
    var lattice : ?W.Lattice;
    var fan : [Row];
    var newReduction : Bool;
  };

  public func newVerdict(action : Nat, reason : Nat) : Verdict = {
    var action = action;
    var reason = reason;
    var side = 0.0;
    var targetQuantity = 0.0;
    var heldQuantity = 0.0;
    var liquidationExchange = 0.0;
    var liquidationEffective = 0.0;
    var stopPrice = 0.0;
    var stopVersion = 0;
    var warnings = 0;
    var marginToAddUsdt = 0.0;
    var lattice = null;
    var fan = [];
    var newReduction = false;
  };

  public let hold = 2;
  public let reduce = 3;
  public let close = 4;
  public let shockReason = 19;

  public func published(side : Float, price : Float, mark : Float) : Float {
    if (side > 0.0) {
      if (price == N.infinity()) mark else if (price > 0.0) Prim.floatCeil(N.min(price, 67_108_864.0) * N.e8) / N.e8 else 0.0;
    } else if (price == N.infinity()) 0.0 else if (price > 0.0) Prim.floatFloor(N.min(price, 67_108_864.0) * N.e8) / N.e8 else mark;
  };

  /// Number of the reason for which the position has to be closed, 0 for none.
  func closeReason({ seen; side; limits; msToFunding; fundingNext } : W.Waters, trade : T.Trade, price : Float, rows : [Row], mustClose : Nat) : Nat {
    if (trade.closing > 0) return trade.closing;
    if (side * (seen.markPrice - price) <= 0.0) return 16;
    if (trade.stopPassed or side * (seen.markPrice - trade.stop) <= 0.0) return 10;
    if (mustClose > 0) return mustClose;
    let heldMs = seen.timeMs - trade.openedMs;
    let longestMs = limits.longestHoldHours * N.hourMs;
    if (heldMs >= longestMs) return 11;
    if (2.0 * heldMs >= longestMs and trade.maxFavourable < 0.5 * trade.risk) return 12;
    if (msToFunding > 0.0 and msToFunding <= N.barMs and side * fundingNext * trade.entryPrice > 0.25 * trade.risk) return 13;
    if (touchAt(rows, 1) >= 0.02 or touchAt(rows, 4) >= 0.05) 17 else 0;
  };

  func reduceTo(verdict : Verdict, { instrument; seen } : W.Waters, target : Float, reason : Nat) {
    let kept = floorToStep(target, instrument.quantityStep);
    verdict.reason := reason;
    if (kept > 0.0 and kept * seen.markPrice >= instrument.minNotionalUsdt) {
      verdict.action := reduce;
      verdict.targetQuantity := kept;
      verdict.newReduction := true;
    } else {
      verdict.action := close;
      verdict.targetQuantity := 0.0;
    };
  };

  func setCourse(verdict : Verdict, waters : W.Waters, trade : T.Trade, sizeTarget : Float, rows : [Row]) {
    let { seen; feed; limits } = waters;
    let { quantity; markPrice } = seen;
    let unmet = trade.reducing > 0 and quantity > trade.targetQuantity;
    if (trade.shocked and not trade.shockTaken and limits.shockReduceFraction > 0.0) {
      let target = quantity * N.min(1.0 - limits.shockReduceFraction, 0.9);
      reduceTo(verdict, waters, if (unmet) N.min(trade.targetQuantity, target) else target, shockReason);
      return;
    };
    if (trade.reducedMs < feed.lastMs and not (unmet and sizeTarget == N.infinity())) {
      let notional = quantity * markPrice;
      let isOversized = notional > 1.1 * sizeTarget;
      if (isOversized or touchAt(rows, 8) >= 0.02 or touchAt(rows, limits.unattendedHours) >= 4.0 * 0.005) {
        let target = N.min(sizeTarget, 0.9 * notional) / markPrice;
        if (not unmet or target < trade.targetQuantity) {
          reduceTo(verdict, waters, target, if isOversized 15 else 14);
          return;
        };
      };
    };
    if unmet {
      verdict.action := reduce;
      verdict.reason := trade.reducing;
      verdict.targetQuantity := trade.targetQuantity;
    };
  };

  func marginToAdd({ side; seen; instrument; sigmaSide } : W.Waters, rows : [Row]) : Float {
    let { quantity; entryPrice; walletUsdt; markPrice } = seen;
    var wallet = walletUsdt;
    for (row in rows.vals()) if (row.hours <= 8 and row.wallet < wallet) wallet := row.wallet;
    let barrier = markPrice * N.exp(-side * V.kappa0 * sigmaSide * 2.8284271247461903);
    let notional = quantity * barrier;
    var margin : Float = -1.7976931348623157e308;
    for (tier in instrument.tiers.vals()) margin := N.max(tier.mmr * notional - tier.cum, margin);
    let needed = margin + instrument.takerFee * notional - side * quantity * (barrier - entryPrice);
    if (not (needed > wallet or wallet <= 0.0)) return 0.0;
    let missing = if (needed > 0.0) needed - wallet else -wallet;
    (Prim.floatFloor(missing * N.e8) + 1.0) / N.e8;
  };

  /// Bits that every look judges anew; the others are those of the last record.
  let ofALook : Nat32 = 0x1800F;

  /// Held: hold, reduce or close. `mustClose` is the number of the keeper's reason, 0 for none.
  public func decide(waters : W.Waters, trade : T.Trade, mustClose : Nat, isFull : Bool, lastWarnings : Nat32, isBlocked : Bool) : Verdict {
    let { side; seen; instrument; limits; feed } = waters;
    let { quantity; entryPrice; walletUsdt; markPrice } = seen;
    let { takerFee; tiers } = instrument;
    let lattice : ?W.Lattice = if isFull {
      let distance = N.max((side * (markPrice - trade.stop)) / markPrice, 0.006);
      ?W.assess(waters, N.max(trade.requestedUsdt, quantity * markPrice), distance, true);
    } else null;
    let exchange = liquidation(side, quantity, entryPrice, walletUsdt, 0.0, tiers);
    let effective = liquidation(side, quantity, entryPrice, walletUsdt, takerFee, tiers);
    let horizons = horizonsOf(limits.unattendedHours);
    let longest = if (limits.unattendedHours > 8) limits.unattendedHours else 8;
    let far = not isFull and isFar(waters, longest, effective);
    let rows = if far farRows(horizons) else fan(waters, horizons);
    let closing = closeReason(waters, trade, effective, rows, mustClose);
    let verdict = newVerdict(hold, 18);
    verdict.targetQuantity := quantity;
    let onlyWarned = not limits.adoptedProtected and mustClose == 0 and trade.closing == 0;
    if onlyWarned {} else if (closing > 0) {
      verdict.action := close;
      verdict.reason := closing;
      verdict.targetQuantity := 0.0;
    } else {
      // A tick judges only what a moving mark can make dangerous.
      let sizeTarget = switch lattice { case (?{ notional }) notional; case null N.infinity() };
      setCourse(verdict, waters, trade, sizeTarget, rows);
    };
    verdict.side := side;
    verdict.heldQuantity := quantity;
    verdict.lattice := lattice;
    verdict.fan := if far [] else rows;
    verdict.liquidationExchange := published(side, exchange, markPrice);
    verdict.liquidationEffective := published(side, effective, markPrice);
    verdict.stopPrice := if onlyWarned 0.0 else trade.stop;
    verdict.stopVersion := trade.stopVersion;
    var bits = W.markWarning(feed, markPrice) | 8;
    if (seen.restingStopPrice == 0.0) bits |= 2;
    if isBlocked bits |= 0x8000;
    let difference = (seen.venueLiquidationPrice - exchange) / markPrice;
    if (seen.venueLiquidationPrice > 0.0 and (difference > 0.005 or difference < -0.005)) bits |= 4;
    verdict.warnings := bits | (if isFull W.warnings(waters, true) else lastWarnings & ^ofALook);
    if isFull verdict.marginToAddUsdt := marginToAdd(waters, rows);
    verdict;
  };
};
