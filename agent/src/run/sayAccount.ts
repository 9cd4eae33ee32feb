import type { AccountChange } from '../stream/VenueStream.ts';
import type { Voice } from './Voice.ts';

/** What the venue did to the account by itself is told at once. */
export function sayAccount(what: AccountChange, voice: Pick<Voice, 'say'>): void {
  switch (what) {
    case 'liquidation':
      return voice.say(
        'alarm',
        'liquidated',
        'The venue liquidated the position. What rests of ours is cleared away.',
      );
    case 'deleveraging':
      return voice.say('alarm', 'deleveraged', 'The venue took a part of the position (auto-deleveraging).');
    case 'margin-call':
      return voice.say('alarm', 'margin-call', 'The venue warns that liquidation is near.');
    default:
  }
}
