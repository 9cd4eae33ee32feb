import Prim "mo:⛔";
import N "Numbers";
import F "Feed";
import H "Held";
import K "Look";
import W "Waters";

/// Writes a decision's frame into a region, byte by byte as docs/frame.md has it.
module {
  /// An amount as e8; near 2^53 the neighbour that reads back as this very double.
  func amount(room : Region, at : Nat64, value : Float) {
    let scaled = value * N.e8;
    var units = if (scaled < 0.0) -Prim.floatFloor(-scaled + 0.5) else Prim.floatFloor(scaled + 0.5);
    if (units / N.e8 != value) {
      if ((units + 1.0) / N.e8 == value) units += 1.0 else if ((units - 1.0) / N.e8 == value) units -= 1.0;
    };
    Prim.regionStoreInt64(room, at, Prim.floatToInt64(units));
  };

  func byte(value : Nat) : Nat32 { Prim.natToNat32(value) };

  /// Neither NaN nor −0 may reach a hash.
  func number(room : Region, at : Nat64, value : Float) {
    if (value != value) Prim.trap("decision: not a number");
    Prim.regionStoreFloat(room, at, value + 0.0);
  };

  func numbers(room : Region, from : Nat64, values : [Float]) {
    var at = from;
    for (value in values.vals()) { number(room, at, value); at += 8 };
  };

  /// The frame at a place of the region; `measured` is null for a tick, which has no table. Returns its length.
  public func write(
    room : Region,
    at : Nat64,
    seen : K.Look,
    feed : F.Feed,
    unattendedHours : Nat,
    verdict : H.Verdict,
    leverage : Float,
    notional : Float,
    measured : ?[Float],
  ) : Nat64 {
    let hasTable = measured != null;
    Prim.regionStoreNat32(room, at, 0x1001 | (byte(verdict.action) << 16) | (byte(verdict.reason) << 24));
    Prim.regionStoreNat32(room, at + 4, byte(feed.bars));
    Prim.regionStoreBlob(room, at + 8, seen.id);
    Prim.regionStoreInt64(room, at + 24, Prim.floatToInt64(seen.timeMs));
    amount(room, at + 32, seen.markPrice);
    let side : Nat32 = if (verdict.side > 0.0) 1 else if (verdict.side < 0.0) 255 else 0;
    Prim.regionStoreNat32(room, at + 40, side | (byte(N.index(leverage)) << 8) | (byte(unattendedHours) << 16) | (if hasTable 0x100_0000 else 0));
    amount(room, at + 48, Prim.floatFloor(N.min(notional, 67_108_864.0) * N.e8) / N.e8);
    amount(room, at + 56, verdict.targetQuantity);
    amount(room, at + 64, verdict.liquidationExchange);
    amount(room, at + 72, verdict.liquidationEffective);
    amount(room, at + 80, verdict.stopPrice);
    Prim.regionStoreNat32(room, at + 88, verdict.stopVersion);
    Prim.regionStoreNat32(room, at + 92, verdict.warnings);
    var end = at + 96;
    switch (measured, verdict.lattice) {
      case (?values, ?{ caps; sizes; factors }) {
        amount(room, end, N.min(verdict.marginToAddUsdt, 67_108_864.0));
        numbers(room, end + 8, caps);
        numbers(room, end + 72, sizes);
        numbers(room, end + 144, factors);
        numbers(room, end + 168, values);
        end += 384;
      };
      case _ {};
    };
    var points : Nat32 = 0;
    for ({ hours; liquidation; touch } in verdict.fan.vals()) {
      if (hours == 1 or hours == 4 or hours == 8 or hours == 24) {
        amount(room, end, H.published(verdict.side, liquidation, seen.markPrice));
        number(room, end + 8, touch);
        end += 16;
        points += 1;
      };
    };
    let regimes : Nat32 = if hasTable (byte(feed.regime.volatility) << 16) | (byte(feed.regime.trend) << 24) else 0;
    Prim.regionStoreNat32(room, at + 44, points | regimes);
    end - at;
  };
};
