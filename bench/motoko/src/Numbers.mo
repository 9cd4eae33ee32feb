import Prim "mo:⛔";

/// Exactly specified arithmetic, as `engine/src/math` has it: every step rounds as there, so results are the same doubles.
module {
  public let e8 : Float = 100_000_000.0;
  public let hourMs : Float = 3_600_000.0;
  public let barMs : Float = 300_000.0;
  public let sqrt24 : Float = 4.898979485566356;

  /// The language has no literal for it.
  public func infinity() : Float { 1e308 * 10.0 };

  let log2e : Float = 1.4426950408889634;
  let ln2High : Float = 0.6931471803691238;
  let ln2Low : Float = 1.9082149292705877e-10;
  /// Mantissas from here on are halved.
  let sqrt2 : Float = 1.4142131805419922;
  let halfOfSqrt2 : Float = 0.7071065902709961;
  /// |a - b| below this share of a + b takes the short series.
  let near : Float = 0.015625;

  public func clamp(value : Float, low : Float, high : Float) : Float {
    if (value < low) low else if (value > high) high else value;
  };

  public func clamp01(value : Float) : Float {
    if (value < 0.0) 0.0 else if (value > 1.0) 1.0 else value;
  };

  /// A whole number that is known not to be negative.
  public func index(value : Float) : Nat {
    Prim.nat64ToNat(Prim.int64ToNat64(Prim.floatToInt64(value)));
  };

  public func float(value : Nat) : Float {
    Prim.int64ToFloat(Prim.intToInt64(value));
  };

  /// 2^k, exact.
  public func powerOfTwo(k : Float) : Float {
    var power : Float = 1.0;
    var left = k;
    while (left >= 30.0) { power *= 1_073_741_824.0; left -= 30.0 };
    while (left <= -30.0) { power /= 1_073_741_824.0; left += 30.0 };
    while (left >= 1.0) { power *= 2.0; left -= 1.0 };
    while (left <= -1.0) { power *= 0.5; left += 1.0 };
    power;
  };

  /// e^x within 1 ulp, for results that are normal numbers; 0 below them.
  public func exp(x : Float) : Float {
    if (x > 709.782712893384) return infinity();
    if (x < -708.0) return 0.0;
    let k = Prim.floatFloor(x * log2e + 0.5);
    let r = if (k == 0.0) x else x - k * ln2High - k * ln2Low;
    let high = 1.0 / 362_880.0 + r * (1.0 / 3_628_800.0 + r * (1.0 / 39_916_800.0 + r * (1.0 / 479_001_600.0 + r * (1.0 / 6_227_020_800.0 + r * (1.0 / 87_178_291_200.0)))));
    let low = 0.5 + r * (1.0 / 6.0 + r * (1.0 / 24.0 + r * (1.0 / 120.0 + r * (1.0 / 720.0 + r * (1.0 / 5_040.0 + r * (1.0 / 40_320.0 + r * high))))));
    let y = 1.0 + (r + r * r * low);
    if (k == 0.0) y else y * powerOfTwo(k);
  };

  /// ln x within 1 ulp for a finite x > 0; traps otherwise.
  public func log(x : Float) : Float {
    if (not (x > 0.0 and x <= 1.7976931348623157e308)) Prim.trap("log: finite and above 0");
    var m = x;
    var k : Float = 0.0;
    while (m >= sqrt2) { m *= 0.5; k += 1.0 };
    while (m < halfOfSqrt2) { m *= 2.0; k -= 1.0 };
    let f = m - 1.0;
    if (f == 0.0 and k == 0.0) return 0.0;
    let s = f / (2.0 + f);
    let z = s * s;
    let tail = 2.0 / 15.0 + z * (2.0 / 17.0 + z * (2.0 / 19.0 + z * (2.0 / 21.0 + z * (2.0 / 23.0 + z * (2.0 / 25.0)))));
    let r = z * (2.0 / 3.0 + z * (2.0 / 5.0 + z * (2.0 / 7.0 + z * (2.0 / 9.0 + z * (2.0 / 11.0 + z * (2.0 / 13.0 + z * tail))))));
    let h = 0.5 * f * f;
    k * ln2High - (h - (s * (h + r) + k * ln2Low) - f);
  };

  /// ln(a/b) for finite a, b > 0; near 1 by five terms of a series.
  public func logRatio(a : Float, b : Float) : Float {
    let s = (a - b) / (a + b);
    if (s < near and s > -near) {
      let z = s * s;
      s * (2.0 + z * (2.0 / 3.0 + z * (2.0 / 5.0 + z * (2.0 / 7.0 + z * (2.0 / 9.0)))));
    } else if (a > b) log(a / b) else -log(b / a);
  };

  public func max(a : Float, b : Float) : Float { if (a > b) a else b };
  public func min(a : Float, b : Float) : Float { if (a < b) a else b };

  /// A bias-corrected exponential mean; w = 0: nothing seen.
  public type Ewma = { var s : Float; var w : Float };

  public func ewma() : Ewma = { var s = 0.0; var w = 0.0 };

  public func ewmaStep(mean : Ewma, lambda : Float, value : Float) {
    mean.s := lambda * mean.s + (1.0 - lambda) * value;
    mean.w := lambda * mean.w + (1.0 - lambda);
  };

  public func ewmaValue(mean : Ewma) : Float {
    if (mean.w > 0.0) mean.s / mean.w else 0.0;
  };

  public let lambda3 : Float = 0.7937005259840998;
  public let lambda6 : Float = 0.8908987181403393;
  public let lambda12 : Float = 0.9438743126816935;
  public let lambda21 : Float = 0.9675317785238916;
  public let lambda72 : Float = 0.9904191474668262;
  public let lambda288 : Float = 0.9975961328836203;
  public let lambda576 : Float = 0.9987973432501812;
  public let lambda864 : Float = 0.9991980680382416;
};
