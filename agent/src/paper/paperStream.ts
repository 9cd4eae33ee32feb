import type { VenueStream } from '../stream/VenueStream.ts';
import type { PaperVenue } from './PaperVenue.ts';

const FUNDING_LOOK_MS = 60_000;

/** A venue's market streams, with the events of a paper account in the place of a real one's. */
export function paperStream(stream: VenueStream, paper: PaperVenue): VenueStream {
  let lookedMs = 0;
  let working: Promise<void> = Promise.resolve();
  return {
    follow: (onEvent) => {
      paper.onChange = (what) => onEvent({ kind: 'account', what });
      stream.follow((event) => {
        onEvent(event);
        if (event.kind !== 'mark' || event.symbol !== paper.symbol) return;
        const { markPrice, timeMs } = event;
        working = working
          .then(async () => {
            await paper.onMark(markPrice, timeMs);
            if (timeMs - lookedMs < FUNDING_LOOK_MS) return;
            lookedMs = timeMs;
            await paper.settleFunding(timeMs);
          })
          // A market that cannot be asked is asked with the next mark.
          .catch(() => undefined);
      });
    },
    close: async () => {
      await stream.close();
      await working;
    },
  };
}
