import Prim "mo:⛔";
import N "Numbers";
import I "Indicators";
import V "Volatility";
import L "Leader";
import C "Crowd";

/// Everything the model remembers of one perpetual's prices, and the step of a closed bar: a port of
/// `engine/src/Feed.ts` with the hour, the heat of forced orders, the turnover and the funding statistics.
module {
  public type Feed = {
    var lastMs : Float;
    var lastClose : Float;
    var bars : Nat;
    hour : Hour;
    bollinger : I.Bollinger;
    wilder : I.Wilder;
    efficiency : I.Efficiency;
    choppiness : I.Choppiness;
    volatility : V.Volatility;
    rank : I.Rank;
    kappa : V.Kappa;
    var trend : Float;
    regime : I.Regime;
    leader : L.Leader;
    leadLag : L.LeadLag;
    shock : V.Shock;
    var mix : C.Mix;
    map : C.Map;
    var openInterest : Float;
    var openInterestAge : Nat;
    var isMapMeasured : Bool;
    heat : Heat;
    turnover : Turnover;
    funding : Funding;
    var lastSettlementMs : Float;
  };

  public type Hour = { var bars : Nat; var synthetic : Nat; var high : Float; var low : Float; var close : Float };
  public type Heat = { fast : N.Ewma; slow : N.Ewma; swept : N.Ewma; var pending : Float };
  public type Turnover = { hours : [var Float]; var index : Nat; var running : Float; var day : Float };
  public type Funding = { fast : N.Ewma; slow : N.Ewma };

  public func feed() : Feed = {
    var lastMs = -1.0;
    var lastClose = 0.0;
    var bars = 0;
    hour = { var bars = 0; var synthetic = 0; var high = 0.0; var low = 0.0; var close = 0.0 };
    bollinger = I.bollinger();
    wilder = I.wilder();
    efficiency = I.efficiency();
    choppiness = I.choppiness();
    volatility = V.volatility();
    rank = I.rank();
    kappa = V.kappa();
    var trend = 0.0;
    regime = I.regime();
    leader = L.leader();
    leadLag = L.leadLag();
    shock = V.shock();
    var mix = C.mix([3.0, 5.0, 10.0, 20.0, 25.0], [0.1, 0.2, 0.35, 0.2, 0.15]);
    map = C.map();
    var openInterest = 0.0;
    var openInterestAge = 0;
    var isMapMeasured = false;
    heat = { fast = N.ewma(); slow = N.ewma(); swept = N.ewma(); var pending = 0.0 };
    turnover = { hours = Prim.Array_init<Float>(24, 0.0); var index = 0; var running = 0.0; var day = 0.0 };
    funding = { fast = N.ewma(); slow = N.ewma() };
    var lastSettlementMs = -1.0;
  };

  public func setCrowd(feed : Feed, leverages : [Float], weights : [Float]) {
    feed.mix := C.mix(leverages, weights);
  };

  public func stepLeader(feed : Feed, timeMs : Float, close : Float) {
    L.leaderBar(feed.leader, timeMs, close);
  };

  public func settle(feed : Feed, timeMs : Float, rate : Float) {
    N.ewmaStep(feed.funding.fast, N.lambda3, rate);
    N.ewmaStep(feed.funding.slow, N.lambda21, rate);
    feed.lastSettlementMs := timeMs;
  };

  public func isMapKnown(feed : Feed) : Bool { feed.isMapMeasured and feed.openInterestAge <= 13 };

  public func heatValue({ fast; slow } : Heat) : Float {
    let usual = N.ewmaValue(slow);
    if (usual > 0.0) N.ewmaValue(fast) / usual else 0.0;
  };

  public func printCalibration({ slow; swept } : Heat) : Float {
    let mass = N.ewmaValue(swept);
    if (not (mass > 0.0)) return 1.0;
    N.clamp(N.ewmaValue(slow) / mass, 0.05, 1.0);
  };

  public func isJump(from : Float, to : Float) : Bool {
    let r = N.logRatio(to, from);
    r > 0.5 or r < -0.5;
  };

  /// Takes the next closed bar and the open interest at its close, 0 where unknown; missing ones before it are filled flat.
  public func step(feed : Feed, bar : V.Bar, openInterest : Float) {
    if (feed.lastMs >= 0.0) {
      let last = feed.lastClose;
      var timeMs = feed.lastMs + N.barMs;
      while (timeMs < bar.timeMs) {
        stepOne(feed, { timeMs; open = last; high = last; low = last; close = last; volume = 0.0 }, true);
        timeMs += N.barMs;
      };
      if (isJump(last, bar.close)) V.kappaDrop(feed.kappa);
    };
    if (openInterest > 0.0) {
      feed.openInterest := openInterest;
      feed.openInterestAge := 0;
    };
    stepOne(feed, bar, false);
  };

  func stepOne(feed : Feed, bar : V.Bar, synthetic : Bool) {
    V.volatilityStep(feed.volatility, bar, synthetic);
    V.kappaBar(feed.kappa, bar.high, bar.low);
    stepGuard(feed, bar, synthetic);
    stepMap(feed, bar, synthetic);
    let (ends, usable) = hourStep(feed.hour, bar, synthetic);
    turnoverStep(feed.turnover, bar.volume * bar.close, ends);
    if ends stepHour(feed, bar, usable);
    feed.lastMs := bar.timeMs;
    feed.lastClose := bar.close;
    if (not synthetic) feed.bars += 1;
  };

  func stepGuard(feed : Feed, bar : V.Bar, synthetic : Bool) {
    let { shock; leadLag } = feed;
    let before = feed.lastClose;
    let leaderBefore = shock.leaderClose;
    let leaderNow = L.leaderClose(feed.leader, bar.timeMs);
    let sigma = feed.volatility.sigma;
    V.shockStep(shock, bar.close, sigma, synthetic, leaderNow);
    if (shock.run >= 2 and leaderBefore > 0.0 and leaderNow > 0.0) {
      L.leadLagStep(leadLag, N.logRatio(leaderNow, leaderBefore), N.logRatio(bar.close, before));
      L.hold(leadLag, sigma);
    } else L.decay(leadLag);
  };

  func stepMap(feed : Feed, { high; low; close; volume } : V.Bar, synthetic : Bool) {
    let { map; heat } = feed;
    if (feed.openInterest == 0.0) C.proxyStep(map, feed.mix, high, low, close, volume) else {
      if (not feed.isMapMeasured) {
        C.clear(map);
        feed.isMapMeasured := true;
      };
      feed.openInterestAge += 1;
      if (isMapKnown(feed)) C.step(map, feed.mix, high, low, close, feed.openInterest) else C.blindStep(map, feed.mix, high, low, close);
    };
    // What was printed during a gap belongs to the bar after it.
    if synthetic return;
    N.ewmaStep(heat.fast, N.lambda12, heat.pending);
    N.ewmaStep(heat.slow, N.lambda576, heat.pending);
    N.ewmaStep(heat.swept, N.lambda576, map.swept);
    heat.pending := 0.0;
  };

  /// Whether the clock hour ends with this bar, and whether the indicators may use it.
  func hourStep(hour : Hour, bar : V.Bar, synthetic : Bool) : (Bool, Bool) {
    let position = N.index(bar.timeMs / N.barMs) % 12;
    if (position == 0 or hour.bars == 0) {
      hour.bars := 1;
      hour.synthetic := if synthetic 1 else 0;
      hour.high := bar.high;
      hour.low := bar.low;
    } else {
      hour.bars += 1;
      if synthetic hour.synthetic += 1;
      if (bar.high > hour.high) hour.high := bar.high;
      if (bar.low < hour.low) hour.low := bar.low;
    };
    hour.close := bar.close;
    if (position != 11) return (false, false);
    let usable = hour.bars == 12 and hour.synthetic <= 3;
    hour.bars := 0;
    (true, usable);
  };

  func turnoverStep(state : Turnover, notional : Float, hourEnds : Bool) {
    state.running += notional;
    if (not hourEnds) return;
    state.hours[state.index] := state.running;
    state.running := 0.0;
    state.index := if (state.index == 23) 0 else state.index + 1;
    var day : Float = 0.0;
    for (one in state.hours.vals()) day += one;
    state.day := day;
  };

  func stepHour(feed : Feed, bar : V.Bar, usable : Bool) {
    let { hour; wilder; efficiency; choppiness; volatility; rank; kappa } = feed;
    if usable {
      I.bollingerStep(feed.bollinger, hour.close);
      I.wilderStep(wilder, hour.high, hour.low, hour.close);
      I.efficiencyStep(efficiency, hour.close);
      I.choppinessStep(choppiness, hour.high, hour.low, hour.close);
    };
    let trendReady = wilder.adxReady and efficiency.ready and choppiness.ready;
    if (usable and trendReady) feed.trend := I.trendScore(efficiency.value, wilder.adx, choppiness.value);
    I.rankStep(rank, volatility.sigma);
    I.regimeStep(feed.regime, rank.value, feed.trend, trendReady);
    if (feed.bars >= 288) {
      V.kappaHour(kappa, Prim.floatFloor(bar.timeMs / N.hourMs), bar.close, V.sigmaSide(volatility, 1.0), V.sigmaSide(volatility, -1.0));
    };
  };
};
