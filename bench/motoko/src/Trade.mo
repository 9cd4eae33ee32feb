import Prim "mo:⛔";
import N "Numbers";
import V "Volatility";
import F "Feed";
import K "Look";
import Limits "Limits";
import W "Waters";

/// What the canister owns of an open trade: ports of `Trade.ts` and of the model's `Exit.ts`. Plans are left out: what is
/// held was adopted.
module {
  public type Trade = {
    var open : Bool;
    var side : Float;
    var openedMs : Float;
    var countFromMs : Float;
    var entryPrice : Float;
    var filledQuantity : Float;
    var targetQuantity : Float;
    var risk : Float;
    var stop : Float;
    var extreme : Float;
    var maxFavourable : Float;
    var breakEven : Bool;
    var stopVersion : Nat32;
    var stopPassed : Bool;
    var closing : Nat;
    var reducing : Nat;
    var reducedMs : Float;
    var shocked : Bool;
    var shockTaken : Bool;
    var requestedUsdt : Float;
  };

  public func trade() : Trade = {
    var open = false;
    var side = 0.0;
    var openedMs = 0.0;
    var countFromMs = 0.0;
    var entryPrice = 0.0;
    var filledQuantity = 0.0;
    var targetQuantity = 0.0;
    var risk = 0.0;
    var stop = 0.0;
    var extreme = 0.0;
    var maxFavourable = 0.0;
    var breakEven = false;
    var stopVersion = 0;
    var stopPassed = false;
    var closing = 0;
    var reducing = 0;
    var reducedMs = -1.0;
    var shocked = false;
    var shockTaken = false;
    var requestedUsdt = 0.0;
  };

  func rounded(price : Float, { tickNumerator; tickDenominator } : K.Instrument, down : Bool) : Float {
    let ticks = (price * tickDenominator) / tickNumerator;
    let slack = 1e-9 + ticks * 2.220446049250313e-16;
    ((if down Prim.floatFloor(ticks + slack) else Prim.floatCeil(ticks - slack)) * tickNumerator) / tickDenominator + 0.0;
  };

  public func initialDistance(multiple : Float, atr : Float, price : Float) : Float {
    N.clamp((multiple * atr) / price, 0.006, 0.08);
  };

  /// Whether a look without news of the market still moves the trade.
  public func moves(trade : Trade, seen : K.Look, feed : F.Feed) : Bool {
    if (not trade.open) return seen.side != 0.0;
    if (seen.side != trade.side) return true;
    if (seen.quantity > trade.filledQuantity or seen.quantity < trade.targetQuantity) return true;
    feed.lastMs < trade.countFromMs and trade.side * (seen.markPrice - trade.extreme) > 0.0;
  };

  /// Brings the trade in line with what the venue says is held.
  public func meet(trade : Trade, seen : K.Look, feed : F.Feed, limits : Limits.Limits, instrument : K.Instrument) {
    let { side; quantity; entryPrice } = seen;
    if (trade.open and side != trade.side) trade.open := false;
    if (side != 0.0) {
      if (not trade.open) {
        let distance = initialDistance(W.stopMultipleOf(feed, limits), W.atrOf(feed), entryPrice);
        let stop = rounded(entryPrice * (1.0 - side * distance), instrument, side > 0.0);
        begin(trade, seen, if (stop > 0.0) stop else instrument.tickNumerator / instrument.tickDenominator);
        if (V.isShock(feed.shock, side)) shock(trade, feed.lastMs);
      } else if (quantity > trade.filledQuantity) {
        trade.risk := N.max(trade.risk + trade.side * (entryPrice - trade.entryPrice), 0.0);
        trade.filledQuantity := quantity;
        trade.targetQuantity := quantity;
        trade.entryPrice := entryPrice;
      } else if (quantity < trade.targetQuantity) trade.targetQuantity := quantity;
    };
    if (trade.open and feed.lastMs < trade.countFromMs) reach(trade, seen.markPrice, seen.markPrice);
  };

  func begin(trade : Trade, { side; quantity; entryPrice; openedMs; timeMs } : K.Look, stop : Float) {
    let from = if (openedMs > 0.0) openedMs else timeMs;
    let distance = side * (entryPrice - stop);
    trade.open := true;
    trade.side := side;
    trade.openedMs := from;
    trade.countFromMs := Prim.floatCeil(from / N.barMs) * N.barMs;
    trade.entryPrice := entryPrice;
    trade.filledQuantity := quantity;
    trade.targetQuantity := quantity;
    trade.risk := N.max(distance, 0.0);
    trade.stop := stop;
    trade.extreme := entryPrice;
    trade.maxFavourable := 0.0;
    trade.breakEven := false;
    trade.stopVersion := 1;
    trade.stopPassed := not (distance > 0.0);
    trade.closing := 0;
    trade.reducing := 0;
    trade.reducedMs := -1.0;
    trade.shocked := false;
    trade.shockTaken := false;
    trade.requestedUsdt := quantity * entryPrice;
  };

  func shock(trade : Trade, barMs : Float) {
    if (barMs + N.barMs > trade.openedMs) trade.shocked := true;
  };

  func reach(trade : Trade, high : Float, low : Float) {
    trade.extreme := if (trade.side > 0.0) N.max(high, trade.extreme) else N.min(low, trade.extreme);
    trade.maxFavourable := N.max(trade.side * (trade.extreme - trade.entryPrice), trade.maxFavourable);
    if (trade.maxFavourable >= trade.risk) trade.breakEven := true;
  };

  func tighter(side : Float, stop : Float, candidate : Float) : Float {
    if (side * (candidate - stop) > 0.0) candidate else stop;
  };

  /// One closed bar of an open trade: the old stop against the adverse extreme, then extreme and stop.
  public func follow(trade : Trade, bar : V.Bar, feed : F.Feed, limits : Limits.Limits, instrument : K.Instrument) {
    if (bar.timeMs >= trade.countFromMs) {
      let side = trade.side;
      let stop = trade.stop;
      if (side * ((if (side > 0.0) bar.low else bar.high) - stop) <= 0.0) trade.stopPassed := true;
      reach(trade, bar.high, bar.low);
      let atr = W.atrOf(feed);
      if (atr > 0.0) {
        var candidate = trade.extreme - side * W.stopMultipleOf(feed, limits) * atr;
        if (trade.breakEven) candidate := tighter(side, candidate, trade.entryPrice * (1.0 + side * 0.001));
        trade.stop := tighter(side, stop, rounded(candidate, instrument, side > 0.0));
      };
      if (trade.stop != stop) trade.stopVersion += 1;
    };
    if (V.isShock(feed.shock, trade.side)) shock(trade, bar.timeMs);
  };
};
