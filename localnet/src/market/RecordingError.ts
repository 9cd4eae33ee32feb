/** A market file that cannot be used: one line saying where, what was expected, what came and what to do. */
export class RecordingError extends Error {
  readonly source: string;
  readonly line: number | undefined;

  constructor(fault: { source: string; line?: number; expected: string; got: string; remedy: string }) {
    const where = fault.line === undefined ? fault.source : `${fault.source} line ${fault.line}`;
    super(`${where}: expected ${fault.expected}, got ${fault.got}; ${fault.remedy}`);
    this.name = 'RecordingError';
    this.source = fault.source;
    this.line = fault.line;
  }
}
