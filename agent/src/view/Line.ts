import pc from 'picocolors';
import { unbroken } from './wrap.ts';

export type Tone = 'plain' | 'dim' | 'good' | 'warn' | 'bad' | 'title';

/** A stretch of text of one tone; its width is its length, for none of our characters is wide. */
export interface Segment {
  readonly text: string;
  readonly tone: Tone;
}

export type Line = readonly Segment[];

/** A row of the screen: a label, and parts that stay whole and go on below where they do not fit beside each other. */
export interface Row {
  readonly label: string;
  readonly parts: readonly Segment[];
}

export const seg = (text: string, tone: Tone = 'plain'): Segment => ({ text, tone });

const LABEL_WIDTH = 13;
const GAP = '   ';

/** Lays a row out within so many columns: one line or more. */
export function layOut({ label, parts }: Row, columns: number): readonly Line[] {
  const indent = columns < 40 ? 2 : LABEL_WIDTH;
  const lines: Segment[][] = [];
  let line: Segment[] = [seg(label.padEnd(indent), 'dim')];
  let width = Math.max(label.length, indent);
  if (label.length > indent - 1 && label !== '') {
    lines.push(line);
    line = [seg(' '.repeat(indent))];
    width = indent;
  }
  let isFirst = true;
  for (const part of parts.flatMap((each) => wrapped(each, columns - indent))) {
    const gap = isFirst ? '' : GAP;
    if (!isFirst && width + gap.length + part.text.length > columns) {
      lines.push(line);
      line = [seg(' '.repeat(indent)), part];
      width = indent + part.text.length;
    } else {
      line.push(seg(gap), part);
      width += gap.length + part.text.length;
    }
    isFirst = false;
  }
  lines.push(line);
  return lines;
}

/** A part longer than a line is broken between words. */
function wrapped({ text, tone }: Segment, width: number): readonly Segment[] {
  if (text.length <= width) return [{ text, tone }];
  const lines: string[] = [''];
  for (const word of unbroken(text).map((part) => part.trimEnd())) {
    const last = lines.at(-1) ?? '';
    if (last === '') lines[lines.length - 1] = word;
    else if (last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.map((line) => seg(line, tone));
}

/** Cuts a line to so many columns; what was cut is shown to be cut. */
export function cut(line: Line, columns: number): Line {
  const whole = line.reduce((sum, { text }) => sum + text.length, 0);
  if (whole <= columns) return line;
  const kept: Segment[] = [];
  let left = Math.max(0, columns - 1);
  for (const { text, tone } of line) {
    if (left === 0) break;
    kept.push(seg(text.slice(0, left), tone));
    left -= Math.min(left, text.length);
  }
  return [...kept, seg('…', 'dim')];
}

/**
 * How a tone is drawn (select graphic rendition). Nobody says whether a terminal is light or dark: what warns brings its
 * own ground with it, and no colour alone says anything.
 */
export const RENDITIONS: Readonly<Record<Tone, string>> = {
  plain: '',
  dim: '2',
  good: '1',
  // Black on yellow, white on red.
  warn: '30;43',
  bad: '1;97;41',
  title: '1',
};

export function coloured(line: Line, isColour = pc.isColorSupported): string {
  return line
    .map(({ text, tone }) => {
      const rendition = RENDITIONS[tone];
      return isColour && rendition !== '' ? `\x1b[${rendition}m${text}\x1b[0m` : text;
    })
    .join('');
}

export function plain(line: Line): string {
  return line
    .map(({ text }) => text)
    .join('')
    .trimEnd();
}
