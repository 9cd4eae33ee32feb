/** `alarm`: somebody should look now. `warning`: today. `info`: it is good to know. The journal uses the same words. */
export type AlertLevel = 'info' | 'warning' | 'alarm';

export const ALERT_LEVELS: readonly AlertLevel[] = ['info', 'warning', 'alarm'];

/** Something a person should learn of. */
export interface Alert {
  /** What it is about: two alerts with one key are the same matter, and are told once in a while, with a count. */
  readonly key: string;
  readonly level: AlertLevel;
  /** One line. */
  readonly title: string;
  /** What is so, by which figures, and what to do. */
  readonly text: string;
  /** Told once for this value, over restarts: a date that ends something, a day. Without it, again while it lasts. */
  readonly once?: string;
}

/** An alert as it is sent. */
export interface Dispatch extends Alert {
  /** When it was last raised; wall time. */
  readonly raisedMs: number;
  /** How often it was raised since it was sent last, this time included. */
  readonly count: number;
  /** Alerts of other matters that the rate limit kept back since the last one that went out. */
  readonly withheld: number;
}

export function isAtLeast(level: AlertLevel, least: AlertLevel): boolean {
  return ALERT_LEVELS.indexOf(level) >= ALERT_LEVELS.indexOf(least);
}

/** The alert as plain text for a message or a mail's body. */
export function textOf({ level, title, text, count, withheld, raisedMs }: Dispatch): string {
  const notes = [
    ...(count > 1 ? [`${String(count)} times since it was last told.`] : []),
    ...(withheld > 0
      ? [`${String(withheld)} other alerts were kept back by the rate limit: see the log.`]
      : []),
  ];
  const at = `${new Date(raisedMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
  return [`${level.toUpperCase()}: ${title}`, text, ...notes, at].join('\n');
}
