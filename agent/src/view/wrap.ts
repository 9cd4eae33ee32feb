// eslint-disable-next-line no-control-regex -- colour codes take no room
const RENDITION = /\u001b\[[\d;]*m/g;

/** Characters that are seen: of coloured text, without its colours. */
export function visibleLength(text: string): number {
  return text.replace(RENDITION, '').length;
}

/** Where a line may be broken: between words, and not between a number and its unit. */
const BREAK = /(?<=\s)(?=\S)(?!(?<=\d\s)(?:%|[A-Z]+|daily|bp|ms|min|[dhsx])(?!\w))/;

/** The parts of a text that stay whole, each with the space after it. */
export function unbroken(text: string): readonly string[] {
  return text.split(BREAK);
}

/** Breaks a line between words; what follows is indented. */
export function wrap(text: string, columns: number, indent = 0): readonly string[] {
  const width = Math.max(columns, 40);
  const lines: string[] = [];
  let line = '';
  for (const word of unbroken(text)) {
    const isFull = visibleLength((line + word).trimEnd()) > width;
    if (isFull && line.trim() !== '') {
      lines.push(line.trimEnd());
      line = ' '.repeat(indent);
    }
    line += word;
  }
  return [...lines, line.trimEnd()];
}
