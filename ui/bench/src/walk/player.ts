import { plural } from '$kit/plural';
import type { CheckRun, DeskState, Prompt, Seq, StepState, WalkState } from '../bindings/types';
import { spanText } from '../head/spans';

/** How far a walk has come, for its line. */
export interface Progress {
  done: number;
  of: number;
  /** 0 to 1. */
  share: number;
  /** `4 of 7` */
  text: string;
}

export function progress(walk: WalkState): Progress {
  const done = walk.steps.filter((step) => step.outcome === 'passed').length;
  const of = walk.steps.length;
  const at = Math.min(of, Math.max(1, shownStep(walk)?.number ?? 1));
  return { done, of, share: of === 0 ? 0 : done / of, text: walk.verdict === 'passed' ? `${of} of ${of}` : `${at} of ${of}` };
}

/** The step the strip opens by itself: the one that failed, else the next one, else the last. */
export function shownStep(walk: WalkState): StepState | null {
  return failedStep(walk) ?? walk.steps.find((step) => step.outcome === 'current') ?? walk.steps[walk.position] ?? walk.steps.at(-1) ?? null;
}

/** How a step stands for the reader: the one that comes next is the current one, before it is begun too. */
export function standing(walk: WalkState, step: StepState): StepState['outcome'] {
  const next = walk.verdict === 'running' && !walk.preparing && step.number === walk.position + 1;
  return next && step.outcome === 'ahead' ? 'current' : step.outcome;
}

export const failedStep = (walk: WalkState): StepState | null => walk.steps.find((step) => step.outcome === 'failed') ?? null;

/** A step's sign; never its colour alone. */
export function signOf(step: Pick<StepState, 'outcome'>): string {
  return { passed: '✓', failed: '✕', current: '▸', skipped: '–', ahead: '' }[step.outcome];
}

const OUTCOMES: Record<StepState['outcome'], string> = {
  ahead: 'to come',
  current: 'next',
  passed: 'as expected',
  failed: 'failed',
  skipped: 'not done',
};
export const outcomeText = (step: Pick<StepState, 'outcome'>): string => OUTCOMES[step.outcome];

/** A step's second line: what is expected before it is done, what came of it after. */
export function cardLine(step: StepState): string {
  const [first] = step.checks;
  const count = step.checks.length;
  switch (step.outcome) {
    case 'failed':
      return step.sentence ?? step.failure ?? 'Not as expected.';
    case 'passed':
      if (count === 0) return 'done';
      return count === 1 ? first!.expected : `${count} of ${count} as expected`;
    case 'skipped':
      return 'not done';
    default: {
      if (!first) return step.instruction;
      const more = count > 1 ? ` and ${count - 1} more` : '';
      return `expect: ${first.expected}${more}`;
    }
  }
}

/** What held, at the end of a walk that passed. */
export function passedText(walk: WalkState): string {
  const checks = walk.steps.reduce((sum, step) => sum + step.checks.length, 0);
  const took = walk.tookMillis > 0 ? ` in ${spanText(walk.tookMillis)}` : '';
  return `${plural(walk.steps.length, 'step')}, ${plural(checks, 'check')} as expected${took}`;
}

/** An expectation's sign. */
export const checkSign = (check: Pick<CheckRun, 'held'>): string => (check.held === null ? '○' : check.held ? '✓' : '✕');

/** The event that shows why a step failed, the most telling one first. */
export function eventOf(step: StepState): Seq | null {
  return step.checks.find((check) => check.held === false)?.event ?? step.last ?? step.first;
}

/** What differs, in one sentence. */
export function differenceOf(step: StepState): string {
  return step.sentence ?? step.failure ?? step.checks.find((check) => check.held === false)?.difference ?? 'The step was not as expected.';
}

/** The walk's file as the project has it: those that came with the program are in its fixtures. */
const fileOf = ({ path }: WalkState) => path.replace(/^built-in:/, 'fixtures/walks/');

/** The line of the file to look at: of the first expectation that did not hold, else of the step. */
const lineOf = (step: StepState) => step.checks.find((check) => check.held === false)?.line ?? step.line;

/** Where in its file a step failed, as editors take it; with the file's name alone. */
export const placeInFile = (walk: WalkState, step: StepState): string => `${fileOf(walk).split(/[/\\]/).at(-1)}:${lineOf(step)}`;

/** How the walk is run again as it ran, without a window. */
export function again(walk: WalkState): string {
  const file = fileOf(walk);
  const quoted = /[\s'"$`\\]/.test(file) ? `'${file.replaceAll("'", "'\\''")}'` : file;
  return `touchstone walk ${quoted} --seed ${walk.seed}`;
}

/** A step that failed, to be sent to somebody: what differs, where, and how to see it again. */
export const failureText = (walk: WalkState, step: StepState): string =>
  [differenceOf(step), `${fileOf(walk)}:${lineOf(step)} (step ${step.number}: ${step.title})`, `again: ${again(walk)}`].join('\n');

/** Where a tester does what a step asks for. */
export type Place = 'device' | 'rp' | 'browser' | 'party' | 'network' | 'device-network' | 'clock' | 'faults' | 'walk';

const WORDS: Record<Place, string> = {
  device: 'On the device, at the left.',
  rp: 'On the relying party’s page, at the right.',
  browser: 'In the browser’s dialog, over the page at the right.',
  party: 'With the relying party’s menu, at the right.',
  network: 'With Network, at the top.',
  'device-network': 'With Device network, at the top.',
  clock: 'With Clock, at the top.',
  faults: 'With Faults, at the top.',
  walk: 'Only the walk can do this: press “Do it for me”.',
};

/** The rooms whose acts are all done at one place. */
const ROOMS: Record<string, Place> = { page: 'rp', person: 'device', device: 'device', rp: 'party', network: 'network', clock: 'clock', fault: 'faults' };

/** Acts that are done elsewhere than their room’s others. */
const ELSEWHERE: Record<string, Place> = {
  // Whoever presses “Cancel” on the page has the client abort its call.
  'client.abort': 'rp',
  'client.set-key-pin': 'browser',
  'client.enter-key-pin': 'browser',
  'client.cancel-key': 'browser',
  'device.forge-push': 'walk',
};

/** `prompt` tells whether the browser asks in the device's stead. */
export function placeOf({ act, device }: Pick<StepState, 'act' | 'device'>, prompt: Pick<Prompt, 'asker'> | null): Place {
  const place = ELSEWHERE[act] ?? ROOMS[act.split('.')[0]!] ?? 'walk';
  if (place === 'network' && device !== null) return 'device-network';
  if (act.startsWith('person.') && prompt?.asker === 'client') return 'browser';
  return place;
}
export const placeWords = (place: Place): string => WORDS[place];

/** What the gold button at the head's end does: always the next step. */
export type Primary = 'pick' | 'preparing' | 'step' | 'do-it' | 'pause' | 'restart' | 'next' | 'save';

export function primaryOf(desk: DeskState | null): Primary {
  if (desk?.showing === 'recording') return 'save';
  const walk = desk?.walk;
  if (!walk) return 'pick';
  if (walk.preparing) return 'preparing';
  if (walk.verdict === 'failed' || walk.problem) return 'restart';
  if (walk.verdict === 'passed') return 'next';
  if (walk.playing) return 'pause';
  return walk.mode === 'youDoIt' ? 'do-it' : 'step';
}

export const PRIMARY: Record<Primary, string> = {
  pick: 'Play a walk',
  preparing: 'Preparing…',
  step: 'Next step',
  'do-it': 'Do it for me',
  pause: 'Pause',
  restart: 'Run again',
  next: 'Next walk',
  save: 'Save as walk…',
};

/** True while closing would end a run that has begun and not ended. */
export function underWay(walk: WalkState): boolean {
  return walk.verdict === 'running' && walk.steps.some((step) => step.outcome === 'passed');
}

/** What ends the run that is open. */
export type Leaving = { to: 'close' } | { to: 'restart' } | { to: 'open'; path: string };

/** What is lost with the run: what was done so far, or the proof of what failed; nothing where it can go. */
export function lostWith(walk: WalkState, reported: boolean): 'run' | 'proof' | null {
  if (underWay(walk)) return 'run';
  return walk.verdict === 'failed' && !reported ? 'proof' : null;
}

/** The question before a run ends, and the button that ends it. */
export const QUESTIONS: Record<Leaving['to'], { title: string; then: string; confirm: string }> = {
  close: { title: 'Close the walk?', then: 'Your own devices and timeline come back as they were.', confirm: 'Close the walk' },
  restart: { title: 'Run the walk again?', then: 'The walk begins anew on a fresh one.', confirm: 'Run again' },
  open: { title: 'Open another walk?', then: 'The other walk gets a fresh one.', confirm: 'Open the other walk' },
};

/** What will happen to the run that is left. */
export function leavingText(leaving: Leaving, lost: ReturnType<typeof lostWith>): string {
  const { then } = QUESTIONS[leaving.to];
  if (lost === 'proof') return `The walk failed, and no report of this run is saved: its timeline is thrown away with its bench. ${then}`;
  return `The run ends here and its bench is thrown away. ${then}`;
}

/** The card that has the focus after a key. */
export function movedCard(key: string, here: number, count: number): number | null {
  const to = { ArrowRight: here + 1, ArrowLeft: here - 1, Home: 0, End: count - 1 }[key];
  return to === undefined || to < 0 || to >= count ? null : to;
}
