import type { Exchange } from '../Exchange.ts';
import { type ActiveFault, activate, isOver, type RequestFault, strikes } from './RequestFault.ts';
import { applyVenueFault, type VenueFault } from './VenueFault.ts';

/** A fault and when it begins, market time; 0 is at once. */
export interface FaultCommand {
  readonly atMs: number;
  readonly fault: RequestFault | VenueFault;
}

/** What goes wrong, and what is still to go wrong. */
export class FaultPlan {
  private active: ActiveFault[] = [];
  private scheduled: FaultCommand[] = [];

  /** Lets faults happen at their time, those that are due at once. @throws VenueError when one that is due cannot happen */
  add(exchange: Exchange, commands: readonly FaultCommand[]): void {
    this.scheduled = [...this.scheduled, ...commands].sort((a, b) => a.atMs - b.atMs);
    this.play(exchange);
    exchange.notify();
  }

  /** Begins what is due by the venue's time. */
  play(exchange: Exchange): void {
    const { timeMs } = exchange.venue;
    while ((this.scheduled[0]?.atMs ?? Number.POSITIVE_INFINITY) <= timeMs) {
      const fault = this.scheduled.shift()?.fault;
      if (fault === undefined) return;
      if ('endpoint' in fault) this.active.push(activate(fault));
      else applyVenueFault(exchange, fault);
    }
  }

  /** The faults that a request runs into, in the order in which they were made. */
  struck(endpoint: string, timeMs: number): RequestFault[] {
    if (this.active.length === 0) return [];
    this.active = this.active.filter((fault) => !isOver(fault, timeMs));
    return this.active.filter((fault) => strikes(fault, endpoint, timeMs)).map(({ fault }) => fault);
  }

  /** Ends the faults of requests and forgets what is to come. What was changed of the venue stays changed. */
  clear(): void {
    this.active = [];
    this.scheduled = [];
  }

  /** What lasts and what is to come. */
  status(): { readonly active: readonly unknown[]; readonly scheduled: readonly FaultCommand[] } {
    const active = this.active.map(({ fault, left }) => ({
      ...fault,
      left: Number.isFinite(left) ? left : undefined,
    }));
    return { active, scheduled: this.scheduled };
  }
}
