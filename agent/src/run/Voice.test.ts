import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Alert } from '../alert/Alert.ts';
import { Journal } from '../journal/Journal.ts';
import { Voice } from './Voice.ts';

let folder: string;
let journal: Journal;
let heard: string[];
let voice: Voice;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plm-voice-'));
  journal = new Journal(join(folder, 'journal.sqlite'));
  heard = [];
  voice = new Voice(journal, ({ key, level }) => heard.push(`${key} ${level}`));
});

afterEach(() => {
  journal.close();
  rmSync(folder, { recursive: true });
});

const alert = (changes: Partial<Alert> = {}): Alert => ({
  key: 'matter',
  level: 'warning',
  title: 'A matter',
  text: 'Something is so.',
  ...changes,
});

test('a lasting trouble is told once a while, at once again when it gets worse, and news every time', () => {
  voice.tell(alert());
  voice.tell(alert());
  voice.tell(alert({ level: 'alarm' }));
  voice.tell(alert());
  for (let i = 0; i < 2; i++) voice.say('info', 'recovered', 'Two fills found.');
  expect(heard).toEqual(['matter warning', 'matter alarm', 'recovered info', 'recovered info']);
  expect(journal.events().map(({ code }) => code)).toEqual(['matter', 'matter', 'recovered', 'recovered']);
});

test('what is told once stays told over a restart, is told anew when it is another, and when it did not arrive', () => {
  const ending = alert({ once: '1736553600000' });
  voice.tell(ending);
  new Voice(journal, ({ key }) => heard.push(key)).tell(ending);
  expect(heard).toHaveLength(1);
  voice.tell(alert({ once: '1739232000000' }));
  expect(heard).toHaveLength(2);
  voice.unsay(alert({ once: '1739232000000' }));
  voice.tell(alert({ once: '1739232000000' }));
  expect(heard).toHaveLength(3);
});

test('events that the catalogue knows come under its names', () => {
  voice.say('alarm', 'second-agent', 'Its lease lasts 80 s.');
  voice.say('alarm', 'deleveraged', 'Sold 30 at 10.');
  voice.say('alarm', 'settings-differ', 'Cross margin.');
  expect(heard).toEqual(['second-agent alarm', 'forced-close:adl alarm', 'settings-disagree alarm']);
});
