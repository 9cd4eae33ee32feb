/**
 * What a shell or a supervisor can branch on. The dispositions are those of every error here; the last two are
 * answers of `verify`.
 */
export const EXIT = {
  ok: 0,
  /** A defect of this program. */
  internal: 1,
  /** The caller has to give something else. */
  request: 2,
  /** Worth trying again. */
  temporary: 3,
  /** The evidence does not prove what it claims. */
  notProven: 4,
  /** The evidence is genuine, but the engine gives another decision. */
  differs: 5,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
