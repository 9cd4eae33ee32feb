import { costsOf, totalOf, type CallNode, type FunctionCost } from './CallTree.ts';

/** How a profile is shown. */
export interface ReportOptions {
  /** Functions shown, the dearest first. */
  readonly top: number;
  /** Says from where in the sources a function is, given the file and line in its name; undefined when it is not known. */
  readonly sourceOf?: (file: string, line: number) => string | undefined;
}

const LOCATION = / (\S+):(\d+)$/;
const GROUPED = new Intl.NumberFormat('en-US');

/** A profile as text: what a message costs, by function and by source file. All numbers are means of a message. */
export function reportOf(message: string, root: CallNode, options: ReportOptions): string {
  const messages = root.calls;
  const total = totalOf(root);
  const each = (sum: number): number => sum / messages;
  const share = (sum: number): string => `${((100 * sum) / total).toFixed(1)} %`;
  const title = `${message}: ${GROUPED.format(Math.round(each(total)))} instructions`;
  const functions = costsOf(root).map((cost) => ({ ...cost, ...placeOf(cost.name, options) }));
  const shown = functions.slice(0, options.top);
  const rest = functions.slice(options.top);
  const rows = shown.map((cost) => [
    GROUPED.format(Math.round(each(cost.self))),
    share(cost.self),
    share(cost.total),
    GROUPED.format(round(each(cost.calls))),
    cost.name === message ? '(outside of all these)' : cost.label,
    cost.source ?? '',
  ]);
  if (rest.length > 0) {
    const self = rest.reduce((sum, cost) => sum + cost.self, 0);
    rows.push([
      ...[GROUPED.format(Math.round(each(self))), share(self), '', ''],
      `${rest.length} more functions`,
      '',
    ]);
  }
  const parts = [
    messages === 1 ? title : `${title} on average of ${GROUPED.format(messages)} messages`,
    table(FUNCTION_COLUMNS, rows),
  ];
  const files = bySource(functions);
  if (files.length > 1) {
    const fileRows = files.map(([source, self]) => [
      GROUPED.format(Math.round(each(self))),
      share(self),
      source,
    ]);
    parts.push(table(FILE_COLUMNS, fileRows.slice(0, options.top)));
  }
  return `${parts.join('\n\n')}\n`;
}

function placeOf(name: string, { sourceOf }: ReportOptions): { label: string; source?: string } {
  const [location, file, line] = LOCATION.exec(name) ?? [];
  const source = file === undefined ? undefined : sourceOf?.(file, Number(line));
  if (location === undefined || source === undefined) return { label: name };
  return { label: name.slice(0, -location.length), source };
}

/** Instructions by source file, what has none under a name of its own. */
function bySource(functions: readonly (FunctionCost & { readonly source?: string })[]): [string, number][] {
  const sums = new Map<string, number>();
  for (const { source, self, name } of functions) {
    const key = source ?? (name.startsWith('ic0.') ? 'system API' : 'everything else');
    sums.set(key, (sums.get(key) ?? 0) + self);
  }
  return [...sums].sort((a, b) => b[1] - a[1]);
}

/** One digit behind the point for what is rare, none for what is not. */
function round(value: number): number {
  return value < 100 ? Math.round(value * 10) / 10 : Math.round(value);
}

interface Column {
  readonly title: string;
  /** Texts stand to the left, numbers to the right. */
  readonly isText?: true;
}

const FUNCTION_COLUMNS: readonly Column[] = [
  { title: 'self' },
  { title: '' },
  { title: 'total' },
  { title: 'calls' },
  { title: 'function', isText: true },
  { title: '', isText: true },
];
const FILE_COLUMNS: readonly Column[] = [{ title: 'self' }, { title: '' }, { title: 'file', isText: true }];

function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map(({ title }, i) =>
    Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => (columns[i]?.isText ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  ')
      .trimEnd();
  return [columns.map(({ title }) => title), ...rows].map(line).join('\n');
}
