import Prim "mo:⛔";
import N "Numbers";

/// Does the leader move first? Ports of `Leader.ts` and `LeadLag.ts` of `engine/src/model`.
module {
  public type Leader = {
    times : [var Float];
    closes : [var Float];
    var lastMs : Float;
    var lastClose : Float;
    var missing : Nat;
  };

  public func leader() : Leader = {
    times = Prim.Array_init<Float>(64, -1.0);
    closes = Prim.Array_init<Float>(64, 0.0);
    var lastMs = -1.0;
    var lastClose = 0.0;
    var missing = 0;
  };

  func slotOf(timeMs : Float) : Nat { N.index(timeMs / N.barMs) % 64 };

  public func leaderBar(state : Leader, timeMs : Float, close : Float) {
    let move : Float = if (state.lastClose > 0.0) N.logRatio(close, state.lastClose) else 0.0;
    let slot = slotOf(timeMs);
    state.times[slot] := timeMs;
    state.closes[slot] := if (move > 0.5 or move < -0.5) 0.0 else close;
    state.lastMs := timeMs;
    state.lastClose := close;
  };

  public func leaderClose(state : Leader, timeMs : Float) : Float {
    let slot = slotOf(timeMs);
    let close : Float = if (state.times[slot] == timeMs) state.closes[slot] else 0.0;
    state.missing := if (close > 0.0) 0 else state.missing + 1;
    close;
  };

  public func isMissing(state : Leader) : Bool { state.missing >= 3 };

  public type LeadLag = {
    /// Rings of 25 that are written twice and filled downwards: the value `lag` bars ago lies at `index + lag`.
    raw : [var Float];
    xs : [var Float];
    ys : [var Float];
    /// Cross-covariances by lag + 24.
    cross : [var Float];
    var count : Nat;
    var index : Nat;
    var sxx : Float;
    var syy : Float;
    var weight : Float;
    var weight2 : Float;
    var severityLong : Float;
    var severityShort : Float;
    var shockShort : Float;
    var shockLong : Float;
    var bestLag : Float;
    var rho : Float;
    var z : Float;
    var ratio : Float;
    var significant : Bool;
    var confidence : Float;
  };

  public func leadLag() : LeadLag = {
    raw = Prim.Array_init<Float>(50, 0.0);
    xs = Prim.Array_init<Float>(50, 0.0);
    ys = Prim.Array_init<Float>(50, 0.0);
    cross = Prim.Array_init<Float>(49, 0.0);
    var count = 0;
    var index = 0;
    var sxx = 0.0;
    var syy = 0.0;
    var weight = 0.0;
    var weight2 = 0.0;
    var severityLong = 0.0;
    var severityShort = 0.0;
    var shockShort = 0.0;
    var shockLong = 0.0;
    var bestLag = 3.0;
    var rho = 0.0;
    var z = 0.0;
    var ratio = 0.0;
    var significant = false;
    var confidence = 0.0;
  };

  func winsorise(value : Float, squares : Float, weight : Float) : Float {
    let limit = 6.0 * Prim.floatSqrt(squares / weight);
    if (not (limit > 0.0)) return value;
    N.clamp(value, -limit, limit);
  };

  public func leadLagStep(state : LeadLag, leaderReturn : Float, ownReturn : Float) {
    let winsor = state.count >= 100;
    let x = if winsor winsorise(leaderReturn, state.sxx, state.weight) else leaderReturn;
    let y = if winsor winsorise(ownReturn, state.syy, state.weight) else ownReturn;
    let { raw; xs; ys } = state;
    let index : Nat = if (state.index == 0) 24 else state.index - 1;
    raw[index] := leaderReturn;
    raw[index + 25] := leaderReturn;
    xs[index] := x;
    xs[index + 25] := x;
    ys[index] := y;
    ys[index + 25] := y;
    state.index := index;
    state.count += 1;
    if (state.count < 25) return;
    let gain = 1.0 - N.lambda864;
    state.sxx := N.lambda864 * state.sxx + gain * x * x;
    state.syy := N.lambda864 * state.syy + gain * y * y;
    state.weight := N.lambda864 * state.weight + gain;
    state.weight2 := N.lambda864 * N.lambda864 * state.weight2 + gain * gain;
    correlate(state, x, y, index);
    state.shockShort := leaderShock(state, 3, 3.0);
    state.shockLong := leaderShock(state, 12, 12.0);
  };

  /// The sums go by twos, as the engine's do: the same additions give the same doubles.
  func correlate(state : LeadLag, x : Float, y : Float, index : Nat) {
    let { cross; xs; ys } = state;
    let lambda = N.lambda864;
    let gainX = (1.0 - N.lambda864) * x;
    let gainY = (1.0 - N.lambda864) * y;
    cross[24] := lambda * cross[24] + gainY * x;
    cross[25] := lambda * cross[25] + gainY * xs[index + 1];
    cross[23] := lambda * cross[23] + gainX * ys[index + 1];
    cross[26] := lambda * cross[26] + gainY * xs[index + 2];
    cross[22] := lambda * cross[22] + gainX * ys[index + 2];
    var forward : Float = 0.0;
    var backward : Float = 0.0;
    var best : Float = -1.7976931348623157e308;
    var bestAt = 24;
    var lag = 3;
    while (lag < 25) {
      let ahead = 24 + lag;
      let behind : Nat = 24 - lag;
      let at = index + lag;
      let leads = lambda * cross[ahead] + gainY * xs[at];
      let follows = lambda * cross[behind] + gainX * ys[at];
      let leadsNext = lambda * cross[ahead + 1] + gainY * xs[at + 1];
      let followsNext = lambda * cross[behind - 1 : Nat] + gainX * ys[at + 1];
      cross[ahead] := leads;
      cross[behind] := follows;
      cross[ahead + 1] := leadsNext;
      cross[behind - 1 : Nat] := followsNext;
      forward += leads * leads + leadsNext * leadsNext;
      backward += follows * follows + followsNext * followsNext;
      if (leads > best) { best := leads; bestAt := ahead };
      if (leadsNext > best) { best := leadsNext; bestAt := ahead + 1 };
      lag += 2;
    };
    readLead(state, N.float(bestAt) - 24.0, best, forward, backward);
  };

  func boundedSquares(cross : [var Float], from : Nat, square : Float) : Float {
    var sum : Float = 0.0;
    var i = from;
    while (i <= from + 21) {
      sum += N.min(cross[i] * cross[i], square);
      i += 1;
    };
    sum;
  };

  func readLead(state : LeadLag, bestLag : Float, best : Float, forward : Float, backward : Float) {
    let square = state.sxx * state.syy;
    let isMoving = square > 0.0;
    let led = if (forward <= square) forward else boundedSquares(state.cross, 27, square);
    let followed = if (backward <= square) backward else boundedSquares(state.cross, 0, square);
    let rho : Float = if isMoving best / Prim.floatSqrt(square) else 0.0;
    let bounded = N.clamp(rho, -1.0, 1.0);
    let z = bounded * Prim.floatSqrt(effectiveCount(state));
    let ratio : Float = if (isMoving and followed > 0.0) led / followed else 0.0;
    let significant = z >= 3.5 and ratio > 1.0;
    state.bestLag := if isMoving bestLag else 3.0;
    state.rho := bounded;
    state.z := z;
    state.ratio := ratio;
    state.significant := significant;
    state.confidence := if significant N.clamp(z / 7.0, 0.5, 1.0) else 0.0;
  };

  func effectiveCount(state : LeadLag) : Float {
    if (state.weight2 > 0.0) (state.weight * state.weight) / state.weight2 else 0.0;
  };

  public func correlationAt(state : LeadLag, place : Nat) : Float {
    let scale = Prim.floatSqrt(state.sxx * state.syy);
    if (scale > 0.0) N.clamp(state.cross[place] / scale, -1.0, 1.0) else 0.0;
  };

  func leaderShock(state : LeadLag, n : Nat, count : Float) : Float {
    let variance : Float = if (state.weight > 0.0) state.sxx / state.weight else 0.0;
    if (not (variance > 0.0)) return 0.0;
    var sum : Float = 0.0;
    var i = state.index;
    while (i < state.index + n) { sum += state.raw[i]; i += 1 };
    sum / Prim.floatSqrt(variance * count);
  };

  /// Move of our own still to come from the leader's last 24 returns.
  func expectedMove(state : LeadLag) : Float {
    var weights : Float = 0.0;
    var sum : Float = 0.0;
    var lag = 24;
    let root = Prim.floatSqrt(effectiveCount(state));
    while (lag >= 1) {
      let z = correlationAt(state, 24 + lag) * root;
      weights += if (z >= 2.0) state.cross[24 + lag] / state.sxx else 0.0;
      sum += state.xs[state.index + lag - 1 : Nat] * weights;
      lag -= 1;
    };
    sum;
  };

  public func adverseMove(state : LeadLag, side : Float) : Float {
    N.max(-side * state.shockShort, -side * state.shockLong) + 0.0;
  };

  func severity(state : LeadLag, side : Float, sigma : Float) : Float {
    let confidence = state.confidence;
    let now = N.clamp01((adverseMove(state, side) - 2.0) / 3.0) * (0.25 + 0.5 * confidence);
    if (confidence == 0.0) return now;
    let coming = 0.5 * confidence * N.clamp01((-side * expectedMove(state)) / sigma - 0.5);
    N.max(now, coming);
  };

  public func hold(state : LeadLag, sigma : Float) {
    let long = severity(state, 1.0, sigma);
    let short = severity(state, -1.0, sigma);
    state.severityLong := N.max(long, state.severityLong * N.lambda6);
    state.severityShort := N.max(short, state.severityShort * N.lambda6);
  };

  public func decay(state : LeadLag) {
    state.severityLong *= N.lambda6;
    state.severityShort *= N.lambda6;
  };

  /// F_LEADLAG, at most three quarters once the leader is missing.
  public func factor(state : LeadLag, leader : Leader, side : Float) : Float {
    let factor = 1.0 - (if (side > 0.0) state.severityLong else state.severityShort);
    if (isMissing(leader)) N.min(factor, 0.75) else factor;
  };
};
