import { RecordingError } from '../../market/RecordingError.ts';
import { FUNDING_HOURS } from '../FundingSchedule.ts';
import { type Parameters, requiredAmount } from '../Parameters.ts';
import { publicRoute, type RouteTable } from '../Route.ts';
import { refusals, REFUSALS_ON_COMMAND } from '../VenueError.ts';
import { randomSchedule, requestFault } from './FaultSchedule.ts';
import { REQUEST_FAULT_KINDS, type RequestFault, type RequestFaultKind } from './RequestFault.ts';
import { readTiers, VENUE_FAULT_KINDS, type VenueFault } from './VenueFault.ts';

const PARAMETERS = [
  ...[
    'kind',
    'atMs',
    'endpoint',
    'times',
    'skip',
    'chance',
    'seed',
    'delayMs',
    'retryAfterSeconds',
    'status',
  ],
  ...['untilMs', 'symbol', 'on', 'skewMs', 'stage', 'tickSize', 'stepSize', 'minNotional', 'tiers', 'hours'],
  ...['quantity', 'code'],
];

/** Only what was said, so that the rest keeps its usual value. */
function said<T extends object>(values: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> };
}

function readRequestFault(kind: RequestFaultKind, parameters: Parameters): RequestFault {
  const chance = parameters.text('chance');
  if (chance !== undefined && !(Number(chance) > 0 && Number(chance) <= 1))
    throw refusals.invalid('chance', `expected a share above 0 up to 1, got '${chance}'`);
  const usual = requestFault(kind);
  const more: Partial<Record<keyof RequestFault, unknown>> = {
    endpoint: parameters.text('endpoint'),
    times: parameters.integer('times'),
    skip: parameters.integer('skip'),
    chance: chance === undefined ? undefined : Number(chance),
    seed: parameters.integer('seed'),
    delayMs: parameters.integer('delayMs'),
    retryAfterSeconds: parameters.integer('retryAfterSeconds'),
    status: parameters.integer('status'),
    code: kind === 'refusal' ? codeOf(parameters) : undefined,
    untilMs: parameters.integer('untilMs'),
  };
  return { ...usual, ...said(more) } as RequestFault;
}

function readVenueFault(kind: VenueFault['kind'], parameters: Parameters): VenueFault {
  const symbol = (): string => parameters.required('symbol');
  const on = parameters.text('on') === undefined || parameters.flag('on');
  const times = parameters.integer('times') ?? 1;
  const amount = (name: string): string | undefined => {
    if (parameters.text(name) !== undefined) requiredAmount(parameters, name);
    return parameters.text(name);
  };
  switch (kind) {
    case 'frozen-mark':
      return { kind, symbol: symbol(), on };
    case 'clock-skew':
      return { kind, skewMs: signedInteger(parameters, 'skewMs') };
    case 'delisting': {
      const stage = parameters.choice('stage', ['ANNOUNCED', 'SETTLED']) ?? 'ANNOUNCED';
      return { kind, symbol: symbol(), stage: stage === 'SETTLED' ? 'settled' : 'announced' };
    }
    case 'symbol-rules': {
      const [tickSize, stepSize, minNotional] = [
        amount('tickSize'),
        amount('stepSize'),
        amount('minNotional'),
      ];
      return { kind, symbol: symbol(), tickSize, stepSize, minNotional };
    }
    case 'tiers':
      return { kind, symbol: symbol(), tiers: tiersOf(parameters) };
    case 'funding-interval': {
      const hours = parameters.integer('hours') ?? 0;
      if (!FUNDING_HOURS.includes(hours))
        throw refusals.invalid('hours', `expected ${FUNDING_HOURS.join(' or ')}, got '${hours}'`);
      return { kind, symbol: symbol(), hours };
    }
    case 'deleveraging':
      return { kind, symbol: symbol(), quantity: amount('quantity') };
    case 'socket-drop':
      return { kind };
    case 'socket-half-open':
      return { kind, on };
    case 'book-gap':
    case 'duplicate-events':
      return { kind, times };
  }
}

function codeOf(parameters: Parameters): number {
  const code = signedInteger(parameters, 'code');
  if (!REFUSALS_ON_COMMAND.has(code))
    throw refusals.invalid(
      'code',
      `expected one of ${[...REFUSALS_ON_COMMAND.keys()].join(', ')}, got '${code}'`,
    );
  return code;
}

function signedInteger(parameters: Parameters, name: string): number {
  const text = parameters.required(name);
  if (!/^-?\d{1,12}$/.test(text)) throw refusals.missing(name);
  return Number(text);
}

function tiersOf(parameters: Parameters): Extract<VenueFault, { kind: 'tiers' }>['tiers'] {
  try {
    const json: unknown = JSON.parse(parameters.required('tiers'));
    const tiers = readTiers(json, parameters.required('symbol'));
    if (tiers.length > 0) return tiers;
  } catch (error) {
    if (error instanceof RecordingError) throw refusals.invalid('tiers', error.message);
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw refusals.invalid('tiers', 'expected a margin table of the symbol as JSON');
}

/** Faults on command: no part of Binance, and for this machine only. Times are market time. */
export const faultRoutes: RouteTable = {
  'GET /localnet/v1/faults': publicRoute([], ({ faults }) => faults.status()),
  'POST /localnet/v1/faults': publicRoute(PARAMETERS, (exchange, parameters) => {
    const name = parameters.required('kind').toLowerCase();
    const ofRequest = REQUEST_FAULT_KINDS.find((kind) => kind === name);
    const ofVenue = VENUE_FAULT_KINDS.find((kind) => kind === name);
    const known = [...REQUEST_FAULT_KINDS, ...VENUE_FAULT_KINDS].join(', ');
    let fault: RequestFault | VenueFault | undefined;
    if (ofRequest !== undefined) fault = readRequestFault(ofRequest, parameters);
    else if (ofVenue !== undefined) fault = readVenueFault(ofVenue, parameters);
    if (fault === undefined) throw refusals.invalid('kind', `expected one of ${known}, got '${name}'`);
    if ('symbol' in fault && !exchange.venue.contracts.has(fault.symbol)) throw refusals.symbol();
    exchange.faults.add(exchange, [{ atMs: parameters.integer('atMs') ?? 0, fault }]);
    return exchange.faults.status();
  }),
  'DELETE /localnet/v1/faults': publicRoute([], ({ faults }) => {
    faults.clear();
    return faults.status();
  }),
  'POST /localnet/v1/faults/schedule': publicRoute(
    ['seed', 'everyMs', 'fromMs', 'toMs'],
    (exchange, parameters) => {
      const everyMs = parameters.integer('everyMs') ?? 0;
      if (everyMs === 0) throw refusals.missing('everyMs');
      const commands = randomSchedule({
        seed: parameters.integer('seed') ?? 1,
        everyMs,
        fromMs: parameters.integer('fromMs') ?? exchange.venue.timeMs,
        toMs: parameters.integer('toMs') ?? exchange.status().lastBarMs,
      });
      exchange.faults.add(exchange, commands);
      return exchange.faults.status();
    },
  ),
};
