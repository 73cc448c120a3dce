import { clearMocks, mockIPC } from '@tauri-apps/api/mocks';
import { cleanup } from '@testing-library/svelte';
import { vi } from 'vitest';
import type { BenchState, CheckRun, DeskState, FaultableMessage, StepState, WalkState, WalkSummary } from '../bindings/types';
import { bench } from '../state/bench.svelte';
import { desk } from '../state/desk.svelte';
import { toasts } from '../state/toasts.svelte';
import { walks } from './walks.svelte';

/** What the tests of the head and of walks show. */

export const check = (more: Partial<CheckRun> = {}): CheckRun => ({
  expected: 'rp.session.bound: account is alice',
  actual: null,
  held: null,
  difference: null,
  event: null,
  line: 9,
  ...more,
});

export const step = (number: number, outcome: StepState['outcome'], more: Partial<StepState> = {}): StepState => ({
  number,
  title: `Step ${number}`,
  note: null,
  act: 'person.touch',
  device: null,
  instruction: 'Touch phone.',
  line: number * 4,
  outcome,
  failure: null,
  sentence: null,
  checks: [],
  first: null,
  last: null,
  ...more,
});

export const walk = (steps: StepState[], more: Partial<WalkState> = {}): WalkState => ({
  path: 'enrolment',
  title: 'Alice makes a passkey',
  why: 'The first thing anybody does.',
  seed: '1',
  mode: 'play',
  playing: false,
  preparing: false,
  busy: false,
  position: Math.max(0, steps.findIndex((one) => one.outcome !== 'passed')),
  verdict: 'running',
  tookMillis: 0,
  steps,
  problem: null,
  ...more,
});

export const summary = (path: string, more: Partial<WalkSummary> = {}): WalkSummary => ({
  path,
  file: `${path}.toml`,
  title: path,
  why: 'Because.',
  steps: ['One', 'Two'],
  tags: ['person', 'page'],
  own: false,
  problem: null,
  last: null,
  ...more,
});

export const deskOf = (more: Partial<DeskState> = {}): DeskState => ({ generation: 1, showing: 'own', walk: null, recording: null, ...more });

export const finish = 'POST /api/authentication/finish';
export const catalogue: FaultableMessage[] = [
  { message: finish, direction: 'request', fields: ['credential.response.signature', 'credential.response.userHandle'], effects: ['drop', 'delay', 'duplicate', 'tamper', 'replay'] },
  { message: finish, direction: 'response', fields: [], effects: ['drop', 'delay'] },
];

const now = Date.now();
export const benchOf = (seams: Partial<BenchState['seams']> = {}): BenchState => ({
  vault: { state: 'ready', home: 'keyring', homeLabel: 'Secret Service', problem: null, waysOut: [] },
  devices: [],
  keys: [],
  activeDevice: null,
  unpluggedKey: null,
  unpluggedDevice: null,
  relyingParties: [{ name: 'Acme', rpId: 'localhost', origin: 'http://localhost:7780', further: false, problem: null }],
  prompt: null,
  keyTouch: null,
  seams: {
    clocks: (['device', 'client', 'relyingParty'] as const).map((party) => ({ party, now, offsetMillis: 0, rate: 1, moved: false })),
    network: { kind: 'online' },
    faults: [],
    ...seams,
  },
});

/** The commands that were called, and what they answer. */
export interface Calls {
  of(command: string): Record<string, unknown>[];
  answers: Record<string, unknown>;
  refuses: Record<string, { code: string; message: string }>;
}

/** An empty window: nothing is known, and every command is answered here. */
export function fresh(): Calls {
  const made: [string, Record<string, unknown>][] = [];
  const calls: Calls = {
    of: (command) => made.filter(([name]) => name === command).map(([, args]) => args),
    answers: {
      walk_list: [],
      fault_catalogue: catalogue,
      bench_state: benchOf(),
      desk_state: deskOf(),
      timeline_range: { events: [], first: 1, last: 0, lost: 0 },
      timeline_related: { event: null, causes: [], effects: [], siblings: [], frames: [] },
    },
    refuses: {},
  };
  mockIPC(
    (command, args) => {
      made.push([command, (args ?? {}) as Record<string, unknown>]);
      if (calls.refuses[command]) throw calls.refuses[command];
      return calls.answers[command] ?? null;
    },
    { shouldMockEvents: true },
  );
  localStorage.clear();
  bench.state = benchOf();
  bench.selected = null;
  desk.state = deskOf();
  toasts.list = [];
  Object.assign(walks, { list: [], problem: '', picking: false, leaving: null, reported: null, recorder: null, opening: null, offering: true });
  // A large window.
  vi.stubGlobal('matchMedia', (query: string) => ({ matches: query.includes('min-'), addEventListener() {}, removeEventListener() {} }));
  vi.stubGlobal('ResizeObserver', class {
    observe() {}
    unobserve() {}
    disconnect() {}
  });
  Element.prototype.scrollTo = () => undefined;
  HTMLElement.prototype.scrollIntoView = () => undefined;
  return calls;
}

export async function gone() {
  cleanup();
  // Dialogs let the page go a moment after they have left.
  await new Promise((resolve) => setTimeout(resolve));
  clearMocks();
  document.body.style.cssText = '';
}

export const action = (name: string) => document.querySelector<HTMLElement>(`[data-action="${name}"]`)!;
export const role = (name: string) => document.querySelector<HTMLElement>(`[data-role="${name}"]`)!;
export const roles = (name: string) => [...document.querySelectorAll<HTMLElement>(`[data-role="${name}"]`)];
export const field = (name: string) => document.querySelector<HTMLInputElement>(`[data-field="${name}"]`)!;
