import { createDesk, DEFAULT_LIMITS, decodeHistory, decodeIntent } from '@plimsoll/engine';
import {
  encodeDecision,
  intend,
  loadHistory,
  observeLook,
  readLook,
  stateHash,
  type Desk,
} from '@plimsoll/engine';

/** Frames in, decisions out: the engine as a page would run it. Everything crosses as base64. */
let desk: Desk = createDesk(DEFAULT_LIMITS);

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

function base64Of(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

const page = globalThis as unknown as Record<string, unknown>;

page['warm'] = (history: string): void => {
  desk = createDesk(DEFAULT_LIMITS);
  loadHistory(desk, decodeHistory(bytesOf(history)));
};

page['decide'] = (messages: readonly (readonly [string, string])[]): string[] =>
  messages.map(([method, frame]) => {
    const bytes = bytesOf(frame);
    const outcome =
      method === 'observe' ? observeLook(desk, readLook(bytes)) : intend(desk, decodeIntent(bytes));
    return base64Of(encodeDecision(outcome.decision));
  });

page['stateHash'] = (): number => stateHash(desk);
