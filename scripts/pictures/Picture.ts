import * as vega from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { configOf, type Theme } from './Theme.ts';

/** One picture of the model's page. */
export interface Picture {
  /** File name without theme and ending. */
  readonly name: string;
  /** What the page's text quotes, one line each. */
  readonly facts: readonly string[];
  readonly spec: (theme: Theme) => TopLevelSpec;
}

/** Without a canvas text is measured by a guess that is far too wide for a sans; this one keeps the margins small. */
const { textMetrics } = vega as unknown as {
  textMetrics: { width: (item: { fontSize?: number; text?: unknown }, text?: unknown) => number };
};
textMetrics.width = (item, text) => 0.55 * (item.fontSize ?? 11) * String(text ?? item.text ?? '').length;

/** Coordinates to a hundredth of a pixel: an eighth of a device's at most, and half of the bytes. */
function rounded(svg: string): string {
  return svg.replace(/-?\d+\.\d{3,}(e-\d+)?/g, (digits) => String(Math.round(100 * Number(digits)) / 100));
}

/** The picture as SVG text: the same bytes for the same recording. */
export async function svgOf(picture: Picture, theme: Theme): Promise<string> {
  const { spec } = compile(picture.spec(theme), { config: configOf(theme) });
  const view = new vega.View(vega.parse(spec), { renderer: 'none' });
  const svg = rounded(await view.toSVG());
  view.finalize();
  return `${svg}\n`;
}
