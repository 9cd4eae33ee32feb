import type { Venue, VenueOrder } from '../../venue/Venue.ts';
import type { RiskCanister } from '../../canister/RiskCanister.ts';

/** Mistakes made on purpose, each of which has to be found: a check that finds nothing proves nothing. */
export const BUGS = ['sends-twice', 'believes-in-stops', 'no-clearing-up', 'tells-twice'] as const;
export type Bug = (typeof BUGS)[number];

const NEVER_SENT: Omit<VenueOrder, 'clientOrderId' | 'side' | 'quantity' | 'triggerPrice'> = {
  ...{ kind: 'conditional', type: 'stop', state: 'resting', trigger: 'mark', reduceOnly: true },
  ...{ venueId: '1', filledQuantity: 0, averagePrice: 0, createdMs: 0, updatedMs: 0 },
};

interface Parts {
  readonly venue: Venue;
  readonly canister: RiskCanister;
}

/** Lets the agent's parts make this mistake from now on. */
export function misbehave(bug: Bug | 'none', { venue, canister }: Parts): void {
  switch (bug) {
    case 'sends-twice': {
      const send = venue.send.bind(venue);
      return replace(venue, 'send', async (order) => {
        if (order.type === 'market') await send(order);
        return send(order);
      });
    }
    case 'believes-in-stops': {
      const [send, restingOrders] = [venue.send.bind(venue), venue.restingOrders.bind(venue)];
      const believed = new Map<string, VenueOrder>();
      replace(venue, 'restingOrders', async () => [...(await restingOrders()), ...believed.values()]);
      return replace(venue, 'send', (order) => {
        if (order.type !== 'stop') return send(order);
        const stop: VenueOrder = { ...order, ...NEVER_SENT };
        believed.set(order.clientOrderId, stop);
        return Promise.resolve(stop);
      });
    }
    case 'no-clearing-up':
      return replace(venue, 'cancel', () => Promise.resolve());
    case 'tells-twice': {
      const report = canister.report.bind(canister);
      return replace(canister, 'report', async (told) => {
        await report(told);
        return report({ ...told, id: told.id.map((byte) => byte ^ 1) });
      });
    }
    case 'none':
      return;
  }
}

function replace<T extends object, K extends keyof T & string>(target: T, name: K, by: T[K]): void {
  Object.defineProperty(target, name, { value: by });
}
