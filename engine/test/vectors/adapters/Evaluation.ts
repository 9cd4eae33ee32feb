import {
  bootstrapMeans,
  kurtosis,
  luckySharpe,
  maxDrawdown,
  percentile,
  probabilisticSharpe,
  profitFactor,
  sharpe,
  skewness,
  sortino,
  tail,
  winRate,
} from '../../evaluation/Metrics.ts';
import { near } from '../Check.ts';
import type { Adapter } from '../Vector.ts';

type Vector = {
  returns: number[];
  sharpePerPeriod: number;
  skew: number;
  kurt: number;
  maxDrawdown: number;
  cvar95: number;
  var95: number;
  winRate: number;
  profitFactor: number;
  sortino: number;
  psr0: number;
  dsr: { trials: number; varSR: number; sr0: number; dsr: number };
  bootstrap: { seed: number; meanBlock: number; B: number; mean: number; ci95: [number, number] };
};

export const evaluation: Adapter = {
  tolerance: 1e-10,
  run(check, load) {
    const vector = load<Vector>('evaluation.json');
    const { returns, dsr, bootstrap } = vector;
    near(check, 'sharpePerPeriod', vector.sharpePerPeriod, sharpe(returns));
    near(check, 'skew', vector.skew, skewness(returns));
    near(check, 'kurt', vector.kurt, kurtosis(returns));
    near(check, 'maxDrawdown', vector.maxDrawdown, maxDrawdown(returns));
    near(check, 'cvar95', vector.cvar95, tail(returns, 0.05).cvar);
    near(check, 'var95', vector.var95, tail(returns, 0.05).var);
    near(check, 'winRate', vector.winRate, winRate(returns));
    near(check, 'profitFactor', vector.profitFactor, profitFactor(returns));
    near(check, 'sortino', vector.sortino, sortino(returns));
    near(check, 'psr0', vector.psr0, probabilisticSharpe(returns, 0));
    const lucky = luckySharpe(dsr.varSR, dsr.trials);
    near(check, 'dsr.sr0', dsr.sr0, lucky);
    near(check, 'dsr.dsr', dsr.dsr, probabilisticSharpe(returns, lucky));
    const means = bootstrapMeans(returns, bootstrap.seed, bootstrap.meanBlock, bootstrap.B);
    near(check, 'bootstrap.mean', bootstrap.mean, means.reduce((sum, m) => sum + m, 0) / means.length);
    near(check, 'bootstrap.ci95[0]', bootstrap.ci95[0], percentile(means, 0.025));
    near(check, 'bootstrap.ci95[1]', bootstrap.ci95[1], percentile(means, 0.975));
  },
};
