import type { RunStatus } from '../run/RunStatus.ts';
import { frameOf } from './Frame.ts';
import { coloured } from './Line.ts';

export interface Terminal {
  readonly write: (text: string) => unknown;
  readonly columns: number;
  readonly rows: number;
}

const ENTER = '\x1b[?1049h\x1b[?25l\x1b[2J';
const LEAVE = '\x1b[?25h\x1b[?1049l';
const HOME = '\x1b[H';
const CLEAR_LINE = '\x1b[K';
const CLEAR_BELOW = '\x1b[J';
const REDRAW_MS = 1_000;

/** Draws a status over and over on a screen of its own, and gives the old screen back at the end. */
export class TerminalView {
  readonly #terminal: Terminal;
  readonly #status: () => RunStatus;
  readonly #timer: ReturnType<typeof setInterval>;
  #drawn = '';

  constructor(terminal: Terminal, status: () => RunStatus) {
    this.#terminal = terminal;
    this.#status = status;
    terminal.write(ENTER);
    this.draw();
    this.#timer = setInterval(() => this.draw(), REDRAW_MS);
  }

  /** Only what differs from the picture before is sent: nothing flickers, and a slow line is not flooded. */
  draw(): void {
    const { columns, rows } = this.#terminal;
    const text = frameOf(this.#status(), Math.max(20, columns), Math.max(5, rows - 1))
      .map((line) => `${coloured(line)}${CLEAR_LINE}`)
      .join('\r\n');
    if (text === this.#drawn) return;
    this.#drawn = text;
    this.#terminal.write(`${HOME}${text}${CLEAR_BELOW}`);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#terminal.write(LEAVE);
    const frame = frameOf(this.#status(), Math.max(20, this.#terminal.columns), 16);
    this.#terminal.write(`${frame.map((line) => coloured(line)).join('\n')}\n`);
  }
}
