import type { Config } from 'vega-lite';

/** Colours for one ground. The hues are told apart by people who see few of them, and differ in lightness too. */
export interface Theme {
  readonly name: 'light' | 'dark';
  readonly text: string;
  readonly muted: string;
  readonly grid: string;
  readonly blue: string;
  readonly orange: string;
  readonly green: string;
}

export const THEMES: readonly Theme[] = [
  {
    name: 'light',
    text: '#1f2328',
    muted: '#59636e',
    grid: '#d1d9e0',
    blue: '#0072b2',
    orange: '#d55e00',
    green: '#00a076',
  },
  {
    name: 'dark',
    text: '#f0f6fc',
    muted: '#9198a1',
    grid: '#3d444d',
    blue: '#56b4e9',
    orange: '#f0883e',
    green: '#3fd1a5',
  },
];

const FONT = '-apple-system, Segoe UI, Noto Sans, Helvetica, Arial, sans-serif';

/** What every picture has in common; the ground stays transparent. */
export function configOf({ text, muted, grid }: Theme): Config {
  return {
    background: 'transparent',
    font: FONT,
    padding: 4,
    aria: false,
    view: { stroke: null },
    concat: { spacing: 14 },
    title: { anchor: 'start', color: text, fontSize: 13, fontWeight: 600, offset: 8 },
    axis: {
      labelColor: muted,
      titleColor: muted,
      labelFontSize: 12,
      titleFontSize: 12,
      titleFontWeight: 400,
      gridColor: grid,
      gridOpacity: 0.6,
      domainColor: grid,
      tickColor: grid,
      labelOverlap: false,
    },
    axisX: { grid: false },
    legend: {
      labelColor: text,
      labelFontSize: 12,
      labelLimit: 400,
      orient: 'top',
      title: null,
      symbolType: 'square',
      symbolSize: 110,
      columnPadding: 20,
    },
    text: { color: text, fontSize: 12 },
  };
}
