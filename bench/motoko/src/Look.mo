import Prim "mo:⛔";
import N "Numbers";
import V "Volatility";

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

  public func byte(room : Region, at : Nat64) : Nat { Prim.nat8ToNat(Prim.regionLoadNat8(room, at)) };
  func unsigned(value : Nat32) : Float { Prim.int64ToFloat(Prim.nat64ToInt64(Prim.nat32ToNat64(value))) };
  func word(room : Region, at : Nat64) : Float { unsigned(Prim.regionLoadNat32(room, at)) };
  func signed(room : Region, at : Nat64) : Float { Prim.int64ToFloat(Prim.int32ToInt64(Prim.regionLoadInt32(room, at))) };
  public func whole(room : Region, at : Nat64) : Float { Prim.int64ToFloat(Prim.regionLoadInt64(room, at)) };
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
  public type Scaled = { scale : Float; bytes : Nat64 };

  public func scaled(decimals : Nat) : ?Scaled {
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

  public func bars(room : Region, from : Nat64, count : Nat, prices : Scaled) : [V.Bar] {
    Prim.Array_tabulate<V.Bar>(count, func i { bar(room, from + Prim.natToNat64(i) * (8 + 4 * prices.bytes), prices) });
  };

  public func closes(room : Region, from : Nat64, count : Nat, prices : Scaled) : [Close] {
    Prim.Array_tabulate<Close>(count, func i {
      let at = from + Prim.natToNat64(i) * (4 + prices.bytes);
      { timeMs = word(room, at) * N.barMs; close = units(room, at + 4, prices) / prices.scale };
    });
  };

  public func settlements(room : Region, from : Nat64, count : Nat) : [Settlement] {
    Prim.Array_tabulate<Settlement>(count, func i {
      let at = from + Prim.natToNat64(i) * 12;
      { timeMs = whole(room, at); rate = signed(room, at + 8) / N.e8 };
    });
  };

  /// The instrument at a place, and where it ends.
  public func instrument(room : Region, from : Nat64) : (Instrument, Nat64) {
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
};
