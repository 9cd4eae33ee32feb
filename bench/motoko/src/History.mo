import Prim "mo:⛔";
import N "Numbers";
import C "Check";
import F "Feed";
import K "Look";

/// The frame that warms a feed.
module {
  /// A history, read bar by bar as it steps: it is long.
  public type History = { kind : Nat; instrument : K.Instrument; endMs : Float };

  /// Reads a history that lies at the region's beginning and steps a feed that knows nothing through it.
  public func warm(room : Region, size : Nat64, feed : F.Feed) : K.Read<History> {
    if (size < 100 or Prim.regionLoadNat16(room, 0) != 0x0201) return #refused "frame-kind";
    let kind = K.byte(room, 20);
    let hashAt = 22 + Prim.natToNat64(K.byte(room, 21));
    let (rules, leaderAt) = K.instrument(room, hashAt + 32);
    if (rules.hasRule) return #refused "margin-rule";
    let countsAt = leaderAt + 1 + Prim.natToNat64(K.byte(room, leaderAt));
    let count = func(at : Nat64) : Nat { Prim.nat16ToNat(Prim.regionLoadNat16(room, countsAt + at)) };
    let (barCount, leaderCount, settlementCount, pointCount) = (count(0), count(2), count(4), count(6));
    if (barCount == 0 or barCount > 3000 or leaderCount > 3000 or settlementCount > 3000 or pointCount > 3000) return #refused "oversized";
    let ?prices = K.scaled(K.byte(room, countsAt + 8)) else return #refused "out-of-domain";
    let ?leaders = K.scaled(K.byte(room, countsAt + 9)) else return #refused "out-of-domain";
    let barsAt = countsAt + 10;
    let leadersAt = barsAt + Prim.natToNat64(barCount) * (8 + 4 * prices.bytes);
    let settlementsAt = leadersAt + Prim.natToNat64(leaderCount) * (4 + leaders.bytes);
    let pointsAt = settlementsAt + Prim.natToNat64(settlementCount) * 12;
    if (pointsAt + Prim.natToNat64(pointCount) * 16 != size) return #refused "frame-truncated";
    let all = K.bars(room, barsAt, barCount, prices);
    let leads = K.closes(room, leadersAt, leaderCount, leaders);
    let rates = K.settlements(room, settlementsAt, settlementCount);
    let endMs = all[barCount - 1 : Nat].timeMs + N.barMs;
    switch (C.sequence(-1.0, 0.0, all)) { case null {}; case (?leaf) return #refused leaf };
    switch (C.leaderSequence(-1.0, leads)) { case null {}; case (?leaf) return #refused leaf };
    switch (C.settlementSequence(-1.0, endMs, rates)) { case null {}; case (?leaf) return #refused leaf };
    F.setCrowd(feed, rules.leverages, rules.weights);
    var lead = 0;
    var point = 0;
    for (bar in all.vals()) {
      while (lead < leaderCount and leads[lead].timeMs <= bar.timeMs) {
        F.stepLeader(feed, leads[lead].timeMs, leads[lead].close);
        lead += 1;
      };
      var units : Float = 0.0;
      while (point < pointCount and K.whole(room, pointsAt + 16 * Prim.natToNat64(point)) <= bar.timeMs + N.barMs) {
        units := K.whole(room, pointsAt + 16 * Prim.natToNat64(point) + 8);
        point += 1;
      };
      F.step(feed, bar, units);
    };
    while (lead < leaderCount) {
      F.stepLeader(feed, leads[lead].timeMs, leads[lead].close);
      lead += 1;
    };
    for ({ timeMs; rate } in rates.vals()) F.settle(feed, timeMs, rate);
    #ok { kind; instrument = rules; endMs };
  };
};
