// Every write of the journal, every receipt kept and every request that changes something is a step with a name, once
// before it and once after it. A life ends at the step that it was told.
import { writeSync } from 'node:fs';
import type { OrderRow } from '../../journal/Rows.ts';
import { parseClientOrderId } from '../../execute/ClientOrderId.ts';

/** The parts of a trade's life, in their order. */
export const STAGES = [
  'wish',
  'observation',
  'entry',
  'fill',
  'stop',
  'ratchet',
  'take-profit',
  'reduce',
  'close',
  'report',
] as const;
export type Stage = (typeof STAGES)[number];

/** `journal/entry/intend/before`: where, of what, what, and on which side of it. */
export type StepName = `${'journal' | 'receipt' | 'wire'}/${Stage}/${string}/${'before' | 'after'}`;

export function stageOf(step: string): Stage {
  const stage = step.split('/')[1];
  return STAGES.find((each) => each === stage) ?? 'observation';
}

/** When a life ends: at the n-th step of a name, or at the n-th of all; null for a life that is not cut. */
export type Cut = { readonly name: string; readonly nth: number } | { readonly at: number } | null;

const ORDER_ID = /plm-[a-z0-9]+-[0-9a-z]{1,7}-[0-9a-f]{20}/;

/** The part of the trade that an order of ours is; a stop after the first is a ratchet. */
export function stageOfOrder(text: string): Stage | null {
  const named = parseClientOrderId(ORDER_ID.exec(text)?.[0] ?? '');
  if (named === null) return null;
  switch (named.role) {
    case 'take-profit-1':
    case 'take-profit-2':
      return 'take-profit';
    case 'stop':
      return named.version > 0 ? 'ratchet' : 'stop';
    default:
      return named.role;
  }
}

export class Steps {
  /** Names of the steps taken so far. */
  readonly taken: string[] = [];
  readonly #cut: Cut;
  #met = 0;

  constructor(cut: Cut) {
    this.#cut = cut;
  }

  take(name: StepName): void {
    this.taken.push(name);
    const cut = this.#cut;
    if (cut === null) return;
    if ('at' in cut ? this.taken.length !== cut.at : cut.name !== name || ++this.#met !== cut.nth) return;
    writeSync(1, `KILLED ${name}\n`);
    process.kill(process.pid, 'SIGKILL');
  }

  /**
   * Makes calls of a method steps.
   * @param nameOf the part between where and when, null for a call that is no step
   */
  watch<T extends object>(
    target: T,
    method: keyof T & string,
    where: 'journal' | 'receipt' | 'wire',
    nameOf: (args: never) => readonly [Stage, string] | null,
  ): void {
    const original = target[method] as (...args: unknown[]) => unknown;
    const take = (name: StepName): void => this.take(name);
    // A method of a prototype is called on whatever it is called on.
    const watched = function (this: unknown, ...args: unknown[]): unknown {
      const named = nameOf(args as never);
      if (named === null) return original.apply(this ?? target, args);
      const name = `${where}/${named[0]}/${named[1]}` as const;
      take(`${name}/before`);
      const result = original.apply(this ?? target, args);
      if (result instanceof Promise) return result.finally(() => take(`${name}/after`));
      take(`${name}/after`);
      return result;
    };
    Object.defineProperty(target, method, { value: watched, configurable: true, writable: true });
  }
}

/** What a journal says of an order, as the part of the trade it belongs to; what filled is a fill. */
export function stageOfRow({
  clientOrderId,
  filledQuantity,
}: Pick<OrderRow, 'clientOrderId' | 'filledQuantity'>): Stage {
  return filledQuantity > 0 ? 'fill' : (stageOfOrder(clientOrderId) ?? 'observation');
}
