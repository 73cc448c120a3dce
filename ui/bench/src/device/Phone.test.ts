import { render, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { DeviceSummary, Prompt, PromptAnswer } from '../bindings/types';
import { deviceOf } from '../pin/enrolment.fixture';
import { action, fresh, gone, role, type Calls } from '../walk/stage.fixture';
import Phone from './Phone.svelte';

let calls: Calls;

beforeEach(() => (calls = fresh()));
afterEach(gone);

const device: DeviceSummary = deviceOf({ pin: { set: false, triesLeft: 5, blocked: false } });

/** The phone asks for a new PIN, as often as it is told what stands on its pad. */
const asks = (entered: number, confirming: boolean): Prompt => ({
  id: 7,
  asker: 'device',
  device: device.id,
  key: null,
  rpId: 'localhost',
  deadline: Date.now() + 60_000,
  question: { kind: 'setPin', purpose: 'device', pinOf: [], entered, minLength: 4, maxLength: 8, confirming, problem: null },
});

/** The phone asks for its PIN. */
const asksForPin = (entered: number): Prompt => ({
  ...asks(0, false),
  question: { kind: 'enterPin', purpose: 'device', pinOf: [], entered, triesLeft: 5, minLength: 4, maxLength: 8, problem: null },
});

const sent = () => calls.of('prompt_answer').map((call) => (call as { answer: PromptAnswer }).answer.kind);

it.each([
  ['new', (entered: number) => asks(entered, true)],
  ['present', asksForPin],
])('takes a confirmed %s PIN when the digits before it have not come back from the device yet', async (_, pad) => {
  const { rerender } = render(Phone, { device, prompt: pad(0) });
  await userEvent.keyboard('123456');
  for (const entered of [1, 2]) await rerender({ prompt: pad(entered) });
  await userEvent.keyboard('{Enter}');
  await waitFor(() => expect(sent()).toEqual([...Array<string>(6).fill('digit'), 'submit']));
});

it('takes both entries of a new PIN typed in one go', async () => {
  const { rerender } = render(Phone, { device, prompt: asks(0, false) });
  await userEvent.keyboard('1234');
  await rerender({ prompt: asks(1, false) });
  await userEvent.keyboard('{Enter}12');
  for (const prompt of [asks(3, false), asks(4, false), asks(0, true), asks(1, true)]) await rerender({ prompt });
  await userEvent.keyboard('34{Enter}');
  const entry = [...Array<string>(4).fill('digit'), 'submit'];
  await waitFor(() => expect(sent()).toEqual([...entry, ...entry]));
});

it('sends one submit for a double press, and says that the device is at work', async () => {
  const { rerender } = render(Phone, { device, prompt: asks(4, false) });
  await userEvent.dblClick(action('prompt-submit'));
  expect(action('prompt-submit').getAttribute('aria-busy')).toBe('true');
  await rerender({ prompt: asks(0, true) });
  expect(action('prompt-submit').getAttribute('aria-busy')).toBeNull();
  expect(sent()).toEqual(['submit']);
});

const askedFor = (question: Prompt['question']): Prompt => ({ ...asks(0, false), question });

it('lays the finger it knows, or another one, or takes the PIN, by press and by key', async () => {
  render(Phone, { device, prompt: askedFor({ kind: 'fingerprint', triesLeft: 3, problem: null }) });
  const given = () => calls.of('prompt_answer').map((call) => (call as { answer: PromptAnswer }).answer);
  await userEvent.click(action('prompt-finger'));
  await userEvent.click(action('prompt-finger-other'));
  await userEvent.click(action('prompt-use-pin'));
  await userEvent.keyboard('xfp');
  const [other, known, pin] = [{ kind: 'finger', matches: false }, { kind: 'finger', matches: true }, { kind: 'usePin' }];
  await waitFor(() => expect(given()).toEqual([known, other, pin, other, known, pin]));
  expect(document.body.textContent).toContain('The reader is simulated');
});

it('lays no finger by a key that is typed elsewhere', async () => {
  const field = document.body.appendChild(document.createElement('input'));
  render(Phone, { device, prompt: askedFor({ kind: 'fingerprint', triesLeft: 3, problem: null }) });
  await userEvent.type(field, 'fxp');
  expect(sent()).toEqual([]);
  field.remove();
});

it('says why it cannot verify anybody, and that nothing left the device', async () => {
  render(Phone, { device, prompt: askedFor({ kind: 'unverifiable', message: 'No PIN is enrolled. Enrol one on the account page.' }) });
  expect(role('unverifiable-message').textContent).toBe('No PIN is enrolled. Enrol one on the account page.');
  expect(document.body.textContent).toContain('Nothing has left this device');
  await userEvent.click(action('prompt-decline'));
  await waitFor(() => expect(sent()).toEqual(['decline']));
});

it('shows 63 digits of a PIN', () => {
  render(Phone, { device, prompt: askedFor({ kind: 'setPin', purpose: 'newPin', pinOf: ['Acme'], entered: 63, minLength: 6, maxLength: 63, confirming: false, problem: null }) });
  expect(role('pin-dots').querySelectorAll('i.full')).toHaveLength(63);
});

it('shows the code for a workstation before all else, then an enrolment under way, then that its app is locked', async () => {
  const until = Date.now() + 60_000;
  const busy = deviceOf({
    shownCode: { code: '12345678', workstation: 'Desk 4', account: 'alice', until },
    pairing: { enrolmentId: 'e', rpName: 'Acme', username: 'alice', digits: '012345', expires: until },
    appLocked: true,
  });
  const { rerender } = render(Phone, { device: busy, prompt: null });
  expect(role('logon-code').textContent).toContain('1234 5678');
  await rerender({ device: { ...busy, shownCode: null } });
  expect(role('pairing').textContent).toContain('012 345');
  await userEvent.click(action('enrolment-continue'));
  await waitFor(() => expect(calls.of('enrolment_continue')).toEqual([{ device: 'a' }]));
  await rerender({ device: { ...busy, shownCode: null, pairing: null } });
  await userEvent.click(action('device-unlock-app'));
  await waitFor(() => expect(calls.of('device_unlock_app')).toEqual([{ device: 'a' }]));
  await rerender({ device: deviceOf() });
  expect(role('idle')).not.toBeNull();
});
