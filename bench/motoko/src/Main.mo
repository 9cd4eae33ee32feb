import Prim "mo:⛔";
import B "Blake3";
import C "Check";
import D "Decision";
import F "Feed";
import H "Held";
import History "History";
import Limits "Limits";
import K "Look";
import N "Numbers";
import T "Trade";
import W "Waters";

/// The risk canister's step in Motoko, for one owner and one desk: the same frames in, the same decisions out, the same
/// hash-chained log and certified head. What it leaves out is said in README.md.
persistent actor class Risk(owner : Principal, agent : Principal) {
  let limits = Limits.usual;

  // The desk.
  var kind = 0;
  var feed = F.feed();
  var instrument : ?K.Instrument = null;
  let trade = T.trade();
  var timeMs : Float = 0.0;
  var fundingIntervalHours : Float = 8.0;
  let last = {
    var action = 255;
    var reason = 255;
    var stopVersion : Nat32 = 0;
    var targetQuantity : Float = -1.0;
    var warnings : Nat32 = 0;
    var leverage : Float = 0.0;
    var notional : Float = 0.0;
  };

  // The keeper of one account: equity at its peak and at the day's start, and the breaker that is out (0: none).
  let account = { var peak : Float = 0.0; var day : Float = -1.0; var dayStart : Float = 0.0; var breaker = 0 };
  var leaseUntilMs : Float = 0.0;

  // The log: in `log` one after the other the answer that each record was (kind, head, length, record) and its frame,
  // in `index` where each begins. `room` is where messages are worked on.
  let log = Prim.regionNew();
  let index = Prim.regionNew();
  transient let room = Prim.regionNew();
  var logEnd : Nat64 = 0;
  var records : Nat64 = 0;
  var head : Blob = "\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00";

  // Answered lately: the ids of the newest 64 records, and the newest 8 ticks.
  // First words of the ids tell most of them apart.
  type Tick = { word : Nat32; id : Blob; frame : Blob; answer : Blob };
  let recentWords = Prim.Array_init<Nat32>(64, 0);
  let recentIds = Prim.Array_init<Blob>(64, "");
  transient let ticks = Prim.Array_init<Tick>(8, { word = 0; id = ""; frame = ""; answer = "" });
  transient var nextTick = 0;

  let ownerBytes = Prim.blobOfPrincipal(owner);
  /// Bytes of a record before its essence, and the essence of a decision without a plan.
  let beforeEssence : Nat64 = 67 + Prim.natToNat64(ownerBytes.size());
  let essenceBytes : Nat64 = 33;
  /// Kind, head and length before the record in an answer.
  let answerBytes : Nat64 = 35;

  // Places of the room: the frame, a tick's answer, what is hashed.
  let answerAt : Nat64 = 400_000;
  let hashAt : Nat64 = 404_096;

  ignore Prim.regionGrow(room, 16);

  func reserve(region : Region, end : Nat64) {
    let pages = (end + 65_535) / 65_536;
    let size = Prim.regionSize(region);
    if (pages > size) ignore Prim.regionGrow(region, pages - size);
  };

  func error(disposition : Nat8, leaf : Text) : Blob {
    let text = Prim.encodeUtf8(leaf);
    let size = text.size();
    Prim.arrayToBlob(Prim.Array_tabulate<Nat8>(4 + size, func i {
      if (i == 0) 2 else if (i == 1) disposition else if (i == 2) Prim.natToNat8(size) else if (i < 3 + size) text[i - 3 : Nat] else 0;
    }));
  };

  func refused(leaf : Text) : Blob {
    error(if (leaf == "quarantined" or leaf == "lease" or leaf == "clock-ahead") 1 else 0, leaf);
  };

  func nowMs() : Float { Prim.int64ToFloat(Prim.nat64ToInt64(Prim.time() / 1_000_000)) };

  /// The answer that the id of the observation in the room was given before, if it came with the same frame.
  func repeated(id : Blob, frame : Blob) : ?Blob {
    let word = Prim.regionLoadNat32(room, 8);
    for (tick in ticks.vals()) {
      if (tick.word == word and tick.id == id) return ?(if (tick.frame == frame) tick.answer else refused("id-reused"));
    };
    var place = 0;
    while (place < 64) {
      if (recentWords[place] == word and recentIds[place] == id) {
        let newest = records - 1;
        let sequence = newest - (newest - Prim.natToNat64(place)) % 64;
        let at = Prim.regionLoadNat64(index, 8 * sequence);
        let size = answerBytes + Prim.natToNat64(Prim.nat16ToNat(Prim.regionLoadNat16(log, at + 33)));
        let before = Prim.regionLoadBlob(log, at + size, frame.size());
        return ?(if (before == frame) Prim.regionLoadBlob(log, at, Prim.nat64ToNat(size)) else refused("id-reused"));
      };
      place += 1;
    };
    null;
  };

  /// Completes the record at the log's end, of whose decision `decisionBytes` are written already, and certifies the head.
  func append(type_ : Nat8, id : Blob, frame : Blob, icTimeMs : Float, essence : Nat64, decisionBytes : Nat64) : Blob {
    let record = logEnd + answerBytes;
    let size = Prim.natToNat64(frame.size());
    let afterOwner = record + 4 + Prim.natToNat64(ownerBytes.size());
    Prim.regionStoreNat16(log, record, 0x1101);
    Prim.regionStoreNat8(log, record + 2, type_);
    Prim.regionStoreNat8(log, record + 3, Prim.natToNat8(ownerBytes.size()));
    Prim.regionStoreBlob(log, record + 4, ownerBytes);
    Prim.regionStoreNat64(log, afterOwner, records);
    Prim.regionStoreBlob(log, afterOwner + 8, head);
    Prim.regionStoreInt64(log, afterOwner + 40, Prim.floatToInt64(icTimeMs));
    Prim.regionStoreNat32(log, afterOwner + 48, Prim.nat64ToNat32(records));
    Prim.regionStoreNat32(log, afterOwner + 52, 1);
    Prim.regionStoreNat16(log, afterOwner + 56, 1);
    Prim.regionStoreNat32(log, afterOwner + 58, Prim.nat64ToNat32(size));
    Prim.regionStoreNat8(log, afterOwner + 62, Prim.natToNat8(Prim.nat64ToNat(essence)));
    let essenceAt = record + beforeEssence;
    let decision = essenceAt + essence + 2;
    if (essence > 0) {
      Prim.regionStoreNat16(log, essenceAt, Prim.regionLoadNat16(log, decision + 2));
      Prim.regionStoreNat16(log, essenceAt + 2, Prim.regionLoadNat16(log, decision + 40));
      Prim.regionStoreBlob(log, essenceAt + 4, Prim.regionLoadBlob(log, decision + 48, 16));
      Prim.regionStoreBlob(log, essenceAt + 20, Prim.regionLoadBlob(log, decision + 80, 12));
      Prim.regionStoreNat8(log, essenceAt + 32, 0);
    };
    Prim.regionStoreNat16(log, decision - 2, Prim.natToNat16(Prim.nat64ToNat(decisionBytes)));
    let recordBytes = beforeEssence + essence + 2 + decisionBytes;
    Prim.regionStoreBlob(log, record + recordBytes, frame);
    // Hashed are the record up to its essence, and the frame.
    let covered = beforeEssence + essence;
    Prim.regionStoreBlob(room, hashAt, Prim.regionLoadBlob(log, record, Prim.nat64ToNat(covered)));
    Prim.regionStoreBlob(room, hashAt + covered, frame);
    head := B.hash(room, hashAt, covered + size);
    Prim.regionStoreNat8(log, logEnd, 0);
    Prim.regionStoreBlob(log, logEnd + 1, head);
    Prim.regionStoreNat16(log, logEnd + 33, Prim.natToNat16(Prim.nat64ToNat(recordBytes)));
    reserve(index, 8 * records + 8);
    Prim.regionStoreNat64(index, 8 * records, logEnd);
    let place = Prim.nat64ToNat(records % 64);
    recentWords[place] := Prim.regionLoadNat32(room, if (essence > 0) 8 else 2);
    recentIds[place] := id;
    records += 1;
    let answer = Prim.regionLoadBlob(log, logEnd, Prim.nat64ToNat(answerBytes + recordBytes));
    logEnd += answerBytes + recordBytes + size;
    Prim.setCertifiedData(head);
    answer;
  };

  /// Why an entry is not allowed now (0: it is), by the equity of this look; and whether a breaker just went out.
  func judge(seen : K.Look) : (Nat, Bool) {
    let day = Prim.floatFloor(seen.timeMs / 86_400_000.0);
    let peak = N.max(seen.equityUsdt, account.peak);
    let dayStart = if (day > account.day) seen.equityUsdt else account.dayStart;
    if (account.breaker > 0) return (account.breaker, false);
    if (peak > 0.0 and seen.equityUsdt <= peak * (1.0 - limits.drawdownBreaker)) return (24, true);
    if (dayStart > 0.0 and seen.equityUsdt <= dayStart * (1.0 - limits.dailyLossBreaker)) return (25, true);
    (0, false);
  };

  func keepAccount(seen : K.Look, breaker : Nat) {
    let day = Prim.floatFloor(seen.timeMs / 86_400_000.0);
    account.peak := N.max(seen.equityUsdt, account.peak);
    if (day > account.day) {
      account.day := day;
      account.dayStart := seen.equityUsdt;
    };
    account.breaker := breaker;
  };

  public shared ({ caller }) func load_history(frame : Blob) : async Blob {
    if (caller != agent) return refused("not-granted");
    if (frame.size() > 400_000) return refused("oversized");
    if (instrument != null) return refused("not-stale");
    Prim.regionStoreBlob(room, 0, frame);
    let warmed = F.feed();
    switch (History.warm(room, Prim.natToNat64(frame.size()), warmed)) {
      case (#refused leaf) refused(leaf);
      case (#ok history) {
        kind := history.kind;
        instrument := ?history.instrument;
        feed := warmed;
        timeMs := N.max(history.endMs, timeMs);
        reserve(log, logEnd + Prim.natToNat64(frame.size()) + 1_024);
        append(4, Prim.regionLoadBlob(room, 2, 16), frame, nowMs(), 0, 0);
      };
    };
  };

  public shared ({ caller }) func observe(frame : Blob) : async Blob {
    if (caller != agent) return refused("not-granted");
    if (frame.size() > 4_000) return refused("oversized");
    Prim.regionStoreBlob(room, 0, frame);
    let seen = switch (K.read(room, Prim.natToNat64(frame.size()))) {
      case (#refused leaf) return refused(leaf);
      case (#ok seen) seen;
    };
    switch (repeated(seen.id, frame)) { case null {}; case (?answer) return answer };
    let icTimeMs = nowMs();
    switch (C.lateness(kind, seen, icTimeMs)) { case null {}; case (?leaf) return refused(leaf) };
    let ?known = instrument else return refused("no-history");
    switch (C.refusal(seen, feed, timeMs, known)) { case null {}; case (?leaf) return refused(leaf) };
    leaseUntilMs := icTimeMs + 120_000.0;
    let rules = switch (seen.instrument) { case null known; case (?brought) brought };
    let (blocked, isTripped) = judge(seen);
    let isTold = seen.isNews or isTripped;
    if isTold take(seen, rules);
    let isMoved = isTold or T.moves(trade, seen, feed);
    if isMoved {
      keepSight(seen);
      T.meet(trade, seen, feed, limits, rules);
    };
    var isRecord = isMoved;
    var verdict = decide(seen, rules, blocked, isMoved);
    if (not isMoved and differs(verdict)) {
      isRecord := true;
      keepSight(seen);
      verdict := decide(seen, rules, blocked, true);
    };
    if (not isRecord) {
      let answer = tickAnswer(seen, verdict);
      ticks[nextTick] := { word = Prim.regionLoadNat32(room, 8); id = seen.id; frame; answer };
      nextTick := (nextTick + 1) % 8;
      return answer;
    };
    keepAccount(seen, blocked);
    reserve(log, logEnd + 4_096 + Prim.natToNat64(frame.size()));
    let decisionBytes = writeFull(seen, rules, verdict);
    keepVerdict(verdict);
    append(5, seen.id, frame, icTimeMs, essenceBytes, decisionBytes);
  };

  /// Bars oldest first, the leader's before ours; interest and prints belong to the last of them. Then settlements.
  func take(seen : K.Look, rules : K.Instrument) {
    if (seen.instrument != null) {
      instrument := ?rules;
      F.setCrowd(feed, rules.leverages, rules.weights);
    };
    for ({ timeMs; close } in seen.leaderBars.vals()) F.stepLeader(feed, timeMs, close);
    let count = seen.bars.size();
    var i = 0;
    while (i < count) {
      let bar = seen.bars[i];
      i += 1;
      if (i == count) feed.heat.pending += seen.longPrintsUsdt + seen.shortPrintsUsdt;
      F.step(feed, bar, if (i == count) seen.openInterest else 0.0);
      if (trade.open) T.follow(trade, bar, feed, limits, rules);
    };
    for ({ timeMs; rate } in seen.settlements.vals()) F.settle(feed, timeMs, rate);
  };

  func keepSight(seen : K.Look) {
    timeMs := seen.timeMs;
    if (seen.isFundingKnown) fundingIntervalHours := seen.fundingIntervalHours;
  };

  func decide(seen : K.Look, rules : K.Instrument, blocked : Nat, isFull : Bool) : H.Verdict {
    if (trade.open and seen.side != 0.0) {
      let waters = W.turned(feed, limits, rules, seen, trade.side, fundingIntervalHours, isFull);
      let mustClose = if (limits.breakerCloses) blocked else 0;
      return H.decide(waters, trade, mustClose, isFull, last.warnings, blocked > 0);
    };
    let verdict = H.newVerdict(0, if (blocked > 0) blocked else 1);
    if isFull {
      let waters = W.turned(feed, limits, rules, seen, 1.0, fundingIntervalHours, true);
      let distance = T.initialDistance(W.stopMultipleOf(feed, limits), W.atrOf(feed), seen.markPrice);
      verdict.lattice := ?W.assess(waters, N.max(W.allottedEquity(waters), 1.0), distance, false);
      verdict.warnings := W.warnings(waters, false);
    } else verdict.warnings := (last.warnings & ^W.farMark) | W.markWarning(feed, seen.markPrice);
    verdict;
  };

  func differs(verdict : H.Verdict) : Bool {
    last.action != verdict.action or last.reason != verdict.reason or last.stopVersion != verdict.stopVersion or last.targetQuantity != verdict.targetQuantity;
  };

  /// Writes a decision with its table where the next record will have it.
  func writeFull(seen : K.Look, rules : K.Instrument, verdict : H.Verdict) : Nat64 {
    let ?lattice = verdict.lattice else Prim.trap("a record has a table");
    let side : Float = if (trade.open and seen.side != 0.0) trade.side else 1.0;
    let waters = W.turned(feed, limits, rules, seen, side, fundingIntervalHours, true);
    let targetQuantity = verdict.targetQuantity;
    let heldQuantity = verdict.heldQuantity;
    let measured = W.measures(waters, N.max(targetQuantity - heldQuantity, 0.0), N.max(targetQuantity, heldQuantity), verdict.stopPrice);
    let at = logEnd + answerBytes + beforeEssence + essenceBytes + 2;
    D.write(log, at, seen, feed, limits.unattendedHours, verdict, N.max(lattice.leverage, 0.0), lattice.notional, ?measured);
  };

  func tickAnswer(seen : K.Look, verdict : H.Verdict) : Blob {
    Prim.regionStoreNat8(room, answerAt, 1);
    Prim.regionStoreNat64(room, answerAt + 1, records - 1);
    Prim.regionStoreBlob(room, answerAt + 9, head);
    let size = D.write(room, answerAt + 43, seen, feed, limits.unattendedHours, verdict, last.leverage, last.notional, null);
    Prim.regionStoreNat16(room, answerAt + 41, Prim.natToNat16(Prim.nat64ToNat(size)));
    Prim.regionLoadBlob(room, answerAt, Prim.nat64ToNat(43 + size));
  };

  func keepVerdict(verdict : H.Verdict) {
    if (verdict.action == H.close) {
      trade.closing := verdict.reason;
      trade.targetQuantity := 0.0;
    } else if (verdict.action == H.reduce and verdict.newReduction) {
      trade.reducing := verdict.reason;
      trade.reducedMs := feed.lastMs;
      trade.targetQuantity := verdict.targetQuantity;
      if (verdict.reason == H.shockReason) trade.shockTaken := true;
    };
    last.action := verdict.action;
    last.reason := verdict.reason;
    last.stopVersion := verdict.stopVersion;
    last.targetQuantity := verdict.targetQuantity;
    last.warnings := verdict.warnings;
    switch (verdict.lattice) {
      case null {};
      case (?{ leverage; notional }) {
        last.leverage := N.max(leverage, 0.0);
        last.notional := notional;
      };
    };
  };

  /// The newest head with the certificate over it.
  public query func head_of() : async { records : Nat64; head : Blob; certificate : ?Blob } {
    { records; head; certificate = Prim.getCertificate() };
  };

  system func postupgrade() { Prim.setCertifiedData(head) };
};
