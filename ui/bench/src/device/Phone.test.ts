import { render, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { DeviceSummary, Prompt, PromptAnswer } from '../bindings/types';
import { deviceOf } from '../pin/enrolment.fixture';
import { action, fresh, gone, type Calls } from '../walk/stage.fixture';
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
  rpId: 'localhost',
  deadline: Date.now() + 60_000,
  question: { kind: 'setPin', purpose: 'device', entered, minLength: 4, maxLength: 8, confirming, problem: null },
});

/** The phone asks for its PIN. */
const asksForPin = (entered: number): Prompt => ({
  ...asks(0, false),
  question: { kind: 'enterPin', purpose: 'device', entered, triesLeft: 5, minLength: 4, maxLength: 8, problem: null },
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
