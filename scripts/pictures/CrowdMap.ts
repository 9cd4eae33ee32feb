import { createFeed, isMapKnown, step } from '@plimsoll/engine';
import { gridIndex } from '../../engine/src/model/ClusterGrid.ts';
import { BUCKET_LN } from '../../engine/src/model/CrowdMix.ts';
import { massBetween, meanMass } from '../../engine/src/model/ClusterScores.ts';
import { exp } from '../../engine/src/math/Exp.ts';
import type { Picture } from './Picture.ts';
import { barAt, stretches, type Recorded } from './Recorded.ts';

/** The eve of the fall of 9 December 2024. */
const NOW_MS = Date.UTC(2024, 11, 9);
/** Ten days: five half-lives of what lies on the map. */
const BARS_READ = 2_880;
const BARS_SHOWN = 2_016;
/** An hour. */
const STRETCH_BARS = 12;
/** In log price, the range of the model's own scores. */
const REACH = 0.3;
const HEIGHT = 340;

/** Where the crowd's positions would be liquidated, estimated by volume, beside the week of prices that made it. */
export function crowdMap(recorded: Recorded): Picture {
  const end = barAt(recorded, NOW_MS);
  const feed = createFeed();
  for (const bar of recorded.bars.slice(end - BARS_READ, end)) step(feed, bar);
  if (isMapKnown(feed)) throw new RangeError('expected a map by volume, got one by open interest');
  const { clusters, lastClose: now } = feed;
  const place = gridIndex(now);
  const buckets = Math.round(REACH / BUCKET_LN);
  const bars = [1, -1].flatMap((side) => {
    const mean = meanMass(clusters, side, now);
    return Array.from({ length: buckets }, (_, i) => {
      const index = place - side * i;
      return {
        low: exp(index * BUCKET_LN),
        high: exp((index + 1) * BUCKET_LN),
        density: massBetween(clusters, side, index, index) / mean,
        zero: 0,
        side: side > 0 ? 'longs' : 'shorts',
      };
    });
  });
  const price = stretches(recorded, end - BARS_SHOWN, end, STRETCH_BARS);
  const densest = (side: string): string => {
    const most = bars.filter((bar) => bar.side === side).reduce((a, b) => (b.density > a.density ? b : a));
    return `densest ${side} ${most.low.toFixed(2)}–${most.high.toFixed(2)} USDT, ${most.density.toFixed(1)} × the mean`;
  };
  return {
    name: 'crowd-map',
    facts: [`price ${String(now)}`, densest('longs'), densest('shorts')],
    spec: (theme) => {
      const y = (field: string, hasLabels: boolean) => ({
        field,
        type: 'quantitative' as const,
        title: hasLabels ? 'USDT, log scale' : null,
        scale: { type: 'log' as const, domain: [now * exp(-REACH), now * exp(REACH)], nice: false },
        axis: { values: [11, 12, 13, 14, 15, 16, 17, 18, 19], labels: hasLabels, format: 'd' },
      });
      const here = {
        data: { values: [{ now }] },
        mark: { type: 'rule' as const, color: theme.text, strokeDash: [2, 3] },
      };
      return {
        spacing: 8,
        hconcat: [
          {
            title: 'Price, each hour’s range',
            width: 330,
            height: HEIGHT,
            layer: [
              {
                data: { values: price },
                mark: { type: 'area', color: theme.text, opacity: 0.75 },
                encoding: {
                  x: {
                    field: 'endMs',
                    type: 'temporal',
                    scale: { type: 'utc' },
                    title: 'December 2024, UTC',
                    axis: { format: '%-d', tickCount: 'day' },
                  },
                  y: y('low', true),
                  y2: { field: 'high' },
                },
              },
              { ...here, encoding: { y: y('now', true) } },
            ],
          },
          {
            title: 'Crowd’s liquidations, estimated, by volume proxy',
            width: 380,
            height: HEIGHT,
            layer: [
              {
                data: { values: bars },
                mark: { type: 'rect' },
                encoding: {
                  y: y('low', false),
                  y2: { field: 'high' },
                  x2: { field: 'density' },
                  x: {
                    field: 'zero',
                    type: 'quantitative',
                    title: 'mass against the mean within 30 % (1 = uniform)',
                    scale: { domain: [0, 4], nice: false },
                    axis: { tickCount: 5 },
                  },
                  color: {
                    field: 'side',
                    type: 'nominal',
                    scale: { domain: ['shorts', 'longs'], range: [theme.blue, theme.orange] },
                    legend: null,
                  },
                },
              },
              { ...here, encoding: { y: y('now', false) } },
              {
                data: {
                  values: [
                    { level: now * exp(0.95 * REACH), text: 'shorts, bought back by force above the price' },
                    { level: now * exp(-0.95 * REACH), text: 'longs, sold by force below the price' },
                  ],
                },
                mark: { type: 'text', align: 'right' },
                encoding: { y: y('level', false), x: { value: 376 }, text: { field: 'text' } },
              },
            ],
          },
        ],
      };
    },
  };
}
