import { expect, it } from 'vitest';
import type { RecordingState } from '../bindings/types';
import { discardText, ignoredText, missingForSave, recordedText } from './recording';

const recording = (steps: number, ignored = 0): RecordingState =>
  ({ steps: Array.from({ length: steps }, (_, index) => ({ sentence: `Step ${index}`, toml: '' })), ignored }) as RecordingState;

it('counts what was written down and what was not', () => {
  expect([0, 1, 2].map((count) => recordedText(recording(count)))).toEqual(['nothing yet', '1 step', '2 steps']);
  expect([0, 1, 2].map((count) => ignoredText(recording(3, count)))).toEqual([
    null,
    'One thing you did has no act in walks and is left out.',
    '2 things you did have no act in walks and are left out.',
  ]);
});

it('says what is lost when it is discarded', () => {
  expect(discardText(recording(3))).toBe('3 steps and the bench they were done on are thrown away. Your own devices and timeline come back as they were.');
  expect(discardText(recording(0))).toContain('Nothing was recorded yet.');
});

it('wants a title', () => {
  expect(missingForSave('  ')).toContain('needs a title');
  expect(missingForSave('Alice signs in')).toBeNull();
});
