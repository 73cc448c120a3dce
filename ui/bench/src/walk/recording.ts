import { plural } from '$kit/plural';
import type { Problem, RecordingState } from '../bindings/types';

/** How many steps, in words. */
export function recordedText(recording: RecordingState): string {
  const count = recording.steps.length;
  return count === 0 ? 'nothing yet' : plural(count, 'step');
}

/** What could not be written down, as a sentence; none when all could. */
export function ignoredText(recording: RecordingState): string | null {
  if (recording.ignored === 0) return null;
  return recording.ignored === 1
    ? 'One thing you did has no act in walks and is left out.'
    : `${recording.ignored} things you did have no act in walks and are left out.`;
}

/** What is lost when it is discarded. */
export function discardText(recording: RecordingState): string {
  const lost = recording.steps.length === 0 ? 'Nothing was recorded yet.' : `${recordedText(recording)} and the bench they were done on are thrown away.`;
  return `${lost} Your own devices and timeline come back as they were.`;
}

/** What is missing before it can be saved. */
export function missingForSave(title: string): string | null {
  return title.trim() === '' ? 'A walk needs a title, so that others find it.' : null;
}

/** Why the window is still there when the tester closed it. */
export const HELD_OPEN: Problem = {
  code: 'recordingNotSaved',
  message: 'The window stays open: this recording is not saved. Save it as a walk or discard it, then close the window. Closing it once more throws the recording away.',
};
