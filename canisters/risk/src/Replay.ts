import {
  decodeHistory,
  decodeIntent,
  decodeLimits,
  decodeObservation,
  intend,
  loadHistory,
  observe,
  setLimits,
  type Desk,
  type RecordType,
} from '@plimsoll/engine';

/**
 * Takes a frame on record into a desk again, as the act did that recorded it.
 *
 * @returns the id of the frame, null where it has none
 */
export function replayEntry(desk: Desk, type: RecordType, frame: Uint8Array): Uint8Array | null {
  switch (type) {
    case 'history': {
      const history = decodeHistory(frame);
      loadHistory(desk, history);
      return history.id;
    }
    case 'observation': {
      const observation = decodeObservation(frame);
      observe(desk, observation);
      return observation.id;
    }
    case 'intent': {
      const intent = decodeIntent(frame);
      intend(desk, intent);
      return intent.id;
    }
    case 'limits':
      setLimits(desk, decodeLimits(frame));
      return null;
    case 'register':
    case 'grant':
    case 'revoke':
    case 'checkpoint':
      return null;
  }
}
