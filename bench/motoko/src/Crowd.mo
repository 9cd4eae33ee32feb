import Prim "mo:⛔";
import N "Numbers";

/// Where the crowd would be liquidated: a port of `Clusters.ts` and `ClusterScores.ts` of `engine/src/model`. Buckets
/// are 0.25 % of log price wide; places are whole numbers that may lie outside the window, hence Int.
module {
  public type Mix = { weights : [Float]; longShifts : [Float]; shortShifts : [Float] };

  public type Map = {
    longs : [var Float];
    shorts : [var Float];
    var base : Int;
    var scale : Float;
    var topLong : Int;
    var bottomShort : Int;
    var openInterest : Float;
    var bars : Nat;
    var swept : Float;
    var place : Int;
    var middle : Float;
    var lnMiddle : Float;
    var aheadLong : Float;
    var aheadShort : Float;
  };

  let buckets : Int = 1024;
  let width : Float = 0.0025;
  let range : Int = 120;

  public func mix(leverages : [Float], weights : [Float]) : Mix = {
    weights;
    longShifts = Prim.Array_tabulate<Float>(leverages.size(), func i { N.log((1.0 - 1.0 / leverages[i]) / (1.0 - 0.01)) });
    shortShifts = Prim.Array_tabulate<Float>(leverages.size(), func i { N.log((1.0 + 1.0 / leverages[i]) / (1.0 + 0.01)) });
  };

  public func map() : Map = {
    longs = Prim.Array_init<Float>(1024, 0.0);
    shorts = Prim.Array_init<Float>(1024, 0.0);
    var base = 0;
    var scale = 1.0;
    var topLong = -1;
    var bottomShort = 1024;
    var openInterest = 0.0;
    var bars = 0;
    var swept = 0.0;
    var place = 0;
    var middle = 1.0;
    var lnMiddle = 0.0;
    var aheadLong = 0.0;
    var aheadShort = 0.0;
  };

  public func clear(state : Map) {
    var i = 0;
    while (i < 1024) { state.longs[i] := 0.0; state.shorts[i] := 0.0; i += 1 };
    state.scale := 1.0;
    state.topLong := -1;
    state.bottomShort := 1024;
    state.openInterest := 0.0;
    state.bars := 0;
    state.swept := 0.0;
    state.place := 0;
    state.middle := 1.0;
    state.lnMiddle := 0.0;
    state.aheadLong := 0.0;
    state.aheadShort := 0.0;
  };

  func whole(value : Float) : Int { Prim.int64ToInt(Prim.floatToInt64(Prim.floatFloor(value))) };
  func nat(value : Int) : Nat { Prim.abs(value) };

  /// Bucket of a price in the grid, by way of the last bar's.
  func placeOf(state : Map, price : Float) : Int {
    whole((state.lnMiddle + N.logRatio(price, state.middle)) / width);
  };

  func shifted(masses : [var Float], shift : Int) {
    if (shift >= buckets or shift <= -buckets) {
      var i = 0;
      while (i < 1024) { masses[i] := 0.0; i += 1 };
    } else if (shift > 0) {
      let by = nat(shift);
      var i = 0;
      while (i < 1024) { masses[i] := if (i + by < 1024) masses[i + by] else 0.0; i += 1 };
    } else {
      let by = nat(shift);
      var i = 1024;
      while (i > 0) { i -= 1; masses[i] := if (i >= by) masses[i - by : Nat] else 0.0 };
    };
  };

  func bounded(value : Int, low : Int, high : Int) : Int {
    if (value < low) low else if (value > high) high else value;
  };

  func recentre(state : Map, place : Int) {
    let base = place - 512;
    let shift = base - state.base;
    shifted(state.longs, shift);
    shifted(state.shorts, shift);
    state.base := base;
    state.topLong := bounded(state.topLong - shift, -1, buckets - 1);
    state.bottomShort := bounded(state.bottomShort - shift, 0, buckets);
    state.place -= shift;
  };

  func sweep(state : Map, first : Int, last : Int) {
    let { longs; shorts } = state;
    let place = state.place;
    var mass : Float = 0.0;
    var top = state.topLong;
    while (top >= 0 and top >= first) {
      let here = longs[nat(top)];
      mass += here;
      if (top <= place and top > place - range) state.aheadLong -= here;
      longs[nat(top)] := 0.0;
      top -= 1;
    };
    var bottom = state.bottomShort;
    while (bottom < buckets and bottom <= last) {
      let here = shorts[nat(bottom)];
      mass += here;
      if (bottom >= place and bottom < place + range) state.aheadShort -= here;
      shorts[nat(bottom)] := 0.0;
      bottom += 1;
    };
    state.topLong := top;
    state.bottomShort := bottom;
    state.swept := mass * state.scale;
  };

  /// Adds mass between two buckets; returns what of it lies in the range that begins at `from`.
  func put(masses : [var Float], u : Float, mass : Float, from : Int) : Float {
    if (not (u >= 0.0 and u < 1023.0)) return 0.0;
    let lower = Prim.floatFloor(u);
    let bucket = N.index(lower);
    let upper = mass * (u - lower);
    masses[bucket] += mass - upper;
    masses[bucket + 1] += upper;
    let within = bucket - from : Int;
    if (within < 0) return if (within == -1) upper else 0.0;
    if (within < range - 1) return mass;
    if (within == range - 1) mass - upper else 0.0;
  };

  func deposit(state : Map, mix : Mix, low : Float, middle : Float, high : Float, mass : Float) {
    let { longs; shorts } = state;
    let fromLong = state.place - range + 1;
    let fromShort = state.place;
    var aheadLong = state.aheadLong;
    var aheadShort = state.aheadShort;
    var nearestLong : Float = -1e9;
    var nearestShort : Float = 1e9;
    var i = 0;
    while (i < mix.weights.size()) {
      let half = mass * 0.5 * mix.weights[i];
      let quarter = mass * 0.25 * mix.weights[i];
      let long = mix.longShifts[i] * 400.0;
      let short = mix.shortShifts[i] * 400.0;
      aheadLong += put(longs, low + long, quarter, fromLong) + put(longs, middle + long, half, fromLong) + put(longs, high + long, quarter, fromLong);
      aheadShort += put(shorts, low + short, quarter, fromShort) + put(shorts, middle + short, half, fromShort) + put(shorts, high + short, quarter, fromShort);
      if (long > nearestLong) nearestLong := long;
      if (short < nearestShort) nearestShort := short;
      i += 1;
    };
    state.aheadLong := aheadLong;
    state.aheadShort := aheadShort;
    let top = whole(high + nearestLong) + 1;
    let bottom = whole(low + nearestShort);
    if (top > state.topLong) state.topLong := bounded(top, -1, buckets - 1);
    if (bottom < state.bottomShort) state.bottomShort := bounded(bottom, 0, buckets);
  };

  func renormalise(state : Map) {
    var i = 0;
    while (i < 1024) {
      state.longs[i] *= state.scale;
      state.shorts[i] *= state.scale;
      i += 1;
    };
    state.aheadLong *= state.scale;
    state.aheadShort *= state.scale;
    state.scale := 1.0;
  };

  func sumOf(masses : [var Float], from : Int, to : Int) : Float {
    if (to < 0 or from >= buckets or to < from) return 0.0;
    let last = nat(if (to < buckets) to else buckets - 1);
    var i = nat(if (from > 0) from else 0);
    var sum : Float = 0.0;
    while (i <= last) { sum += masses[i]; i += 1 };
    sum;
  };

  func between(masses : [var Float], from : Int, to : Int) : Float {
    if (to >= from) sumOf(masses, from, to - 1) else -sumOf(masses, to, from - 1);
  };

  func scaledAhead(state : Map, side : Float, place : Int) : Float {
    let from = state.place;
    let isFar = place - from > range / 2 or from - place > range / 2;
    if (side > 0.0) {
      if isFar return sumOf(state.longs, place - range + 1, place);
      state.aheadLong + between(state.longs, from + 1, place + 1) - between(state.longs, from - range + 1, place - range + 1);
    } else {
      if isFar return sumOf(state.shorts, place, place + range - 1);
      state.aheadShort + between(state.shorts, from + range, place + range) - between(state.shorts, from, place);
    };
  };

  /// One closed bar: decay, sweep, what closed (`kept` stays), then what opened (quote).
  func advance(state : Map, mix : Mix, high : Float, low : Float, close : Float, kept : Float, opened : Float) {
    let middle = (high + low + close) / 3.0;
    let lnMiddle = N.log(middle);
    let lnHigh = lnMiddle + N.logRatio(high, middle);
    let lnLow = lnMiddle + N.logRatio(low, middle);
    let place = whole(lnMiddle / width);
    state.middle := middle;
    state.lnMiddle := lnMiddle;
    if (state.bars == 0) {
      state.base := place - 512;
      state.place := 512;
    } else if (place - state.base < 192 or place - state.base >= buckets - 192) recentre(state, place);
    state.scale *= N.lambda576;
    let base = state.base;
    let aheadLong = state.aheadLong;
    let aheadShort = state.aheadShort;
    sweep(state, whole(lnLow / width) - base, whole(lnHigh / width) - base);
    let isHalved = 2.0 * state.aheadLong < aheadLong or 2.0 * state.aheadShort < aheadShort;
    state.scale *= kept;
    if (state.scale < 1e-100) renormalise(state);
    if (place - base != state.place) {
      let long = scaledAhead(state, 1.0, place - base);
      let short = scaledAhead(state, -1.0, place - base);
      state.aheadLong := long;
      state.aheadShort := short;
      state.place := place - base;
    };
    if (opened > 0.0) {
      let centre = 0.5 + Prim.int64ToFloat(Prim.intToInt64(base));
      deposit(state, mix, lnLow * 400.0 - centre, lnMiddle * 400.0 - centre, lnHigh * 400.0 - centre, opened / state.scale);
    };
    state.bars += 1;
    if (isHalved or state.bars % 288 == 0) {
      state.aheadLong := sumOf(state.longs, state.place - range + 1, state.place);
      state.aheadShort := sumOf(state.shorts, state.place, state.place + range - 1);
    };
  };

  public func step(state : Map, mix : Mix, high : Float, low : Float, close : Float, openInterest : Float) {
    let previous = if (state.bars == 0 or state.openInterest == 0.0) openInterest else state.openInterest;
    let kept : Float = if (openInterest < previous) openInterest / previous else 1.0;
    let opened : Float = if (openInterest > previous) (openInterest - previous) * ((high + low + close) / 3.0) else 0.0;
    state.openInterest := openInterest;
    advance(state, mix, high, low, close, kept, opened);
  };

  public func proxyStep(state : Map, mix : Mix, high : Float, low : Float, close : Float, volume : Float) {
    advance(state, mix, high, low, close, 1.0, 0.02 * volume * close);
  };

  public func blindStep(state : Map, mix : Mix, high : Float, low : Float, close : Float) {
    state.openInterest := 0.0;
    advance(state, mix, high, low, close, 1.0, 0.0);
  };

  func massBetween(state : Map, side : Float, from : Int, to : Int) : Float {
    sumOf(if (side > 0.0) state.longs else state.shorts, from - state.base, to - state.base) * state.scale;
  };

  func meanAhead(state : Map, side : Float, place : Int) : Float {
    let ahead = scaledAhead(state, side, place - state.base);
    if (ahead > 0.0) (ahead * state.scale) / 120.0 else 0.0;
  };

  public func barrierScore(state : Map, side : Float, price : Float, level : Float) : Float {
    let mean = meanAhead(state, side, placeOf(state, price));
    if (not (mean > 0.0)) return 0.0;
    let place = placeOf(state, level);
    massBetween(state, side, place - 2, place + 2) / 5.0 / mean;
  };

  public func nearScore(state : Map, side : Float, price : Float, sigma4h : Float) : Float {
    let reach = Prim.floatCeil(sigma4h / width);
    let count = whole(reach);
    let place = placeOf(state, price);
    let mean = meanAhead(state, side, place);
    if (not (mean > 0.0 and count > 0)) return 0.0;
    let mass = if (side > 0.0) massBetween(state, side, place - count + 1, place) else massBetween(state, side, place, place + count - 1);
    mass / (reach * mean);
  };

  public func pathMass(state : Map, side : Float, price : Float, level : Float) : Float {
    let place = placeOf(state, price);
    let end = placeOf(state, level);
    if (side > 0.0) massBetween(state, side, end, place) else massBetween(state, side, place, end);
  };

  public func factor(score : Float) : Float { 1.0 - 0.75 * N.clamp01((score - 1.5) / 2.5) };
};
