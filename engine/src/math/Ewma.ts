/*
 * Exponentially weighted means with bias correction: value = s/w, w = 1 - lambda^n.
 * The factors are literals: 2^(-1/halfLife) computed at run time would differ between engines.
 */
export const LAMBDA_3 = 0.7937005259840998;
export const LAMBDA_6 = 0.8908987181403393;
export const LAMBDA_12 = 0.9438743126816935;
export const LAMBDA_21 = 0.9675317785238916;
export const LAMBDA_72 = 0.9904191474668262;
export const LAMBDA_288 = 0.9975961328836203;
export const LAMBDA_576 = 0.9987973432501812;
export const LAMBDA_864 = 0.9991980680382416;

/** Weights of what is new, worked out once: taking a double from an integer is dear in QuickJS. */
export const GAIN_12 = 1 - LAMBDA_12;
export const GAIN_72 = 1 - LAMBDA_72;
export const GAIN_288 = 1 - LAMBDA_288;
export const GAIN_576 = 1 - LAMBDA_576;
export const GAIN_864 = 1 - LAMBDA_864;

/** Weighted sum and weight; `w = 0` means nothing has been seen. */
export type Ewma = { s: number; w: number };

export function createEwma(): Ewma {
  return { s: 0, w: 0 };
}

/** Takes one observation. */
export function ewmaStep(ewma: Ewma, lambda: number, value: number): void {
  ewma.s = lambda * ewma.s + (1 - lambda) * value;
  ewma.w = lambda * ewma.w + (1 - lambda);
}

/** The mean so far; 0 before the first observation. */
export function ewmaValue(ewma: Ewma): number {
  return ewma.w > 0 ? ewma.s / ewma.w : 0;
}
