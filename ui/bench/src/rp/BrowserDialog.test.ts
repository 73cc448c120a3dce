import { render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Prompt, Question } from '../bindings/types';
import { action, field, fresh, gone, role, type Calls } from '../walk/stage.fixture';
import BrowserDialog from './BrowserDialog.svelte';

let calls: Calls;

beforeEach(() => (calls = fresh()));
afterEach(gone);

const asks = (question: Question): Prompt => ({ id: 9, asker: 'client', device: null, key: 'udp:127.0.0.1:9000', rpId: 'localhost', deadline: Date.now() + 60_000, question });
const pin = (more: Partial<Question & { kind: 'keyPin' }> = {}): Prompt =>
  asks({ kind: 'keyPin', purpose: 'enter', triesLeft: 8, last: false, problem: null, minLength: 4, maxBytes: 63, ...more });
const show = (prompt: Prompt) => render(BrowserDialog, { prompt, key: 'YubiKey' });
const answered = () => calls.of('prompt_answer').map(({ answer }) => answer);

describe('a key that waits for its touch', () => {
  it('is named, and only cancelling can be pressed', async () => {
    show(asks({ kind: 'keyTouch', purpose: 'createPasskey' }));
    const dialog = screen.getByRole('dialog', { name: 'Touch YubiKey' });
    expect(dialog.textContent).toContain('localhost wants to create a passkey on it.');
    expect(dialog.querySelectorAll('button')).toHaveLength(1);
    await userEvent.keyboard('{Escape}');
    await waitFor(() => expect(answered()).toEqual([{ kind: 'decline' }]));
  });

  it('may be any of several', () => {
    show(asks({ kind: 'keyTouch', purpose: 'selection' }));
    screen.getByRole('dialog', { name: 'Touch the key that you want to use' });
  });
});

describe('the PIN of a key', () => {
  it('is typed as any text and never stands in the page', async () => {
    show(pin());
    expect(screen.getByRole('dialog', { name: 'Enter the PIN of YubiKey' }).textContent).toContain('8 tries left.');
    expect(document.activeElement).toBe(field('key-pin'));
    expect(field('key-pin').type).toBe('password');
    await userEvent.keyboard('kanaré 7{Enter}');
    await waitFor(() => expect(answered()).toEqual([{ kind: 'keyPin', pin: 'kanaré 7', newPin: null }]));
    expect(field('key-pin').value).toBe('');
    expect(document.documentElement.outerHTML).not.toContain('kanaré');
    expect(JSON.stringify({ ...localStorage })).not.toContain('kanaré');
  });

  it('is sent once, however often Enter is pressed', async () => {
    show(pin());
    await userEvent.keyboard('1234{Enter}{Enter}');
    await waitFor(() => expect(answered()).toHaveLength(1));
    expect(role('prompt-problem')).toBeNull();
  });

  it('can be seen while it is typed, and is hidden again after', async () => {
    show(pin());
    await userEvent.click(action('key-pin-show'));
    expect(field('key-pin').type).toBe('text');
    await userEvent.type(field('key-pin'), '1234{Enter}');
    expect(field('key-pin').type).toBe('password');
  });

  it('that was wrong is told with what is left, and typed anew', async () => {
    const { rerender } = show(pin());
    await userEvent.keyboard('1234{Enter}');
    await rerender({ prompt: pin({ problem: 'Wrong PIN. 7 tries left.', triesLeft: 7 }), key: 'YubiKey' });
    expect(role('prompt-problem').textContent).toContain('Wrong PIN. 7 tries left.');
    expect(role('prompt').textContent!.match(/7 tries left/g)).toHaveLength(1);
    await userEvent.type(field('key-pin'), '4321{Enter}');
    await waitFor(() => expect(answered()).toHaveLength(2));
  });

  it('is warned of before the last try', () => {
    show(pin({ last: true, triesLeft: 1 }));
    expect(role('key-pin-warning').textContent).toContain('This is the last try.');
  });

  it('that is new is typed twice and kept to the rules before it is sent', async () => {
    show(pin({ purpose: 'set', triesLeft: null, minLength: 6 }));
    screen.getByRole('dialog', { name: 'Set a PIN for YubiKey' });
    expect(document.activeElement).toBe(field('key-pin-new'));
    await userEvent.keyboard('12345{Enter}');
    expect(role('prompt-problem').textContent).toContain('This key wants at least 6 characters.');
    await userEvent.type(field('key-pin-new'), '6');
    await userEvent.type(field('key-pin-again'), '1234567{Enter}');
    expect(role('prompt-problem').textContent).toContain('The two PINs differ.');
    expect(answered()).toEqual([]);
    await userEvent.type(field('key-pin-again'), '{Backspace}{Enter}');
    await waitFor(() => expect(answered()).toEqual([{ kind: 'keyPin', pin: '123456', newPin: null }]));
  });

  it('that must be changed is wanted with the new one', async () => {
    show(pin({ purpose: 'change' }));
    expect(document.activeElement).toBe(field('key-pin'));
    await userEvent.type(field('key-pin'), '1234');
    await userEvent.type(field('key-pin-new'), '5678');
    await userEvent.type(field('key-pin-again'), '5678{Enter}');
    await waitFor(() => expect(answered()).toEqual([{ kind: 'keyPin', pin: '1234', newPin: '5678' }]));
  });

  it('can be kept back', async () => {
    show(pin());
    await userEvent.click(action('prompt-decline'));
    await waitFor(() => expect(answered()).toEqual([{ kind: 'decline' }]));
  });
});
