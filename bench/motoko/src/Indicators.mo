import Prim "mo:⛔";
import N "Numbers";

/// What a closed hour teaches: Bollinger bands, Wilder's ATR and ADX, efficiency ratio, choppiness, and the rank and
/// regime of volatility. A port of the files of those names in `engine/src/model`.
module {
  public type Bollinger = {
    ring : [var Float];
    var index : Nat;
    var count : Nat;
    var mean : Float;
    var m2 : Float;
    var reference : Float;
    var ready : Bool;
    var bandwidth : Float;
    var bandwidthReference : Float;
  };

  let bands : Nat = 20;
  let referenceAlpha : Float = 0.011834319526627219;

  public func bollinger() : Bollinger = {
    ring = Prim.Array_init<Float>(bands, 0.0);
    var index = 0;
    var count = 0;
    var mean = 0.0;
    var m2 = 0.0;
    var reference = 0.0;
    var ready = false;
    var bandwidth = 0.0;
    var bandwidthReference = 0.0;
  };

  /// Mean and squared deviations of the last twenty closes; both anew each time the ring wraps.
  func moments(state : Bollinger, value : Float) {
    let { ring } = state;
    let old = ring[state.index];
    ring[state.index] := value;
    let next = state.index + 1;
    if (state.count < bands) state.count += 1;
    if (next == bands) {
      state.index := 0;
      var sum : Float = 0.0;
      for (one in ring.vals()) sum += one;
      let mean = sum / 20.0;
      var m2 : Float = 0.0;
      for (one in ring.vals()) { let d = one - mean; m2 += d * d };
      state.mean := mean;
      state.m2 := m2;
      return;
    };
    state.index := next;
    if (state.count < bands) return;
    let before = state.mean;
    let mean = before + (value - old) / 20.0;
    let m2 = state.m2 + (value - old) * (value - mean + old - before);
    state.mean := mean;
    state.m2 := if (m2 > 0.0) m2 else 0.0;
  };

  public func bollingerStep(state : Bollinger, close : Float) {
    moments(state, close);
    if (state.count < bands) return;
    let half = 2.0 * Prim.floatSqrt(state.m2 / 20.0);
    let bandwidth = (2.0 * half) / state.mean;
    state.bandwidth := bandwidth;
    if (state.ready) {
      state.bandwidthReference := state.reference;
      state.reference += referenceAlpha * (bandwidth - state.reference);
    } else {
      state.ready := true;
      state.reference := bandwidth;
    };
  };

  public type Wilder = {
    var bars : Nat;
    var high : Float;
    var low : Float;
    var close : Float;
    var atr : Float;
    var atrReady : Bool;
    var sumTr : Float;
    var sumPlus : Float;
    var sumMinus : Float;
    var adx : Float;
    var adxReady : Bool;
  };

  public func wilder() : Wilder = {
    var bars = 0;
    var high = 0.0;
    var low = 0.0;
    var close = 0.0;
    var atr = 0.0;
    var atrReady = false;
    var sumTr = 0.0;
    var sumPlus = 0.0;
    var sumMinus = 0.0;
    var adx = 0.0;
    var adxReady = false;
  };

  func trueRange(high : Float, low : Float, previousClose : Float) : Float {
    N.max(high, previousClose) - N.min(low, previousClose);
  };

  public func wilderStep(state : Wilder, high : Float, low : Float, close : Float) {
    let bar = state.bars;
    state.bars += 1;
    let up = high - state.high;
    let down = state.low - low;
    let tr = trueRange(high, low, state.close);
    state.high := high;
    state.low := low;
    state.close := close;
    if (bar == 0) return;
    let plus : Float = if (up > down and up > 0.0) up else 0.0;
    let minus : Float = if (down > up and down > 0.0) down else 0.0;
    if (state.atrReady) state.atr := (13.0 * state.atr + tr) / 14.0 else {
      state.atr += tr;
      if (bar == 14) { state.atr /= 14.0; state.atrReady := true };
    };
    if (bar < 14) {
      state.sumTr += tr;
      state.sumPlus += plus;
      state.sumMinus += minus;
      return;
    };
    state.sumTr += tr - state.sumTr / 14.0;
    state.sumPlus += plus - state.sumPlus / 14.0;
    state.sumMinus += minus - state.sumMinus / 14.0;
    let range = state.sumTr;
    let plusDi : Float = if (range > 0.0) (100.0 * state.sumPlus) / range else 0.0;
    let minusDi : Float = if (range > 0.0) (100.0 * state.sumMinus) / range else 0.0;
    let both = plusDi + minusDi;
    let difference = if (plusDi > minusDi) plusDi - minusDi else minusDi - plusDi;
    let dx : Float = if (both > 0.0) (100.0 * difference) / both else 0.0;
    if (state.adxReady) state.adx := (13.0 * state.adx + dx) / 14.0 else {
      state.adx += dx;
      if (bar == 27) { state.adx /= 14.0; state.adxReady := true };
    };
  };

  public type Efficiency = {
    closes : [var Float];
    steps : [var Float];
    var index : Nat;
    var bars : Nat;
    var previousClose : Float;
    var path : Float;
    var ready : Bool;
    var value : Float;
  };

  public func efficiency() : Efficiency = {
    closes = Prim.Array_init<Float>(20, 0.0);
    steps = Prim.Array_init<Float>(20, 0.0);
    var index = 0;
    var bars = 0;
    var previousClose = 0.0;
    var path = 0.0;
    var ready = false;
    var value = 0.0;
  };

  public func efficiencyStep(state : Efficiency, close : Float) {
    let { closes; steps } = state;
    let index = state.index;
    let move : Float = if (state.bars > 0) Prim.floatAbs(close - state.previousClose) else 0.0;
    let base = closes[index];
    var path = state.path + move - steps[index];
    closes[index] := close;
    steps[index] := move;
    state.index := if (index == 19) 0 else index + 1;
    if (state.index == 0) {
      path := 0.0;
      for (one in steps.vals()) path += one;
    };
    state.path := path;
    state.previousClose := close;
    state.bars += 1;
    if (state.bars <= 20) return;
    let ratio : Float = if (path > 0.0) Prim.floatAbs(close - base) / path else 0.0;
    state.value := N.min(ratio, 1.0);
    state.ready := true;
  };

  /// The largest of the last fourteen values: a ring that holds only values no later one has surpassed.
  type Largest = { values : [var Float]; times : [var Nat]; var head : Nat; var length : Nat; var time : Nat };

  func largest() : Largest = {
    values = Prim.Array_init<Float>(14, 0.0);
    times = Prim.Array_init<Nat>(14, 0);
    var head = 0;
    var length = 0;
    var time = 0;
  };

  func largestStep(deque : Largest, value : Float) : Float {
    let { values; times } = deque;
    if (deque.length > 0 and times[deque.head] + 14 <= deque.time) {
      deque.head := if (deque.head == 13) 0 else deque.head + 1;
      deque.length -= 1;
    };
    label trim while (deque.length > 0) {
      let last : Nat = deque.head + deque.length - 1;
      if (values[if (last < 14) last else last - 14] > value) break trim;
      deque.length -= 1;
    };
    let end = deque.head + deque.length;
    let slot : Nat = if (end < 14) end else end - 14;
    values[slot] := value;
    times[slot] := deque.time;
    deque.length += 1;
    deque.time += 1;
    values[deque.head];
  };

  public type Choppiness = {
    ranges : [var Float];
    highs : Largest;
    /// Negated lows.
    lows : Largest;
    var index : Nat;
    var bars : Nat;
    var previousClose : Float;
    var sum : Float;
    var ready : Bool;
    var value : Float;
  };

  public func choppiness() : Choppiness = {
    ranges = Prim.Array_init<Float>(14, 0.0);
    highs = largest();
    lows = largest();
    var index = 0;
    var bars = 0;
    var previousClose = 0.0;
    var sum = 0.0;
    var ready = false;
    var value = 0.0;
  };

  public func choppinessStep(state : Choppiness, high : Float, low : Float, close : Float) {
    let { ranges } = state;
    let highest = largestStep(state.highs, high);
    let lowest = -largestStep(state.lows, -low);
    let index = state.index;
    let tr : Float = if (state.bars > 0) trueRange(high, low, state.previousClose) else 0.0;
    var sum = state.sum + tr - ranges[index];
    ranges[index] := tr;
    state.index := if (index == 13) 0 else index + 1;
    if (state.index == 0) {
      sum := 0.0;
      for (one in ranges.vals()) sum += one;
    };
    state.sum := sum;
    state.previousClose := close;
    state.bars += 1;
    if (state.bars <= 14) return;
    let range = highest - lowest;
    state.value := if (range > 0.0 and sum > 0.0) N.clamp(N.log(sum / range) * 37.89231816899511, 0.0, 100.0) else 100.0;
    state.ready := true;
  };

  /// The median of three measures of trend, each scaled to [0, 1].
  public func trendScore(ratio : Float, adx : Float, chop : Float) : Float {
    let a = N.clamp01((ratio - 0.15) / 0.4);
    let b = N.clamp01((adx - 15.0) / 25.0);
    let c = N.clamp01((61.8 - chop) / 23.6);
    if (a < b) {
      if (b < c) b else if (a < c) c else a;
    } else if (a < c) a else if (b < c) c else b;
  };

  /// Rank of a value among the last 720, by logarithmic bins.
  public type Rank = { ring : [var Nat]; counts : [var Nat]; var index : Nat; var count : Nat; var value : Float };

  public func rank() : Rank = {
    ring = Prim.Array_init<Nat>(720, 0);
    counts = Prim.Array_init<Nat>(160, 0);
    var index = 0;
    var count = 0;
    var value = -1.0;
  };

  public func rankStep(state : Rank, value : Float) {
    let { ring; counts } = state;
    let place = Prim.floatFloor((N.log(value) + 7.600902459542082) / 0.05);
    let bin = if (place < 0.0) 0 else if (place > 159.0) 159 else N.index(place);
    let index = state.index;
    if (state.count == 720) counts[ring[index]] -= 1 else state.count += 1;
    ring[index] := bin;
    counts[bin] += 1;
    state.index := if (index == 719) 0 else index + 1;
    if (state.count < 50) return;
    var below = 0;
    var i = 0;
    while (i < bin) { below += counts[i]; i += 1 };
    state.value := (N.float(below) + 0.5 * N.float(counts[bin])) / N.float(state.count);
  };

  /// Names of the weather by their numbers; 0 is unknown.
  public type Regime = { var volatility : Nat; var trend : Nat };

  public func regime() : Regime = { var volatility = 0; var trend = 0 };

  public func regimeStep(state : Regime, rank : Float, trend : Float, trendReady : Bool) {
    if (rank >= 0.0) {
      let high = rank >= (if (state.volatility >= 3) 0.7 else 0.8 : Float);
      state.volatility := if (rank >= 0.95) 4 else if high 3 else if (rank < 0.5) 1 else 2;
    };
    if (not trendReady) return;
    state.trend := if (trend >= (if (state.trend == 1) 0.5 else 0.6 : Float)) 1
      else if (if (state.trend == 3) trend < 0.5 else trend <= 0.4) 3 else 2;
  };
};
