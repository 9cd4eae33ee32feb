import Prim "mo:⛔";
import N "Numbers";
import V "Volatility";
import F "Feed";

/// Frames as docs/frame.md has them, read where they lie: in a region, whose loads are words and doubles at once.
module {
  public type Instrument = {
    hash : Nat32;
    tickNumerator : Float;
    tickDenominator : Float;
    quantityStep : Float;
    minNotionalUsdt : Float;
    takerFee : Float;
    tiers : [Tier];
    leverages : [Float];
    weights : [Float];
    /// Whether a margin rule of another kind of venue follows: such instruments are refused.
    hasRule : Bool;
  };

  public type Tier = { minNotional : Float; maxNotional : Float; mmr : Float; maxLeverage : Float; cum : Float };

  /// Price and size by turns in units of 1/scale, bids first, best first on each side.
  public type Book = { bidCount : Nat; askCount : Nat; priceScale : Float; sizeScale : Float; levels : [Float] };

  public type Close = { timeMs : Float; close : Float };
  public type Settlement = { timeMs : Float; rate : Float };

  public type Look = {
    id : Blob;
    timeMs : Float;
    markPrice : Float;
    equityUsdt : Float;
    isFundingKnown : Bool;
    fundingTimeMs : Float;
    fundingRate : Float;
    fundingIntervalHours : Float;
    side : Float;
    quantity : Float;
    entryPrice : Float;
    walletUsdt : Float;
    venueLiquidationPrice : Float;
    openedMs : Float;
    restingStopPrice : Float;
    restingStopQuantity : Float;
    onRecord : Bool;
    isNews : Bool;
    instrumentHash : Nat32;
    instrument : ?Instrument;
    bars : [V.Bar];
    leaderBars : [Close];
    settlements : [Settlement];
    openInterest : Float;
    book : Book;
    longPrintsUsdt : Float;
    shortPrintsUsdt : Float;
  };

  /// What is read, or the leaf of the error that refuses it.
  public type Read<T> = { #ok : T; #refused : Text };

  func byte(room : Region, at : Nat64) : Nat { Prim.nat8ToNat(Prim.regionLoadNat8(room, at)) };
  func unsigned(value : Nat32) : Float { Prim.int64ToFloat(Prim.nat64ToInt64(Prim.nat32ToNat64(value))) };
  func word(room : Region, at : Nat64) : Float { unsigned(Prim.regionLoadNat32(room, at)) };
  func signed(room : Region, at : Nat64) : Float { Prim.int64ToFloat(Prim.int32ToInt64(Prim.regionLoadInt32(room, at))) };
  func whole(room : Region, at : Nat64) : Float { Prim.int64ToFloat(Prim.regionLoadInt64(room, at)) };
  func amount(room : Region, at : Nat64) : Float { whole(room, at) / N.e8 };

  /// An IEEE single.
  func single(room : Region, at : Nat64) : Float {
    let bits = Prim.regionLoadNat32(room, at);
    let fraction = unsigned(bits & 0x7f_ffff);
    let exponent = unsigned((bits >> 23) & 0xff);
    if (exponent == 0.0) fraction * N.powerOfTwo(-149.0) else (fraction + 8_388_608.0) * N.powerOfTwo(exponent - 150.0);
  };

  let scales : [Float] = [1.0, 10.0, 100.0, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8];

  /// Amounts of a series: four bytes each with so many decimals, or e8.
  type Scaled = { scale : Float; bytes : Nat64 };

  func scaled(decimals : Nat) : ?Scaled {
    if (decimals == 255) ?{ scale = N.e8; bytes = 8 } else if (decimals <= 8) ?{ scale = scales[decimals]; bytes = 4 } else null;
  };

  func units(room : Region, at : Nat64, { bytes } : Scaled) : Float {
    if (bytes == 4) word(room, at) else whole(room, at);
  };

  func bar(room : Region, at : Nat64, prices : Scaled) : V.Bar {
    let { scale; bytes } = prices;
    {
      timeMs = word(room, at) * N.barMs;
      volume = single(room, at + 4);
      open = units(room, at + 8, prices) / scale;
      high = units(room, at + 8 + bytes, prices) / scale;
      low = units(room, at + 8 + 2 * bytes, prices) / scale;
      close = units(room, at + 8 + 3 * bytes, prices) / scale;
    };
  };

  func bars(room : Region, from : Nat64, count : Nat, prices : Scaled) : [V.Bar] {
    Prim.Array_tabulate<V.Bar>(count, func i { bar(room, from + Prim.natToNat64(i) * (8 + 4 * prices.bytes), prices) });
  };

  func closes(room : Region, from : Nat64, count : Nat, prices : Scaled) : [Close] {
    Prim.Array_tabulate<Close>(count, func i {
      let at = from + Prim.natToNat64(i) * (4 + prices.bytes);
      { timeMs = word(room, at) * N.barMs; close = units(room, at + 4, prices) / prices.scale };
    });
  };

  func settlements(room : Region, from : Nat64, count : Nat) : [Settlement] {
    Prim.Array_tabulate<Settlement>(count, func i {
      let at = from + Prim.natToNat64(i) * 12;
      { timeMs = whole(room, at); rate = signed(room, at + 8) / N.e8 };
    });
  };

  /// The instrument at a place, and where it ends.
  func instrument(room : Region, from : Nat64) : (Instrument, Nat64) {
    let head = from + 1 + Prim.natToNat64(byte(room, from));
    let tierCount = byte(room, head + 32);
    let tiers = Prim.Array_tabulate<Tier>(tierCount, func i {
      let at = head + 33 + 34 * Prim.natToNat64(i);
      {
        minNotional = whole(room, at);
        maxNotional = whole(room, at + 8);
        mmr = amount(room, at + 16);
        maxLeverage = unsigned(Prim.nat16ToNat32(Prim.regionLoadNat16(room, at + 24)));
        cum = Prim.regionLoadFloat(room, at + 26);
      };
    });
    let crowdAt = head + 33 + 34 * Prim.natToNat64(tierCount);
    let crowd = byte(room, crowdAt) % 128;
    let part = func(offset : Nat64) : [Float] {
      Prim.Array_tabulate<Float>(crowd, func i { amount(room, crowdAt + 1 + offset + 16 * Prim.natToNat64(i)) });
    };
    let end = crowdAt + 1 + 16 * Prim.natToNat64(crowd);
    let read : Instrument = {
      hash = fnv1a(room, from, end);
      tickNumerator = word(room, head);
      tickDenominator = word(room, head + 4);
      quantityStep = amount(room, head + 8);
      minNotionalUsdt = amount(room, head + 16);
      takerFee = amount(room, head + 24);
      tiers;
      leverages = if (crowd == 0) [3.0, 5.0, 10.0, 20.0, 25.0] else part(0);
      weights = if (crowd == 0) [0.1, 0.2, 0.35, 0.2, 0.15] else part(8);
      hasRule = byte(room, crowdAt) >= 128;
    };
    (read, end);
  };

  func fnv1a(room : Region, from : Nat64, end : Nat64) : Nat32 {
    var hash : Nat32 = 0x811c9dc5;
    var at = from;
    while (at < end) {
      hash := (hash ^ Prim.nat16ToNat32(Prim.nat8ToNat16(Prim.regionLoadNat8(room, at)))) *% 0x01000193;
      at += 1;
    };
    hash;
  };

  /// Reads an observation that lies at the region's beginning.
  public func read(room : Region, size : Nat64) : Read<Look> {
    if (size < 80) return #refused "frame-truncated";
    if (Prim.regionLoadNat16(room, 0) != 0x0301) return #refused "frame-kind";
    let side = Prim.int64ToFloat(Prim.int32ToInt64(Prim.int16ToInt32(Prim.int8ToInt16(Prim.regionLoadInt8(room, 2)))));
    let interval = byte(room, 3);
    let flags = byte(room, 76);
    let barCount = byte(room, 68);
    let leaderCount = byte(room, 69);
    let settlementCount = byte(room, 70);
    let bidCount = byte(room, 71);
    let askCount = byte(room, 72);
    if (flags > 15 or barCount > 12 or leaderCount > 12 or settlementCount > 12 or bidCount > 20 or askCount > 20) return #refused "out-of-domain";
    let ?prices = scaled(byte(room, 73)) else return #refused "out-of-domain";
    let ?leaders = scaled(byte(room, 74)) else return #refused "out-of-domain";
    let ?sizes = scaled(byte(room, 75)) else return #refused "out-of-domain";
    let stopAt : Nat64 = if (side == 0.0) 80 else 120;
    let printsAt = if (flags % 4 >= 2) stopAt + 16 else stopAt;
    let barsAt = if (flags % 8 >= 4) printsAt + 16 else printsAt;
    let leadersAt = barsAt + Prim.natToNat64(barCount) * (8 + 4 * prices.bytes);
    let settlementsAt = leadersAt + Prim.natToNat64(leaderCount) * (4 + leaders.bytes);
    let bookAt = settlementsAt + Prim.natToNat64(settlementCount) * 12;
    let levels = bidCount + askCount;
    let end = bookAt + Prim.natToNat64(levels) * (prices.bytes + sizes.bytes);
    if (size < end) return #refused "frame-truncated";
    let hasInstrument = flags >= 8;
    if (not hasInstrument and size > end) return #refused "frame-trailing";
    let hasPosition = side != 0.0;
    let hash = Prim.regionLoadNat32(room, 4);
    var brought : ?Instrument = null;
    if hasInstrument {
      let (one, last) = instrument(room, end);
      if (one.hasRule) return #refused "margin-rule";
      if (last != size) return #refused "frame-truncated";
      if (one.hash != hash) return #refused "out-of-domain";
      brought := ?one;
    };
    // A wide amount is e8 already; then the scale of the other stays its own.
    #ok {
      id = Prim.regionLoadBlob(room, 8, 16);
      timeMs = whole(room, 24);
      markPrice = amount(room, 32);
      equityUsdt = amount(room, 40);
      isFundingKnown = interval != 0;
      fundingTimeMs = whole(room, 48);
      fundingRate = signed(room, 64) / N.e8;
      fundingIntervalHours = N.float(interval);
      side;
      quantity = if hasPosition amount(room, 80) else 0.0;
      entryPrice = if hasPosition amount(room, 88) else 0.0;
      walletUsdt = if hasPosition amount(room, 96) else 0.0;
      venueLiquidationPrice = if hasPosition amount(room, 104) else 0.0;
      openedMs = if hasPosition whole(room, 112) else 0.0;
      restingStopPrice = if (printsAt > stopAt) amount(room, stopAt) else 0.0;
      restingStopQuantity = if (printsAt > stopAt) amount(room, stopAt + 8) else 0.0;
      onRecord = flags % 2 == 1;
      isNews = barCount + leaderCount + settlementCount > 0 or hasInstrument or flags % 2 == 1;
      instrumentHash = hash;
      instrument = brought;
      bars = bars(room, barsAt, barCount, prices);
      leaderBars = closes(room, leadersAt, leaderCount, leaders);
      settlements = settlements(room, settlementsAt, settlementCount);
      openInterest = whole(room, 56);
      book = {
        bidCount;
        askCount;
        priceScale = prices.scale;
        sizeScale = sizes.scale;
        levels = Prim.Array_tabulate<Float>(2 * levels, func i {
          let at = bookAt + Prim.natToNat64(i / 2) * (prices.bytes + sizes.bytes);
          if (i % 2 == 0) units(room, at, prices) else units(room, at + prices.bytes, sizes);
        });
      };
      longPrintsUsdt = if (barsAt > printsAt) whole(room, printsAt) else 0.0;
      shortPrintsUsdt = if (barsAt > printsAt) whole(room, printsAt + 8) else 0.0;
    };
  };

  let maxAmount : Float = 67_108_864.0;

  func isPrice(value : Float) : Bool { value >= 1e-8 and value <= 16_777_216.0 };

  func isBar({ timeMs; open; high; low; close; volume } : V.Bar) : Bool {
    timeMs >= 0.0 and low >= 1e-8 and high <= 16_777_216.0 and high >= open and high >= close and low <= open and low <= close and volume >= 0.0;
  };

  func isBookOrdered({ bidCount; askCount; levels } : Book) : Bool {
    if (bidCount + askCount == 0) return true;
    if (bidCount == 0 or askCount == 0) return false;
    var previous = N.infinity();
    var i = 0;
    while (i < 2 * bidCount) {
      if (not (levels[i] > 0.0 and levels[i] < previous and levels[i + 1] > 0.0)) return false;
      previous := levels[i];
      i += 2;
    };
    previous := levels[0];
    while (i < levels.size()) {
      if (not (levels[i] > previous and levels[i + 1] > 0.0)) return false;
      previous := levels[i];
      i += 2;
    };
    true;
  };

  /// Everything that can be wrong with a look, found before anything is changed: a leaf, or nothing.
  public func refusal(seen : Look, feed : F.Feed, lastTimeMs : Float, known : Instrument) : ?Text {
    if (not (isPrice(seen.markPrice) and seen.equityUsdt <= maxAmount and seen.equityUsdt >= -maxAmount and seen.openInterest >= 0.0)) return ?"out-of-domain";
    if (seen.isFundingKnown) {
      let hours = seen.fundingIntervalHours;
      if (not (seen.fundingRate > -0.1 and seen.fundingRate < 0.1 and (hours == 8.0 or hours == 4.0 or hours == 2.0 or hours == 1.0))) return ?"out-of-domain";
    } else if (seen.fundingTimeMs != 0.0 or seen.fundingRate != 0.0) return ?"out-of-domain";
    if (seen.side != 0.0) {
      let { side; quantity; entryPrice; walletUsdt } = seen;
      if (not ((side == 1.0 or side == -1.0) and quantity >= 1e-8 and isPrice(entryPrice))) return ?"out-of-domain";
      if (not (quantity * N.max(seen.markPrice, entryPrice) <= maxAmount and walletUsdt <= maxAmount and walletUsdt >= -maxAmount)) return ?"out-of-domain";
    };
    if (not (seen.restingStopPrice >= 0.0 and seen.restingStopQuantity >= 0.0 and isBookOrdered(seen.book))) return ?"out-of-domain";
    if (seen.bars.size() == 0 and seen.longPrintsUsdt + seen.shortPrintsUsdt > 0.0) return ?"out-of-domain";
    if (seen.timeMs < lastTimeMs) return ?"out-of-order";
    if (seen.instrumentHash != known.hash and seen.instrument == null) return ?"instrument-unknown";
    switch (sequence(feed.lastMs, feed.lastClose, seen.bars)) { case null {}; case leaf return leaf };
    switch (leaderSequence(feed.leader.lastMs, seen.leaderBars)) { case null {}; case leaf return leaf };
    let newestMs = if (seen.bars.size() > 0) seen.bars[seen.bars.size() - 1 : Nat].timeMs else feed.lastMs;
    if (newestMs + N.barMs > seen.timeMs) return ?"bar-not-closed";
    settlementSequence(feed.lastSettlementMs, seen.timeMs, seen.settlements);
  };

  func sequence(lastMs : Float, lastClose : Float, bars : [V.Bar]) : ?Text {
    var previousMs = lastMs;
    var previousClose = lastClose;
    var i = 0;
    while (i < bars.size()) {
      let bar = bars[i];
      if (not isBar(bar)) return ?"out-of-domain";
      if (previousMs >= 0.0) {
        if (bar.timeMs < previousMs + N.barMs) return ?"out-of-order";
        if (bar.timeMs > previousMs + 13.0 * N.barMs) return ?"stale-feed";
        if (F.isJump(previousClose, bar.close)) {
          if (i + 1 == bars.size()) return ?"quarantined";
          let near = bars[i + 1].close / bar.close - 1.0;
          if (not (near <= 0.05 and near >= -0.05)) return ?"quarantined";
        };
      };
      previousMs := bar.timeMs;
      previousClose := bar.close;
      i += 1;
    };
    null;
  };

  func leaderSequence(lastMs : Float, bars : [Close]) : ?Text {
    var previousMs = lastMs;
    for ({ timeMs; close } in bars.vals()) {
      if (not isPrice(close)) return ?"out-of-domain";
      if (previousMs >= 0.0 and timeMs < previousMs + N.barMs) return ?"out-of-order";
      previousMs := timeMs;
    };
    null;
  };

  func settlementSequence(lastMs : Float, untilMs : Float, all : [Settlement]) : ?Text {
    var previousMs = lastMs;
    for ({ timeMs; rate } in all.vals()) {
      if (not (rate > -0.1 and rate < 0.1)) return ?"out-of-domain";
      if (not (timeMs > previousMs and timeMs <= untilMs)) return ?"out-of-order";
      previousMs := timeMs;
    };
    null;
  };

  /// A history, read bar by bar as it steps: it is long.
  public type History = { kind : Nat; instrument : Instrument; endMs : Float };

  /// Reads a history that lies at the region's beginning and steps a feed that knows nothing through it.
  public func warm(room : Region, size : Nat64, feed : F.Feed) : Read<History> {
    if (size < 100 or Prim.regionLoadNat16(room, 0) != 0x0201) return #refused "frame-kind";
    let kind = byte(room, 20);
    let hashAt = 22 + Prim.natToNat64(byte(room, 21));
    let (rules, leaderAt) = instrument(room, hashAt + 32);
    if (rules.hasRule) return #refused "margin-rule";
    let countsAt = leaderAt + 1 + Prim.natToNat64(byte(room, leaderAt));
    let count = func(at : Nat64) : Nat { Prim.nat16ToNat(Prim.regionLoadNat16(room, countsAt + at)) };
    let (barCount, leaderCount, settlementCount, pointCount) = (count(0), count(2), count(4), count(6));
    if (barCount == 0 or barCount > 3000 or leaderCount > 3000 or settlementCount > 3000 or pointCount > 3000) return #refused "oversized";
    let ?prices = scaled(byte(room, countsAt + 8)) else return #refused "out-of-domain";
    let ?leaders = scaled(byte(room, countsAt + 9)) else return #refused "out-of-domain";
    let barsAt = countsAt + 10;
    let leadersAt = barsAt + Prim.natToNat64(barCount) * (8 + 4 * prices.bytes);
    let settlementsAt = leadersAt + Prim.natToNat64(leaderCount) * (4 + leaders.bytes);
    let pointsAt = settlementsAt + Prim.natToNat64(settlementCount) * 12;
    if (pointsAt + Prim.natToNat64(pointCount) * 16 != size) return #refused "frame-truncated";
    let all = bars(room, barsAt, barCount, prices);
    let leads = closes(room, leadersAt, leaderCount, leaders);
    let rates = settlements(room, settlementsAt, settlementCount);
    let endMs = all[barCount - 1 : Nat].timeMs + N.barMs;
    switch (sequence(-1.0, 0.0, all)) { case null {}; case (?leaf) return #refused leaf };
    switch (leaderSequence(-1.0, leads)) { case null {}; case (?leaf) return #refused leaf };
    switch (settlementSequence(-1.0, endMs, rates)) { case null {}; case (?leaf) return #refused leaf };
    F.setCrowd(feed, rules.leverages, rules.weights);
    var lead = 0;
    var point = 0;
    for (bar in all.vals()) {
      while (lead < leaderCount and leads[lead].timeMs <= bar.timeMs) {
        F.stepLeader(feed, leads[lead].timeMs, leads[lead].close);
        lead += 1;
      };
      while (point < pointCount and whole(room, pointsAt + 16 * Prim.natToNat64(point)) <= bar.timeMs + N.barMs) {
        F.setOpenInterest(feed, whole(room, pointsAt + 16 * Prim.natToNat64(point) + 8));
        point += 1;
      };
      F.step(feed, bar);
    };
    while (lead < leaderCount) {
      F.stepLeader(feed, leads[lead].timeMs, leads[lead].close);
      lead += 1;
    };
    for ({ timeMs; rate } in rates.vals()) F.settle(feed, timeMs, rate);
    #ok { kind; instrument = rules; endMs };
  };
};
