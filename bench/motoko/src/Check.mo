import N "Numbers";
import V "Volatility";
import F "Feed";
import K "Look";

/// What can be wrong with a look or a history, as the leaf of the error that refuses it.
module {
  let maxAmount : Float = 67_108_864.0;

  func isPrice(value : Float) : Bool { value >= 1e-8 and value <= 16_777_216.0 };

  func isBar({ timeMs; open; high; low; close; volume } : V.Bar) : Bool {
    timeMs >= 0.0 and low >= 1e-8 and high <= 16_777_216.0 and high >= open and high >= close and low <= open and low <= close and volume >= 0.0;
  };

  func isBookOrdered({ bidCount; askCount; levels } : K.Book) : Bool {
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
  public func refusal(seen : K.Look, feed : F.Feed, lastTimeMs : Float, known : K.Instrument) : ?Text {
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

  public func sequence(lastMs : Float, lastClose : Float, bars : [V.Bar]) : ?Text {
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

  public func leaderSequence(lastMs : Float, bars : [K.Close]) : ?Text {
    var previousMs = lastMs;
    for ({ timeMs; close } in bars.vals()) {
      if (not isPrice(close)) return ?"out-of-domain";
      if (previousMs >= 0.0 and timeMs < previousMs + N.barMs) return ?"out-of-order";
      previousMs := timeMs;
    };
    null;
  };

  public func settlementSequence(lastMs : Float, untilMs : Float, all : [K.Settlement]) : ?Text {
    var previousMs = lastMs;
    for ({ timeMs; rate } in all.vals()) {
      if (not (rate > -0.1 and rate < 0.1)) return ?"out-of-domain";
      if (not (timeMs > previousMs and timeMs <= untilMs)) return ?"out-of-order";
      previousMs := timeMs;
    };
    null;
  };

  /// Feeds that are not replayed are held to IC time.
  public func lateness(kind : Nat, seen : K.Look, icTimeMs : Float) : ?Text {
    if (kind == 0) return null;
    if (seen.timeMs > icTimeMs + 5_000.0) return ?"clock-ahead";
    if (seen.bars.size() == 0) return if (seen.timeMs < icTimeMs - 15_000.0) ?"clock-late" else null;
    let closeMs = seen.bars[seen.bars.size() - 1 : Nat].timeMs + N.barMs;
    if (closeMs > icTimeMs + 5_000.0) return ?"clock-ahead";
    if (closeMs < icTimeMs - 90_000.0 or seen.timeMs < icTimeMs - 90_000.0) ?"clock-late" else null;
  };
};
