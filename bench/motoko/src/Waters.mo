import Prim "mo:⛔";
import N "Numbers";
import I "Indicators";
import V "Volatility";
import L "Leader";
import C "Crowd";
import F "Feed";
import K "Look";
import Limits "Limits";

/// The market as a decision sees it, every constraint on it, and what the book bears: ports of `Waters.ts`,
/// `Assessment.ts`, `Depth.ts` and `Measures.ts` of `engine/src`, with the lattice behind them.
module {
  public type Waters = {
    feed : F.Feed;
    limits : Limits.Limits;
    instrument : K.Instrument;
    seen : K.Look;
    side : Float;
    sigma : Float;
    sigmaSide : Float;
    fundingMean : Float;
    fundingNext : Float;
    fundingIntervalHours : Float;
    msToFunding : Float;
    fundingDay : Float;
    near : Float;
  };

  /// The waters for a side; the crowd's map is asked only where a record is made.
  public func turned(feed : F.Feed, limits : Limits.Limits, instrument : K.Instrument, seen : K.Look, side : Float, lastInterval : Float, isFull : Bool) : Waters {
    let { funding } = feed;
    let sigma = feed.volatility.sigma;
    let isSettled = funding.slow.w > 0.0;
    let slow : Float = if isSettled N.ewmaValue(funding.slow) else 0.0;
    let interval = if (seen.isFundingKnown) seen.fundingIntervalHours else lastInterval;
    let intervalMs = interval * N.hourMs;
    let next = if (seen.isFundingKnown) seen.fundingRate else side * N.max(Prim.floatAbs(slow), (0.0001 * interval) / 8.0);
    let mean = if isSettled slow else next;
    {
      feed;
      limits;
      instrument;
      seen;
      side;
      sigma;
      sigmaSide = V.sigmaSide(feed.volatility, side);
      fundingMean = mean;
      fundingNext = next;
      fundingIntervalHours = interval;
      msToFunding = if (seen.isFundingKnown) N.max(seen.fundingTimeMs - seen.timeMs, 0.0) else {
        intervalMs - (seen.timeMs - Prim.floatFloor(seen.timeMs / intervalMs) * intervalMs);
      };
      fundingDay = forecast(mean, next, Prim.floatFloor(24.0 / interval));
      near = if isFull C.nearScore(feed.map, side, seen.markPrice, sigma * 2.0) else 0.0;
    };
  };

  func forecast(mean : Float, next : Float, count : Float) : Float {
    var sum : Float = 0.0;
    var deviation = next - mean;
    var left = count;
    while (left > 0.0) {
      sum += mean + deviation;
      deviation *= 0.8;
      left -= 1.0;
    };
    sum;
  };

  public func allottedEquity({ seen; limits } : Waters) : Float {
    N.max(N.min(seen.equityUsdt, limits.capitalUsdt), 0.0);
  };

  public func atrOf(feed : F.Feed) : Float { if (feed.wilder.atrReady) feed.wilder.atr else 0.0 };

  public func stopMultipleOf(feed : F.Feed, { kTrend; kChop } : Limits.Limits) : Float { kChop - (kChop - kTrend) * feed.trend };

  /// Constraints in the order of the frame: eight caps on leverage, nine on the notional, three factors; and L* and N*.
  public type Lattice = { caps : [Float]; sizes : [Float]; factors : [Float]; leverage : Float; notional : Float };

  func harden(factor : Float, sensitivity : Float) : Float {
    if (sensitivity == 1.0 or not (factor < 1.0)) return factor;
    N.max(1.0 - sensitivity * (1.0 - factor), 0.0);
  };

  /// Largest leverage whose liquidation price is no nearer than entry times `factor`.
  func capAt({ side; instrument } : Waters, notional : Float, factor : Float) : Float {
    let { takerFee; tiers } = instrument;
    let cost = N.max(takerFee, 0.0005);
    let loss = if (side > 0.0) 1.0 + cost - factor else factor - 1.0 + cost;
    var margin : Float = -1.7976931348623157e308;
    label lines for (tier in tiers.vals()) {
      if (tier.minNotional > notional * factor) break lines;
      margin := N.max((tier.mmr + takerFee) * factor - tier.cum / notional, margin);
    };
    let inverse = loss + margin;
    if (inverse > 0.0) 1.0 / inverse else N.infinity();
  };

  func capBands({ ready; bandwidth; bandwidthReference } : { ready : Bool; bandwidth : Float; bandwidthReference : Float }) : Float {
    if (not (ready and bandwidthReference > 0.0)) return 5.0;
    if (not (bandwidth > 0.0)) return 20.0;
    10.0 * N.clamp(bandwidthReference / bandwidth, 0.25, 2.0);
  };

  func capTier(tiers : [K.Tier], notional : Float) : Float {
    var offer : Float = 0.0;
    label all for (tier in tiers.vals()) {
      if (notional < tier.minNotional) break all;
      offer := if (notional > tier.maxNotional) 0.0 else tier.maxLeverage;
    };
    offer;
  };

  func least(values : [Float]) : Float {
    var least = values[0];
    for (value in values.vals()) if (value < least) least := value;
    least;
  };

  /// All constraints at one requested notional.
  public func assess(waters : Waters, requested : Float, stopDistance : Float, held : Bool) : Lattice {
    let { feed; instrument; limits; seen; side; sigma; fundingDay } = waters;
    let { bollinger; kappa } = feed;
    let infinity = N.infinity();
    let equity = N.max(allottedEquity(waters), 1e-8);
    let touch = if (side > 0.0) kappa.long else kappa.short;
    let exponent = -side * touch * waters.sigmaSide * Prim.floatSqrt(N.float(limits.unattendedHours));
    let rank = feed.rank.value;
    let paid = side * fundingDay;
    let caps : [Float] = [
      capBands({ ready = bollinger.ready; bandwidth = bollinger.bandwidth; bandwidthReference = bollinger.bandwidthReference }),
      capAt(waters, requested, N.exp(exponent)),
      if (paid > 0.0) 0.03 / limits.fundingSensitivity / paid else infinity,
      20.0,
      20.0 - 15.0 * N.clamp01(((if (rank < 0.0) 1.0 else rank) - 0.5) / 0.45),
      capAt(waters, requested, N.max(1.0 - side * 1.5 * stopDistance, 0.0)),
      capTier(instrument.tiers, requested),
      limits.maxLeverage,
    ];
    let leverage = Prim.floatFloor(least(caps));
    let soft = 0.1 / limits.fundingSensitivity;
    let hard = 0.5 / limits.fundingSensitivity;
    let carry : Float = if (paid > 0.0) paid / stopDistance else 0.0;
    let factors : [Float] = [
      if (F.isMapKnown(feed)) harden(C.factor(waters.near), limits.clusterSensitivity) else 1.0,
      1.0 - 0.75 * N.clamp01((carry - soft) / (hard - soft)),
      harden(L.factor(feed.leadLag, feed.leader, side), limits.leaderSensitivity),
    ];
    let maxLoss = N.min(limits.maxLossUsdt / equity, limits.riskPerTrade);
    let risk = switch (limits.quarterKelly) { case null maxLoss; case (?kelly) N.min(kelly, maxLoss) };
    let sizes : [Float] = [
      if held infinity else within(waters, side, 0.0015, 1.0),
      if held infinity else within(waters, -side, 0.005, 0.5),
      0.25 * equity * leverage,
      if (seen.openInterest > 0.0) 0.005 * seen.openInterest * seen.markPrice else infinity,
      (limits.portfolioBudget * equity) / (sigma * N.sqrt24),
      requested,
      (risk * equity) / (stopDistance + 2.0 * instrument.takerFee + 0.0008),
      limits.maxNotionalUsdt,
      (equity * 0.05) / (sigma * N.sqrt24),
    ];
    let factor : Float = if held 1.0 else least(factors);
    { caps; sizes; factors; leverage; notional = if (leverage < 1.0) 0.0 else factor * least(sizes) };
  };

  func middle({ levels; bidCount; priceScale } : K.Book) : Float {
    (levels[2 * bidCount] / priceScale + levels[0] / priceScale) / 2.0;
  };

  /// The levels that a trade takes: from and to before which index.
  func taken({ bidCount; levels } : K.Book, tradeSide : Float) : (Nat, Nat) {
    if (tradeSide > 0.0) (2 * bidCount, levels.size()) else (0, 2 * bidCount);
  };

  /// Largest notional whose average price stays within a slip of the middle.
  func within({ seen; feed; sigma } : Waters, tradeSide : Float, maxSlip : Float, depth : Float) : Float {
    let { book } = seen;
    if (book.bidCount == 0) {
      let ratio = maxSlip / (sigma * N.sqrt24);
      return depth * feed.turnover.day * ratio * ratio;
    };
    let { levels; priceScale; sizeScale } = book;
    let limit = middle(book) * (1.0 + tradeSide * maxSlip);
    let (first, end) = taken(book, tradeSide);
    var cost : Float = 0.0;
    var got : Float = 0.0;
    var i = first;
    while (i < end) {
      let price = levels[i] / priceScale;
      let size = (levels[i + 1] / sizeScale) * depth;
      let all = got + size;
      if (all > 0.0 and tradeSide * (price - limit) > 0.0 and tradeSide * ((cost + size * price) / all - limit) > 0.0) {
        return (got + N.clamp((limit * got - cost) / (price - limit), 0.0, size)) * seen.markPrice;
      };
      got := all;
      cost += size * price;
      i += 2;
    };
    got * seen.markPrice;
  };

  func slip({ seen; feed; sigma } : Waters, tradeSide : Float, quantity : Float, depth : Float) : Float {
    if (not (quantity > 0.0)) return 0.0;
    let { book } = seen;
    if (book.bidCount == 0) {
      let turnover = depth * feed.turnover.day;
      if (not (turnover > 0.0)) return N.infinity();
      return sigma * N.sqrt24 * Prim.floatSqrt(quantity * seen.markPrice / turnover);
    };
    let { levels; priceScale; sizeScale } = book;
    let mid = middle(book);
    let (first, end) = taken(book, tradeSide);
    var filled : Float = 0.0;
    var cost : Float = 0.0;
    var i = first;
    while (i < end and filled < quantity) {
      let take = N.min((levels[i + 1] / sizeScale) * depth, quantity - filled);
      cost += take * (levels[i] / priceScale);
      filled += take;
      i += 2;
    };
    if (filled < quantity) return N.infinity();
    (tradeSide * (cost / filled - mid)) / mid;
  };

  /// Notional that rests between the middle and a level on the adverse side.
  func depthTo({ seen; side } : Waters, level : Float) : Float {
    let { levels; priceScale; sizeScale } = seen.book;
    let (first, end) = taken(seen.book, -side);
    var notional : Float = 0.0;
    var i = first;
    label walk while (i < end) {
      let price = levels[i] / priceScale;
      if (-side * (price - level) > 0.0) break walk;
      notional += price * (levels[i + 1] / sizeScale);
      i += 2;
    };
    notional;
  };

  /// What moved the numbers, in the order of the frame.
  public func measures(waters : Waters, entering : Float, leaving : Float, stopPrice : Float) : [Float] {
    let { feed; seen; side; limits } = waters;
    let { leadLag; shock; map; bollinger; kappa; heat } = feed;
    let hasStop = stopPrice > 0.0;
    let depth : Float = if hasStop depthTo(waters, stopPrice) else 0.0;
    [
      waters.sigma,
      waters.sigmaSide,
      feed.rank.value,
      if (bollinger.ready) bollinger.bandwidth else 0.0,
      bollinger.bandwidthReference,
      feed.trend,
      stopMultipleOf(feed, limits),
      atrOf(feed),
      waters.fundingDay,
      (if (side > 0.0) kappa.long else kappa.short) / V.kappa0,
      L.correlationAt(leadLag, 24),
      leadLag.bestLag,
      leadLag.rho,
      leadLag.z,
      leadLag.ratio,
      leadLag.confidence,
      L.adverseMove(leadLag, side),
      shock.zOwn,
      shock.zLeader,
      waters.near,
      if hasStop C.barrierScore(map, side, seen.markPrice, stopPrice) else 0.0,
      if (depth > 0.0) C.pathMass(map, side, seen.markPrice, stopPrice) / depth else 0.0,
      F.heatValue(heat),
      F.printCalibration(heat),
      feed.turnover.day,
      slip(waters, side, entering, 1.0),
      slip(waters, -side, leaving, 0.5),
    ];
  };

  public let farMark : Nat32 = 1;

  /// The warning that a mark by itself gives.
  public func markWarning(feed : F.Feed, markPrice : Float) : Nat32 {
    let ratio = markPrice / feed.lastClose - 1.0;
    if (ratio > 0.01 or ratio < -0.01) farMark else 0;
  };

  /// Warnings as bits.
  public func warnings({ feed; seen; side; fundingNext } : Waters, held : Bool) : Nat32 {
    let { funding } = feed;
    var bits = markWarning(feed, seen.markPrice);
    if (L.adverseMove(feed.leadLag, side) >= 3.0) bits |= 0x20;
    if (L.isMissing(feed.leader)) bits |= 0x40;
    if (not feed.leadLag.significant) bits |= 0x80;
    if (not F.isMapKnown(feed)) bits |= 0x100;
    if (F.heatValue(feed.heat) > 5.0) bits |= 0x200;
    if (seen.openInterest == 0.0) bits |= 0x400;
    if (seen.book.bidCount == 0) bits |= 0x800;
    if (not seen.isFundingKnown) bits |= 0x1000;
    let trend = N.ewmaValue(funding.fast) - N.ewmaValue(funding.slow);
    if (side * fundingNext > 0.0 and side * trend > 0.0) bits |= 0x2000;
    if (not held and side * fundingNext < 0.0 and side * trend <= 0.0) bits |= 0x4000;
    bits;
  };
};
