import { emit } from '@tauri-apps/api/event';
import { clearMocks, mockIPC } from '@tauri-apps/api/mocks';
import { cleanup, render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import App from './App.svelte';
import { bench } from './state/bench.svelte';
import { keysDesk } from './keys/keys-desk.svelte';
import { deviceOf } from './pin/enrolment.fixture';
import { toasts } from './state/toasts.svelte';
import { desk } from './state/desk.svelte';
import type { BenchState, DeskState, DeviceSummary, Event, Question, TimelineQuery } from './bindings/types';

const phone: DeviceSummary = deviceOf({
  passkeys: [
    {
      credentialId: 'Y3JlZA',
      rpId: 'localhost',
      rpName: 'Acme Bank',
      userName: 'alice',
      userDisplayName: 'Alice Ash',
      userHandle: 'dXNlcg',
      label: null,
      created: 0,
      lastUsed: null,
      signCount: 3,
      algorithm: 'ES256',
      discoverable: true,
    },
  ],
});

const quiet: BenchState = {
  vault: { state: 'ready', home: 'keyring', homeLabel: 'Secret Service', problem: null, waysOut: [] },
  devices: [phone],
  keys: [],
  activeDevice: 'a',
  unpluggedKey: null,
  unpluggedDevice: null,
  relyingParties: [{ name: 'Acme Bank', rpId: 'localhost', origin: 'http://localhost:7780', further: false, problem: null }],
  prompt: null,
  keyTouch: null,
  seams: { clocks: [], network: { kind: 'online' }, faults: [] },
};

const asking = (question: Question): BenchState => ({
  ...quiet,
  prompt: { id: 7, asker: 'device', device: 'a', key: null, rpId: 'localhost', deadline: Date.now() + 60_000, question },
});

const enterPin = (entered: number): Question => ({ kind: 'enterPin', purpose: 'device', pinOf: [], entered, triesLeft: 5, minLength: 4, maxLength: 8, problem: null });

const own: DeskState = { generation: 1, showing: 'own', walk: null, recording: null };

type Call = [command: string, args: Record<string, unknown>];
let calls: Call[];
let refuse: Record<string, { code: string; message: string }>;

/** What the bench has recorded. */
let timeline: Event[];

/** Answers as the bench does, for short timelines and for filters by failure and text in kinds. */
function answerOfTimeline(command: string, args: { after: number; limit: number; seq: number; query: TimelineQuery }) {
  const [first, last] = [timeline[0]?.seq ?? 1, timeline.at(-1)?.seq ?? 0];
  const after = (seq: number) => timeline.filter((event) => event.seq > seq);
  switch (command) {
    case 'timeline_range':
      return { events: after(args.after).slice(0, args.limit), first, last, lost: 0 };
    case 'timeline_find': {
      const { failed, text, groups } = args.query;
      const wanted = (event: Event) => groups.length === 0 || groups.includes('frames') || !event.kind.startsWith('client.hid.');
      const fits = (event: Event) => wanted(event) && event.kind.includes(text) && (!failed || event.body?.verified === false);
      return { seqs: after(args.after).filter(fits).map(({ seq }) => seq), last, more: false };
    }
    case 'timeline_related': {
      const event = timeline.find(({ seq }) => seq === args.seq) ?? null;
      const causes = timeline.filter(({ seq }) => seq === event?.cause);
      const ledTo = (cause: number | null | undefined) => timeline.filter((one) => cause && one.cause === cause);
      return { event, causes, effects: ledTo(event?.seq), siblings: ledTo(event?.cause).filter((one) => one !== event), frames: [] };
    }
    case 'keys_doctor':
      return [];
    default:
      return null;
  }
}

const common = { wall: 0, partyTime: null, deliberate: false, raw: null };

/** A refused sign-in: request, verification, answer. */
function refusedSignIn(): Event[] {
  const steps = [
    { section: '7.2', step: 10, name: 'type is webauthn.get', outcome: 'passed', expected: null, actual: null },
    { section: '7.2', step: 11, name: 'challenge is the one issued', outcome: 'failed', expected: 'a fresh one', actual: 'already used' },
  ];
  return [
    { ...common, seq: 1, cause: null, party: 'relyingParty', kind: 'rp.request', raw: 'eyJhIjoxfQ', body: { method: 'POST', path: '/api/authentication/finish', body: { a: 1 } } },
    { ...common, seq: 2, cause: 1, party: 'relyingParty', kind: 'rp.verification', body: { verified: false, steps } },
    { ...common, seq: 3, cause: 1, party: 'relyingParty', kind: 'rp.response', deliberate: true, body: { status: 400 } },
  ];
}

/** Lets it happen in front of the open window. */
async function happen(events: Event[]) {
  timeline.push(...events);
  await emit('bench-timeline', { generation: 1, events });
}

const wireRows = () => [...document.querySelectorAll<HTMLElement>('[data-role="wire-event"]')];
const shownSeqs = () => wireRows().map((row) => Number(row.dataset.seq));

/** Opens the opened wire on a refused sign-in. */
async function openRefused() {
  vi.spyOn(HTMLElement.prototype, 'offsetHeight', 'get').mockReturnValue(600);
  await open(quiet);
  await happen(refusedSignIn());
  await waitFor(() => expect(shownSeqs()).toEqual([1, 2, 3]));
}

/** Opens the window on a bench in this state. */
async function open(state: BenchState) {
  mockIPC(
    (command, args) => {
      calls.push([command, (args ?? {}) as Record<string, unknown>]);
      if (refuse[command]) throw refuse[command];
      if (command === 'desk_state') return own;
      if (command === 'bench_state') return state;
      return answerOfTimeline(command, (args ?? {}) as never);
    },
    { shouldMockEvents: true },
  );
  render(App);
  await waitFor(() => expect(calls.map(([command]) => command)).toContain('timeline_range'));
}

const of = (command: string) => calls.filter(([name]) => name === command).map(([, args]) => args);
const action = (name: string) => document.querySelector<HTMLElement>(`[data-action="${name}"]`)!;
const role = (name: string) => document.querySelector<HTMLElement>(`[data-role="${name}"]`)!;

beforeEach(() => {
  calls = [];
  refuse = {};
  timeline = [];
  localStorage.clear();
  // What is let go of asks the bench once more.
  mockIPC((command, args) => answerOfTimeline(command, (args ?? {}) as never));
  desk.state = null;
  bench.state = null;
  bench.selected = null;
  keysDesk.open = false;
  toasts.list = [];
  vi.stubGlobal('ResizeObserver', class {
    observe() {}
    unobserve() {}
    disconnect() {}
  });
  vi.stubGlobal('matchMedia', () => ({ matches: true, addEventListener() {}, removeEventListener() {} }));
  Element.prototype.scrollTo = () => undefined;
  HTMLElement.prototype.scrollIntoView = () => undefined;
});

afterEach(async () => {
  cleanup();
  // The window stops listening a moment after it is gone.
  await new Promise((resolve) => setTimeout(resolve));
  clearMocks();
  document.body.style.cssText = '';
});

describe('the window', () => {
  it('says what to do first', async () => {
    await open({ ...quiet, devices: [{ ...phone, passkeys: [] }] });
    await screen.findByText('Create an account at the relying party. This device then asks you here.');
    expect(role('wire-empty').textContent).toContain('Create an account on the right to see the first message.');
    expect(role('rp-frame').getAttribute('src')).toBe('http://localhost:7780/');
  });

  it('shows what the device asks as soon as it asks', async () => {
    await open(quiet);
    await screen.findByText('Ready');
    await emit('bench-state', asking({ kind: 'touch', purpose: 'createPasskey', userName: 'alice' }));
    await screen.findByText('localhost wants to create a passkey for alice');
    await userEvent.click(action('prompt-touch'));
    expect(of('prompt_answer')).toEqual([{ prompt: 7, answer: { kind: 'touch' } }]);
  });

  it('sends a PIN digit by digit and keeps nothing of it', async () => {
    await open(asking(enterPin(0)));
    await screen.findByText('Enter your PIN');
    await userEvent.keyboard('48');
    await userEvent.click(action('prompt-digit-1'));
    await userEvent.keyboard('5{Enter}');
    await waitFor(() => expect(of('prompt_answer')).toHaveLength(5));
    expect(of('prompt_answer').map(({ answer }) => answer)).toEqual([
      { kind: 'digit', digit: 4 },
      { kind: 'digit', digit: 8 },
      { kind: 'digit', digit: 1 },
      { kind: 'digit', digit: 5 },
      { kind: 'submit' },
    ]);
    expect(document.documentElement.outerHTML).not.toContain('4815');
    expect(JSON.stringify({ ...localStorage })).not.toContain('4815');
  });

  it('shows as many dots as the device has digits', async () => {
    await open(asking(enterPin(3)));
    await screen.findByText('Enter your PIN');
    expect(role('pin-dots').getAttribute('aria-label')).toBe('3 digits entered');
    expect(action('prompt-submit').getAttribute('aria-disabled')).toBe('true');
    await emit('bench-state', asking(enterPin(6)));
    await waitFor(() => expect(role('pin-dots').dataset.entered).toBe('6'));
    expect(action('prompt-submit').getAttribute('aria-disabled')).toBe('false');
  });

  it('leaves the digits alone that are typed into a field', async () => {
    await open(asking(enterPin(0)));
    await screen.findByText('Enter your PIN');
    await userEvent.click(action('passkey-open'));
    await userEvent.click(action('passkey-rename'));
    await userEvent.keyboard('2026{Enter}');
    await waitFor(() => expect(of('passkey_rename')).toEqual([{ device: 'a', credentialId: 'Y3JlZA', label: '2026' }]));
    expect(of('prompt_answer')).toEqual([]);
  });

  it('lets the arrow keys choose an account', async () => {
    await open(asking({ kind: 'chooseAccount', accounts: [{ name: 'bob', displayName: 'Bob' }, { name: 'alice', displayName: 'Alice Ash' }] }));
    await screen.findByText('Choose an account');
    await waitFor(() => expect(document.activeElement?.getAttribute('data-index')).toBe('0'));
    await userEvent.keyboard('{ArrowDown}{Enter}');
    await waitFor(() => expect(of('prompt_answer')).toEqual([{ prompt: 7, answer: { kind: 'choose', index: 1 } }]));
  });

  it('lets the browser ask for the account when the device has no display', async () => {
    const question: Question = { kind: 'chooseAccount', accounts: [{ name: 'bob', displayName: 'Bob' }, { name: 'alice', displayName: 'Alice Ash' }] };
    await open({ ...quiet, prompt: { id: 9, asker: 'client', device: null, key: null, rpId: 'localhost', deadline: Date.now() + 60_000, question } });
    const dialog = await screen.findByRole('dialog', { name: 'The browser asks: who signs in?' });
    expect(dialog.textContent).toContain('This device has no display, so the client asks.');
    expect(role('idle')).not.toBeNull();
    expect(document.activeElement?.getAttribute('data-index')).toBe('0');
    await userEvent.keyboard('{Escape}');
    await userEvent.click(document.querySelector('[data-action="prompt-choose"][data-index="1"]')!);
    await waitFor(() =>
      expect(of('prompt_answer')).toEqual([
        { prompt: 9, answer: { kind: 'decline' } },
        { prompt: 9, answer: { kind: 'choose', index: 1 } },
      ]),
    );
  });

  it('wipes a blocked device only after saying what is lost', async () => {
    await open(asking({ kind: 'blocked' }));
    await screen.findByText('This device is blocked');
    await userEvent.click(action('prompt-wipe'));
    const dialog = await screen.findByRole('alertdialog');
    expect(dialog.textContent).toContain('Phone A loses 1 passkey and its PIN.');
    expect(of('prompt_answer')).toEqual([]);
    await userEvent.click(action('prompt-wipe-confirm'));
    await waitFor(() => expect(of('prompt_answer')).toEqual([{ prompt: 7, answer: { kind: 'wipe' } }]));
  });

  it('adds a phone or a security key', async () => {
    await open({ ...quiet, devices: [], activeDevice: null });
    await screen.findByText('Add a device');
    await userEvent.click(action('device-add-first'));
    const name = await screen.findByLabelText<HTMLInputElement>('Name');
    expect(name.value).toBe('Phone A');
    await userEvent.click(screen.getByLabelText(/touch only/));
    expect(name.value).toBe('Key A');
    expect(screen.getByRole('dialog').textContent).toContain('a relying party that requires it refuses this key');
    await userEvent.clear(name);
    await userEvent.type(name, 'Drawer');
    await userEvent.click(screen.getByLabelText(/Phone/));
    await userEvent.click(screen.getByLabelText(/touch only/));
    expect(name.value).toBe('Drawer');
    await userEvent.click(action('device-add-confirm'));
    await waitFor(() => expect(of('device_add')).toEqual([{ name: 'Drawer', profile: 'key' }]));
  });

  it('shows a key as a key: a light, no PIN', async () => {
    const key: DeviceSummary = { ...phone, name: 'Key A', profile: 'key', pin: { set: false, triesLeft: 0, blocked: false } };
    await open({ ...asking({ kind: 'touch', purpose: 'signIn', userName: null }), devices: [key] });
    await screen.findByText('Touch to sign in');
    expect(role('pin-fact')).toBeNull();
    await waitFor(() => expect(document.activeElement).toBe(action('prompt-touch')));
    await userEvent.keyboard('{Enter}');
    await waitFor(() => expect(of('prompt_answer')).toEqual([{ prompt: 7, answer: { kind: 'touch' } }]));
    await userEvent.click(action('device-menu'));
    await screen.findByText('Rename…');
    expect(action('device-change-pin')).toBeNull();
  });

  it('copies the passkeys of one device to another', async () => {
    const clone: DeviceSummary = { ...phone, id: 'clone', name: 'Clone', passkeys: [] };
    await open({ ...quiet, devices: [phone, clone] });
    await userEvent.click(action('device-menu'));
    await userEvent.click(await screen.findByText('Copy its passkeys…'));
    await userEvent.click(await screen.findByText('Copy the passkeys'));
    await waitFor(() => expect(of('device_copy_passkeys')).toEqual([{ from: phone.id, to: 'clone' }]));
  });

  it('offers no copy where there is no other device', async () => {
    await open(quiet);
    await userEvent.click(action('device-menu'));
    const copy = (await screen.findByText('Copy its passkeys…')).closest('[data-action]');
    expect(copy!.hasAttribute('data-disabled')).toBe(true);
  });

  it('says why a command was refused', async () => {
    refuse['timeline_save'] = { code: 'exportFolder', message: 'The folder for timelines cannot be written. Choose another one.' };
    await open(quiet);
    await userEvent.click(action('save-timeline'));
    const toast = await waitFor(() => role('toast'));
    expect(toast.textContent).toContain('The folder for timelines cannot be written. Choose another one.');
    await userEvent.click(within(toast).getByLabelText('Dismiss'));
    expect(role('toast')).toBeNull();
  });

  it('keeps the rest alive while the vault is shut', async () => {
    const vault: BenchState['vault'] = {
      state: 'keyringLocked',
      home: 'keyring',
      homeLabel: 'Secret Service',
      problem: 'The keyring is locked. Unlock it, then try again.',
      waysOut: ['retry', 'usePassphrase', 'startOver'],
    };
    await open({ ...quiet, vault, devices: [], activeDevice: null });
    await screen.findByText('The keyring is locked. Unlock it, then try again.');
    expect(role('rp-frame')).not.toBeNull();
    await userEvent.click(action('vault-startOver'));
    expect((await screen.findByRole('alertdialog')).textContent).toContain('renamed, not deleted');
    expect(of('vault_way_out')).toEqual([]);
    await userEvent.click(action('vault-startOver-confirm'));
    await waitFor(() => expect(of('vault_way_out')).toEqual([{ way: 'startOver', passphrase: null }]));
  });

  it('hands a passphrase over and forgets it', async () => {
    const vault: BenchState['vault'] = { ...quiet.vault, state: 'keyringUnavailable', problem: 'There is no keyring.', waysOut: ['usePassphrase'] };
    refuse['vault_way_out'] = { code: 'wrongPassphrase', message: 'That passphrase does not open this vault. Try again.' };
    await open({ ...quiet, vault, devices: [], activeDevice: null });
    await screen.findByText('There is no keyring.');
    await userEvent.click(action('vault-usePassphrase'));
    const field = await screen.findByLabelText<HTMLInputElement>('Passphrase');
    expect(field.type).toBe('password');
    await userEvent.type(field, 'canary battery');
    await userEvent.click(action('vault-usePassphrase-confirm'));
    await screen.findByText('That passphrase does not open this vault. Try again.');
    expect(of('vault_way_out')).toEqual([{ way: 'usePassphrase', passphrase: 'canary battery' }]);
    expect(field.value).toBe('');
  });

  it('offers another port when the relying party’s is taken', async () => {
    const problem = { code: 'portTaken', message: 'Port 7780 is taken by another program.' };
    await open({ ...quiet, relyingParties: [{ ...quiet.relyingParties[0]!, problem }] });
    await screen.findByText(problem.message);
    expect(role('rp-frame')).toBeNull();
    await userEvent.click(action('rp-another-port'));
    await waitFor(() => expect(of('relying_party_retry')).toEqual([{ rpId: 'localhost', anotherPort: true }]));
  });

  it('keeps the page while the relying party starts again, and not on another bench', async () => {
    await open(quiet);
    const frame = await waitFor(() => role('rp-frame'));
    const party = quiet.relyingParties[0]!;
    await emit('bench-state', { ...quiet, relyingParties: [{ ...party, origin: '' }] });
    await emit('bench-state', quiet);
    expect(role('rp-frame')).toBe(frame);
    await emit('desk-state', { ...own, generation: 2, showing: 'walk' });
    await emit('bench-state', { ...quiet, relyingParties: [{ ...party, origin: '' }] });
    await waitFor(() => expect(role('rp-frame')).toBeNull());
    await emit('bench-state', { ...quiet, relyingParties: [{ ...party, origin: 'http://acme.localhost:7781' }] });
    await waitFor(() => expect(role('rp-frame')?.getAttribute('src')).toBe('http://acme.localhost:7781/'));
  });

  it('runs the calls of the framed page, and of nobody else', async () => {
    await open(quiet);
    const frame = await waitFor(() => role('rp-frame') as HTMLIFrameElement);
    const data = { touchstone: 'credentials', id: 1, method: 'get', publicKey: { challenge: 'AA' } };
    window.dispatchEvent(new MessageEvent('message', { data, origin: 'http://localhost:7780', source: window }));
    expect(of('credentials_call')).toEqual([]);
    window.dispatchEvent(new MessageEvent('message', { data, origin: 'http://localhost:7780', source: frame.contentWindow }));
    await waitFor(() => expect(of('credentials_call')).toHaveLength(1));
    expect(of('credentials_call')[0]).toMatchObject({ call: { origin: 'http://localhost:7780', method: 'get', publicKey: { challenge: 'AA' } } });
  });

  it('draws what happens and explains what is picked', async () => {
    await openRefused();
    const rows = wireRows();
    expect(rows[0]!.getAttribute('aria-label')).toContain('Client to Relying party: POST /api/authentication/finish');
    expect(role('verdict').textContent).toContain('step 11 failed');
    await userEvent.click(rows[1]!);
    expect(rows[1]!.getAttribute('aria-selected')).toBe('true');
    await waitFor(() => expect(role('inspector').dataset.seq).toBe('2'));
    expect(role('verdict').textContent).toContain('7.2 · step 11 failed: challenge is the one issued (already used)');
    expect(document.querySelector('[data-role="ladder-step"][data-step="11"]')?.getAttribute('data-outcome')).toBe('failed');
    await userEvent.click(action('related'));
    expect(rows[0]!.getAttribute('aria-selected')).toBe('true');
    await waitFor(() => expect(role('meaning').textContent).toContain('25 steps'));
  });

  it('goes round an exchange, and back the way it came', async () => {
    await openRefused();
    await userEvent.click(wireRows()[0]!);
    await waitFor(() => expect(role('exchange').textContent).toMatch(/Request #1.*Verification #2.*Answer #3/));
    await userEvent.click(action('exchange-verification'));
    await waitFor(() => expect(role('inspector').dataset.seq).toBe('2'));
    document.getElementById('wire')!.focus();
    await userEvent.keyboard('r');
    await waitFor(() => expect(role('inspector').dataset.seq).toBe('3'));
    expect(role('deliberate').textContent).toContain('on purpose');
    await userEvent.keyboard('[[');
    await waitFor(() => expect(role('inspector').dataset.seq).toBe('1'));
    await userEvent.keyboard('{Alt>}{ArrowLeft}{ArrowLeft}{/Alt}');
    await waitFor(() => expect(role('inspector').dataset.seq).toBe('2'));
    await userEvent.keyboard('{Alt>}{ArrowRight}{/Alt}');
    await waitFor(() => expect(role('inspector').dataset.seq).toBe('3'));
  });

  it('marks what was done on purpose in words', async () => {
    await openRefused();
    const [request, , response] = wireRows();
    expect(response!.textContent).toContain('on purpose');
    expect(response!.getAttribute('aria-label')).toContain('on purpose');
    expect(request!.textContent).not.toContain('on purpose');
  });

  it('narrows the wire, says how far, follows what comes, and finds the way out', async () => {
    await openRefused();
    await userEvent.click(action('wire-filter'));
    await userEvent.click(action('filter-failed'));
    await waitFor(() => expect(shownSeqs()).toEqual([2]));
    expect(role('wire-count').textContent).toBe('1 of 3');
    await happen([{ ...refusedSignIn()[1]!, seq: 4, cause: null }, { ...refusedSignIn()[0]!, seq: 5 }]);
    await waitFor(() => expect(shownSeqs()).toEqual([2, 4]));
    await userEvent.keyboard('{Escape}');
    await userEvent.type(role('wire-search'), 'nowhere');
    await waitFor(() => expect(role('wire-no-matches').textContent).toContain('None of the 5 events matches.'));
    await userEvent.click(action('no-matches-clear'));
    await waitFor(() => expect(shownSeqs()).toEqual([1, 2, 3, 4, 5]));
    expect(role('wire-conditions')).toBeNull();
  });

  it('leaves reports of keys out of the wire until they are wanted', async () => {
    await openRefused();
    const report = (seq: number): Event => ({ ...common, seq, cause: 1, party: 'client', kind: 'client.hid.sent', raw: 'AAAA', body: { command: 'CBOR', length: 70 } });
    await happen([report(4), report(5), { ...refusedSignIn()[0]!, seq: 6 }]);
    await waitFor(() => expect(shownSeqs()).toEqual([1, 2, 3, 6]));
    expect(role('wire-count').textContent).toBe('4 events');
    expect(role('wire-conditions')).toBeNull();
    await userEvent.click(action('wire-filter'));
    await userEvent.click(action('filter-frames'));
    await waitFor(() => expect(shownSeqs()).toEqual([1, 2, 3, 4, 5, 6]));
    expect(role('wire-count').textContent).toBe('6 events');
    await userEvent.click(action('condition-remove'));
    await waitFor(() => expect(shownSeqs()).toEqual([1, 2, 3, 6]));
    await happen([report(7), { ...refusedSignIn()[0]!, seq: 8 }]);
    await waitFor(() => expect(shownSeqs()).toEqual([1, 2, 3, 6, 8]));
  });

  it('opens the Keys page by its key, keeps the panes still behind it, and leaves it for a question', async () => {
    await open(quiet);
    await screen.findByText('Ready');
    const frame = role('rp-frame');
    await userEvent.keyboard('{Alt>}5{/Alt}');
    await waitFor(() => expect(role('keys-page')).not.toBeNull());
    expect(document.querySelector<HTMLElement>('.panes')?.inert).toBe(true);
    await emit('bench-state', asking({ kind: 'touch', purpose: 'signIn', userName: null }));
    await waitFor(() => expect(role('keys-page')).toBeNull());
    expect(role('rp-frame')).toBe(frame);
    await userEvent.keyboard('{Alt>}5{/Alt}');
    expect(role('keys-page')).toBeNull();
  });

  it('finds text by keyboard, match by match', async () => {
    await openRefused();
    await userEvent.keyboard('{Control>}f{/Control}');
    expect(document.activeElement).toBe(role('wire-search'));
    await userEvent.keyboard('rp.re');
    await waitFor(() => expect(shownSeqs()).toEqual([1, 3]));
    await userEvent.keyboard('{Enter}');
    expect(bench.selected).toBe(1);
    await userEvent.keyboard('{Enter}');
    expect(bench.selected).toBe(3);
    await userEvent.keyboard('{Shift>}{Enter}{/Shift}');
    expect(bench.selected).toBe(1);
    await userEvent.keyboard('{Escape}');
    await waitFor(() => expect(shownSeqs()).toEqual([1, 2, 3]));
    expect(document.activeElement).toBe(role('wire-search'));
    await userEvent.keyboard('{Escape}');
    expect(document.activeElement?.id).toBe('wire');
    await userEvent.keyboard('/#9');
    await waitFor(() => expect(role('search-hint').textContent).toBe('There is no #9: the events are #1 to #3.'));
    await userEvent.keyboard('{Backspace}2{Enter}');
    expect(bench.selected).toBe(2);
    expect((role('wire-search') as HTMLInputElement).value).toBe('');
  });

  it('copies an event as curl, JSON or hex and says so', async () => {
    await openRefused();
    const user = userEvent.setup();
    await user.click(wireRows()[0]!);
    await waitFor(() => expect(role('inspector').dataset.seq).toBe('1'));
    await user.keyboard('c');
    await user.click(await waitFor(() => action('copy-curl')));
    await waitFor(() => expect(role('toast').textContent).toContain('Copied event #1 as curl.'));
    expect(await navigator.clipboard.readText()).toContain("--data-raw '{\"a\":1}'");
  });

  it('lights up the bytes of a field and the field of a byte', async () => {
    await openRefused();
    await userEvent.click(wireRows()[0]!);
    const field = await waitFor(() => {
      const found = document.querySelector<HTMLElement>('[data-at="/body/a"]');
      expect(found).not.toBeNull();
      return found!;
    });
    await userEvent.hover(field);
    expect(role('hex').querySelector('[data-form="ascii"] mark')?.textContent).toBe('"a":1');
    expect(role('lit-caption').textContent).toBe('body › a · bytes 1 to 5');
    await userEvent.unhover(field);
    role('hex').focus();
    await userEvent.keyboard('{ArrowRight}{ArrowRight}');
    expect(field.classList).toContain('lit');
    await userEvent.keyboard('{Home}');
    expect(field.classList).not.toContain('lit');
    expect(role('lit-caption').textContent).toBe('body · bytes 0 to 6');
  });

  it('reads only the end of a long timeline, and what is looked at', async () => {
    vi.spyOn(HTMLElement.prototype, 'offsetHeight', 'get').mockReturnValue(600);
    const request = refusedSignIn()[0]!;
    timeline = Array.from({ length: 100_000 }, (_, index) => ({ ...request, seq: index + 1 }));
    await open(quiet);
    await waitFor(() => expect(role('wire-count').textContent).toBe('100,000 events'));
    expect(wireRows().length).toBeLessThan(60);
    const asked = of('timeline_range').reduce((sum, { limit }) => sum + Number(limit), 0);
    expect(asked).toBeLessThan(1000);
    await userEvent.type(role('wire-search'), '#77');
    await waitFor(() => expect(role('search-hint').textContent).toBe('Enter goes to #77.'));
    await userEvent.keyboard('{Enter}');
    await waitFor(() => expect(role('inspector').dataset.seq).toBe('77'));
  });

  it('says that the bench does not answer', async () => {
    refuse['bench_state'] = { code: 'locked', message: 'Another Touchstone uses this folder. Close it first.' };
    await open(quiet);
    await screen.findByText(/Another Touchstone uses this folder/);
  });
});
