import Prim "mo:⛔";
import N "Numbers";

/// Volatility of the coin, its touch calibration and its shocks: ports of `Volatility.ts`, `KappaTracker.ts` and
/// `Shock.ts` of `engine/src/model`.
module {
  public type Bar = { timeMs : Float; open : Float; high : Float; low : Float; close : Float; volume : Float };

  public type Volatility = {
    closes : [var Float];
    var bars : Nat;
    var previousClose : Float;
    var fastS : Float;
    var fastW : Float;
    var slowS : Float;
    var slowW : Float;
    var oneS : Float;
    var oneW : Float;
    var twelveS : Float;
    var twelveW : Float;
    var index : Nat;
    var drift : Float;
    var clamped : Float;
    var sigma : Float;
  };

  let sigmaMin : Float = 0.0030618621784789728;
  let sigmaYoung : Float = 0.016329931618554522;
  let sigmaMax : Float = 0.08164965809277261;
  let varianceMax : Float = 0.006666666666666668;
  let driftGain : Float = 4985.956468073152;

  public func volatility() : Volatility = {
    closes = Prim.Array_init<Float>(12, 0.0);
    var bars = 0;
    var previousClose = 0.0;
    var fastS = 0.0;
    var fastW = 0.0;
    var slowS = 0.0;
    var slowW = 0.0;
    var oneS = 0.0;
    var oneW = 0.0;
    var twelveS = 0.0;
    var twelveW = 0.0;
    var index = 0;
    var drift = 0.0;
    var clamped = sigmaMin;
    var sigma = sigmaYoung;
  };

  func varianceRatio(state : Volatility) : Float {
    if (state.twelveW == 0.0 or state.oneS == 0.0) return 1.0;
    let ratio = state.twelveS / state.twelveW / ((12.0 * state.oneS) / state.oneW);
    N.clamp(ratio, 1.0, 2.0);
  };

  /// Takes a closed bar; a synthetic one teaches nothing.
  public func volatilityStep(state : Volatility, bar : Bar, synthetic : Bool) {
    if synthetic return;
    let { open; high; low; close } = bar;
    let { closes } = state;
    let index = state.index;
    let bars = state.bars;
    if (bars > 0) {
      let previous = state.previousClose;
      let gap = N.logRatio(open, previous);
      let u = gap * gap + N.logRatio(high, close) * N.logRatio(high, open) + N.logRatio(low, close) * N.logRatio(low, open);
      state.fastS := N.lambda72 * state.fastS + (1.0 - N.lambda72) * u;
      state.fastW := N.lambda72 * state.fastW + (1.0 - N.lambda72);
      state.slowS := N.lambda864 * state.slowS + (1.0 - N.lambda864) * u;
      state.slowW := N.lambda864 * state.slowW + (1.0 - N.lambda864);
      let r = N.logRatio(close, previous);
      state.oneS := N.lambda288 * state.oneS + (1.0 - N.lambda288) * (r * r);
      state.oneW := N.lambda288 * state.oneW + (1.0 - N.lambda288);
      state.drift := N.lambda288 * state.drift + (1.0 - N.lambda288) * r;
      if (bars >= 12) {
        let r12 = N.logRatio(close, closes[index]);
        state.twelveS := N.lambda288 * state.twelveS + (1.0 - N.lambda288) * (r12 * r12);
        state.twelveW := N.lambda288 * state.twelveW + (1.0 - N.lambda288);
      };
      let fast = state.fastS / state.fastW;
      let slow = state.slowS / state.slowW;
      let sigma = Prim.floatSqrt(12.0 * varianceRatio(state) * (if (fast > slow) fast else slow));
      state.clamped := N.clamp(sigma, sigmaMin, sigmaMax);
    };
    closes[index] := close;
    state.index := if (index == 11) 0 else index + 1;
    state.previousClose := close;
    state.bars := bars + 1;
    state.sigma := if (bars < 288 and state.clamped < sigmaYoung) sigmaYoung else state.clamped;
  };

  /// Volatility of a side: raised where the drift went against it.
  public func sigmaSide(state : Volatility, side : Float) : Float {
    let sigma = state.sigma;
    let adverse = -side * state.drift;
    if (not (adverse > 0.0)) return sigma;
    let variance = sigma * sigma + driftGain * adverse * adverse;
    N.max(Prim.floatSqrt(N.min(variance, varianceMax)), sigma);
  };

  public let kappa0 : Float = 3.958078550514366;

  public type Kappa = {
    openedHour : [var Float];
    levelLong : [var Float];
    levelShort : [var Float];
    hitLong : [var Bool];
    hitShort : [var Bool];
    var long : Float;
    var short : Float;
    var nearestLong : Float;
    var nearestShort : Float;
  };

  let far : Float = 1.7976931348623157e308;

  public func kappa() : Kappa = {
    openedHour = Prim.Array_init<Float>(8, -1.0);
    levelLong = Prim.Array_init<Float>(8, 0.0);
    levelShort = Prim.Array_init<Float>(8, 0.0);
    hitLong = Prim.Array_init<Bool>(8, false);
    hitShort = Prim.Array_init<Bool>(8, false);
    var long = kappa0;
    var short = kappa0;
    var nearestLong = 0.0;
    var nearestShort = far;
  };

  func findNearest(state : Kappa) {
    var long : Float = 0.0;
    var short = far;
    var i = 0;
    while (i < 8) {
      if (state.openedHour[i] >= 0.0) {
        if (not state.hitLong[i] and state.levelLong[i] > long) long := state.levelLong[i];
        if (not state.hitShort[i] and state.levelShort[i] < short) short := state.levelShort[i];
      };
      i += 1;
    };
    state.nearestLong := long;
    state.nearestShort := short;
  };

  /// Marks the windows whose level a closed bar reached.
  public func kappaBar(state : Kappa, high : Float, low : Float) {
    if (low > state.nearestLong and high < state.nearestShort) return;
    var i = 0;
    while (i < 8) {
      if (state.openedHour[i] >= 0.0) {
        if (low <= state.levelLong[i]) state.hitLong[i] := true;
        if (high >= state.levelShort[i]) state.hitShort[i] := true;
      };
      i += 1;
    };
    findNearest(state);
  };

  func kappaAfter(kappa : Float, hit : Bool) : Float {
    N.clamp(kappa * (if hit 1.0025 else 0.9999874371859296 : Float), kappa0, 2.0 * kappa0);
  };

  /// Scores the window of eight hours ago and opens a new one.
  public func kappaHour(state : Kappa, hour : Float, close : Float, sigmaLong : Float, sigmaShort : Float) {
    let slot = N.index(hour) % 8;
    if (state.openedHour[slot] == hour - 8.0) {
      state.long := kappaAfter(state.long, state.hitLong[slot]);
      state.short := kappaAfter(state.short, state.hitShort[slot]);
    };
    state.openedHour[slot] := hour;
    state.levelLong[slot] := close * N.exp(-state.long * sigmaLong * 2.8284271247461903);
    state.levelShort[slot] := close * N.exp(state.short * sigmaShort * 2.8284271247461903);
    state.hitLong[slot] := false;
    state.hitShort[slot] := false;
    findNearest(state);
  };

  /// Drops every open window unscored.
  public func kappaDrop(state : Kappa) {
    var i = 0;
    while (i < 8) {
      state.openedHour[i] := -1.0;
      state.hitLong[i] := false;
      state.hitShort[i] := false;
      i += 1;
    };
    state.nearestLong := 0.0;
    state.nearestShort := far;
  };

  public type Shock = {
    var bars : Nat;
    var run : Nat;
    var close1 : Float;
    var close2 : Float;
    var close3 : Float;
    var sigma1 : Float;
    var sigma2 : Float;
    var sigma3 : Float;
    var leaderClose : Float;
    var leaderRun : Nat;
    var leader1 : Float;
    var leader2 : Float;
    var leaderS : Float;
    var leaderW : Float;
    var zOwn : Float;
    var zLeader : Float;
  };

  public func shock() : Shock = {
    var bars = 0;
    var run = 0;
    var close1 = 0.0;
    var close2 = 0.0;
    var close3 = 0.0;
    var sigma1 = 0.0;
    var sigma2 = 0.0;
    var sigma3 = 0.0;
    var leaderClose = 0.0;
    var leaderRun = 0;
    var leader1 = 0.0;
    var leader2 = 0.0;
    var leaderS = 0.0;
    var leaderW = 0.0;
    var zOwn = 0.0;
    var zLeader = 0.0;
  };

  public func shockStep(state : Shock, close : Float, sigma : Float, synthetic : Bool, leaderClose : Float) {
    let run = if synthetic 0 else state.run + 1;
    let known = state.bars >= 3 and run >= 3;
    state.zOwn := if known N.logRatio(close, state.close3) / (state.sigma3 * 0.5) else 0.0;
    state.bars += 1;
    state.run := run;
    state.close3 := state.close2;
    state.close2 := state.close1;
    state.close1 := close;
    state.sigma3 := state.sigma2;
    state.sigma2 := state.sigma1;
    state.sigma1 := sigma;
    let previous = state.leaderClose;
    state.leaderClose := leaderClose;
    if (previous == 0.0 or leaderClose == 0.0) {
      state.leaderRun := 0;
      state.zLeader := 0.0;
      return;
    };
    let x = N.logRatio(leaderClose, previous);
    state.leaderS := N.lambda864 * state.leaderS + (1.0 - N.lambda864) * (x * x);
    state.leaderW := N.lambda864 * state.leaderW + (1.0 - N.lambda864);
    state.leaderRun += 1;
    let sum = x + state.leader1 + state.leader2;
    state.zLeader := if (state.leaderRun >= 3 and state.leaderS > 0.0) {
      sum / (Prim.floatSqrt(state.leaderS / state.leaderW) * 1.7320508075688772);
    } else 0.0;
    state.leader2 := state.leader1;
    state.leader1 := x;
  };

  public func isShock(state : Shock, side : Float) : Bool {
    if (state.bars <= 288 or state.run < 3) return false;
    -side * state.zOwn >= 3.0 or -side * state.zLeader >= 3.5;
  };
};
