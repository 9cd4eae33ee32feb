import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crowdMap } from './CrowdMap.ts';
import { leverageCap } from './LeverageCap.ts';
import { liquidationFan } from './LiquidationFan.ts';
import { svgOf, type Picture } from './Picture.ts';
import { loadRecorded } from './Recorded.ts';
import { THEMES } from './Theme.ts';
import { trailingStop } from './TrailingStop.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The recordings; absent on most machines. */
export const DATA = resolve(ROOT, '..', 'shared', 'data');
/** Where the pictures lie. */
export const PICTURES = resolve(ROOT, 'docs', 'pictures');

/** A picture as a file. */
export interface PictureFile {
  readonly file: string;
  readonly svg: string;
}

/** All pictures of docs/model.md, made from the recordings. */
export function gallery(): Picture[] {
  const spot = loadRecorded(DATA, 'binance-spot');
  const perpetual = loadRecorded(DATA, 'bybit-perp');
  return [leverageCap(spot), liquidationFan(perpetual), trailingStop(spot), crowdMap(spot)];
}

/** A picture's files, one for each ground. */
export async function filesOf(picture: Picture): Promise<PictureFile[]> {
  const files: PictureFile[] = [];
  for (const theme of THEMES) {
    files.push({ file: `${picture.name}-${theme.name}.svg`, svg: await svgOf(picture, theme) });
  }
  return files;
}
