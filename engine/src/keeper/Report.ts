import { outOfDomain } from '../EngineError.ts';
import { requireMoneyOr0, requireTime } from '../Domain.ts';
import { getPlace, putPlace, type Place } from '../Place.ts';
import {
  end,
  finish,
  getBytes,
  getE8,
  getI8,
  getText,
  getU64,
  getU8,
  putBytes,
  putE8,
  putI8,
  putText,
  putU64,
  putU8,
} from '../codec/Bytes.ts';
import {
  assertId,
  FRAME_REPORT,
  FRAME_RESOLUTION,
  frameReader,
  frameWriter,
  ID_BYTES,
} from '../codec/Frame.ts';

/**
 * `execution`: an order that followed a decision came to an end. `ambiguity`: it is not known whether one did.
 * `violation`: something happened that no decision allows (a fill without a plan, a stop that could not be placed).
 */
export const REPORT_KINDS = ['execution', 'ambiguity', 'violation'] as const;
export type ReportKind = (typeof REPORT_KINDS)[number];

/** The longest machine word that says what happened. */
export const MAX_CODE_BYTES = 32;

/** What the agent says became of a decision. */
export interface Report {
  readonly id: Uint8Array;
  readonly place: Place;
  readonly report: ReportKind;
  /** Sequence of the record whose decision it followed, or should have followed. */
  readonly decision: number;
  /** The venue's clock. */
  readonly timeMs: number;
  /** Of the order: 1 bought, −1 sold, 0 where there was none. */
  readonly side: 1 | -1 | 0;
  /** Filled, base units. */
  readonly quantity: number;
  /** Mean price of the fills, 0 where there were none. */
  readonly price: number;
  /** A word for it, such as `filled`, `stop-rejected`; printable ASCII without spaces. */
  readonly code: string;
}

/** @throws EngineError when a field is outside its domain. */
export function assertReport(report: Report): void {
  const { id, timeMs, side, quantity, price, code } = report;
  assertId(id, 'report.id');
  if (!REPORT_KINDS.includes(report.report)) {
    throw outOfDomain('report', REPORT_KINDS.join(', '), report.report);
  }
  requireTime('report.timeMs', timeMs);
  if (side !== 1 && side !== -1 && side !== 0) throw outOfDomain('report.side', '1, -1 or 0', side);
  requireMoneyOr0('report.quantity', quantity);
  requireMoneyOr0('report.price', price);
  if (!/^[!-~]{1,32}$/.test(code)) {
    throw outOfDomain('report.code', `1 to ${String(MAX_CODE_BYTES)} printable characters`, code.length);
  }
}

export function encodeReport(report: Report): Uint8Array {
  assertReport(report);
  const w = frameWriter(FRAME_REPORT, 128);
  putBytes(w, report.id);
  putPlace(w, report.place);
  putU8(w, REPORT_KINDS.indexOf(report.report));
  putU64(w, report.decision, 'report.decision');
  putU64(w, report.timeMs, 'report.timeMs');
  putI8(w, report.side);
  putE8(w, report.quantity, 'report.quantity');
  putE8(w, report.price, 'report.price');
  putText(w, report.code, 'report.code');
  return finish(w);
}

/** @throws EngineError for a frame that is not exactly one report. */
export function decodeReport(frame: Uint8Array): Report {
  const r = frameReader(frame, FRAME_REPORT);
  const id = getBytes(r, ID_BYTES, 'report.id');
  const place = getPlace(r);
  const index = getU8(r, 'report');
  const kind = REPORT_KINDS[index];
  if (kind === undefined) throw outOfDomain('report', `below ${String(REPORT_KINDS.length)}`, index);
  const report: Report = {
    id,
    place,
    report: kind,
    decision: getU64(r, 'report.decision'),
    timeMs: getU64(r, 'report.timeMs'),
    side: getI8(r, 'report.side') as Report['side'],
    quantity: getE8(r, 'report.quantity'),
    price: getE8(r, 'report.price'),
    code: getText(r, 'report.code'),
  };
  end(r);
  assertReport(report);
  return report;
}

/** The frame in which the owner settles an open report: its cause is understood and gone. */
export function encodeResolution(id: Uint8Array, sequence: number): Uint8Array {
  assertId(id, 'resolution.id');
  const w = frameWriter(FRAME_RESOLUTION, 32);
  putBytes(w, id);
  putU64(w, sequence, 'resolution.sequence');
  return finish(w);
}

/** @throws EngineError for a frame that is not exactly one resolution. */
export function decodeResolution(frame: Uint8Array): {
  readonly id: Uint8Array;
  /** Sequence of the record of the report. */
  readonly sequence: number;
} {
  const r = frameReader(frame, FRAME_RESOLUTION);
  const id = getBytes(r, ID_BYTES, 'resolution.id');
  const sequence = getU64(r, 'resolution.sequence');
  end(r);
  return { id, sequence };
}
