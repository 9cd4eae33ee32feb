/// The limits that the step reads.
module {
  /// What the owner allows. Read by the desk; kept by the canister.
  public type Limits = {
    maxLeverage : Float;
    riskPerTrade : Float;
    capitalUsdt : Float;
    maxNotionalUsdt : Float;
    unattendedHours : Nat;
    longestHoldHours : Float;
    shockReduceFraction : Float;
    quarterKelly : ?Float;
    kTrend : Float;
    kChop : Float;
    maxLossUsdt : Float;
    portfolioBudget : Float;
    fundingSensitivity : Float;
    clusterSensitivity : Float;
    leaderSensitivity : Float;
    adoptedProtected : Bool;
    drawdownBreaker : Float;
    dailyLossBreaker : Float;
    breakerCloses : Bool;
    coolDownHours : Float;
  };

  /// An owner's who has chosen nothing.
  public let usual : Limits = {
    maxLeverage = 20.0;
    riskPerTrade = 0.01;
    capitalUsdt = 1_000_000.0;
    maxNotionalUsdt = 1_000_000.0;
    unattendedHours = 8;
    longestHoldHours = 24.0;
    shockReduceFraction = 0.5;
    quarterKelly = null;
    kTrend = 2.0;
    kChop = 4.0;
    maxLossUsdt = 1_000_000.0;
    portfolioBudget = 0.08;
    fundingSensitivity = 1.0;
    clusterSensitivity = 1.0;
    leaderSensitivity = 1.0;
    adoptedProtected = true;
    drawdownBreaker = 0.2;
    dailyLossBreaker = 0.06;
    breakerCloses = true;
    coolDownHours = 24.0;
  };
};
