// @vitest-environment node
import { describe, expect, it, vi } from 'vitest';
import type { Prompt, PromptAnswer, Question } from '../bindings/types';
import { Answers, Typed, accountLines, fingerAnswer, inGroups, padAnswer, padOf, screenOf, timeLeft, whosePin } from './prompt';

const prompt = (question: Question): Prompt => ({ id: 1, asker: 'device', device: 'd', key: null, rpId: 'localhost', deadline: 0, question });
const enterPin = (entered: number, triesLeft = 5, problem: string | null = null): Question => ({
  kind: 'enterPin',
  purpose: 'device',
  pinOf: [],
  entered,
  triesLeft,
  minLength: 4,
  maxLength: 8,
  problem,
});

const setPin = (entered: number, confirming: boolean): Question => ({
  kind: 'setPin',
  purpose: 'device',
  pinOf: [],
  entered,
  minLength: 4,
  maxLength: 8,
  confirming,
  problem: null,
});

describe('the words of a prompt', () => {
  it('name site and account', () => {
    expect(screenOf(prompt({ kind: 'touch', purpose: 'createPasskey', userName: 'alice' }))).toEqual({
      lead: 'localhost wants to create a passkey for alice',
      title: 'Touch to create the passkey',
      problem: null,
    });
    expect(screenOf(prompt({ kind: 'touch', purpose: 'signIn', userName: null })).lead).toBe('localhost wants to sign you in');
  });

  it('say how long a new PIN is, and ask for it twice', () => {
    const setPin: Omit<Question & { kind: 'setPin' }, 'confirming'> = { kind: 'setPin', purpose: 'device', pinOf: [], entered: 0, minLength: 4, maxLength: 8, problem: null };
    expect(screenOf(prompt({ ...setPin, confirming: false })).lead).toMatch(/4 to 8 digits/);
    expect(screenOf(prompt({ ...setPin, confirming: true })).title).toBe('Repeat the new PIN');
  });

  it('name whose PIN is asked', () => {
    const asks = (purpose: string, pinOf: string[], rpId: string | null = 'localhost') => screenOf({ ...prompt({ ...enterPin(0), purpose, pinOf } as Question), rpId });
    expect(asks('synced', ['Acme Bank', 'Shop'])).toMatchObject({ lead: 'localhost wants to verify you', title: 'Enter your PIN of Acme Bank or Shop' });
    expect(asks('appUnlock', ['Acme Bank'], null).title).toBe('Enter your PIN of Acme Bank');
    expect(asks('online', ['Club'])).toMatchObject({ lead: 'Club checks it, over the network', title: 'Enter your PIN of Club' });
    expect(asks('oldPin', ['Acme Bank']).lead).toMatch(/the PIN that you have now: Acme Bank checks it/);
    expect(asks('workstation', ['Acme Bank']).title).toBe('Enter your PIN of Acme Bank');
    expect(asks('device', []).title).toBe('Enter your PIN');
    const choose = (pinOf: string[]) => screenOf(prompt({ ...setPin(0, false), purpose: 'newPin', pinOf, minLength: 6, maxLength: 63 } as Question));
    expect(choose(['Acme Bank'])).toMatchObject({ title: 'Choose a PIN for Acme Bank', lead: '6 to 63 digits. Acme Bank holds it against its rules.' });
    expect(choose([]).title).toBe('Choose a PIN for localhost');
  });

  it('count the sites where many PINs will do, and name one once', () => {
    const whose = (...pinOf: string[]) => whosePin(prompt({ ...enterPin(0), purpose: 'synced', pinOf } as Question));
    expect([whose('A'), whose('A', 'B', 'C'), whose('A', 'B', 'C', 'D'), whose('A', 'A')]).toEqual(['A', 'A, B or C', 'one of 4 sites', 'A']);
  });

  it('ask for a finger, and warn before the PIN', () => {
    const asks = (triesLeft: number, problem: string | null) => screenOf(prompt({ kind: 'fingerprint', triesLeft, problem }));
    expect(asks(5, null)).toMatchObject({ title: 'Touch the fingerprint reader', problem: null });
    expect(asks(1, null).problem).toBe('1 try left, then the PIN.');
    expect(asks(3, 'That finger does not match.').problem).toBe('That finger does not match.');
  });

  it('say that nothing can verify the person', () => {
    expect(screenOf(prompt({ kind: 'unverifiable', message: 'No PIN.' })).title).toBe('This device cannot verify you');
  });

  it('come from the browser when the device has no display', () => {
    const question: Question = { kind: 'chooseAccount', accounts: [] };
    expect(screenOf(prompt(question)).title).toBe('Choose an account');
    const { lead, title } = screenOf({ ...prompt(question), asker: 'client', device: null });
    expect(title).toBe('The browser asks: who signs in?');
    expect(lead).toMatch(/no display/);
  });

  it('pass on what was wrong, and warn before the last try', () => {
    expect(screenOf(prompt(enterPin(0, 2, 'Wrong PIN. 2 tries left.'))).problem).toBe('Wrong PIN. 2 tries left.');
    expect(screenOf(prompt(enterPin(0, 1))).problem).toBe('1 try left.');
    expect(screenOf(prompt(enterPin(0, 5))).problem).toBeNull();
  });
});

describe('the PIN pad', () => {
  it('takes digits, Backspace and Enter when they make sense', () => {
    const pad = padOf(enterPin(4))!;
    expect(padAnswer('7', pad)).toEqual({ kind: 'digit', digit: 7 });
    expect(padAnswer('Backspace', pad)).toEqual({ kind: 'backspace' });
    expect(padAnswer('Enter', pad)).toEqual({ kind: 'submit' });
  });

  it('takes as many digits as are asked for', () => {
    const long = (entered: number) => padOf({ ...enterPin(entered), maxLength: 63 } as Question)!;
    expect(padAnswer('1', long(62))).toEqual({ kind: 'digit', digit: 1 });
    expect(padAnswer('1', long(63))).toBeNull();
  });

  it('takes no ninth digit, no early Enter, nothing to take back', () => {
    expect(padAnswer('1', padOf(enterPin(8))!)).toBeNull();
    expect(padAnswer('Enter', padOf(enterPin(3))!)).toBeNull();
    expect(padAnswer('Backspace', padOf(enterPin(0))!)).toBeNull();
  });

  it.each(['a', 'Tab', '12', '٣', ' ', 'F1'])('leaves the key %o alone', (key) => {
    expect(padAnswer(key, padOf(enterPin(4))!)).toBeNull();
  });

  it('takes a fast Enter before the device has shown the last digit', () => {
    const typed = new Typed();
    const shown = padOf(enterPin(0))!;
    for (const digit of [1, 2, 3, 4]) typed.note({ kind: 'digit', digit }, shown);
    expect(padAnswer('Enter', typed.ahead(shown))).toEqual({ kind: 'submit' });
    typed.note({ kind: 'backspace' }, shown);
    expect(padAnswer('Enter', typed.ahead(shown))).toBeNull();
    expect(typed.ahead(padOf(enterPin(4))!).canSubmit).toBe(true);
  });

  it('starts again after a submit', () => {
    const typed = new Typed();
    const shown = padOf(enterPin(0))!;
    for (const digit of [1, 2, 3, 4]) typed.note({ kind: 'digit', digit }, shown);
    typed.note({ kind: 'submit' }, shown);
    expect(typed.ahead(shown).entered).toBe(0);
  });

  it('takes one submit for two presses, and a fast second entry whenever the question arrives', () => {
    const first = padOf(setPin(4, false))!;
    const typed = new Typed();
    typed.note({ kind: 'submit' }, first);
    expect(padAnswer('Enter', typed.ahead(first))).toBeNull();
    for (const digit of [1, 2]) typed.note({ kind: 'digit', digit }, first);
    const second = padOf(setPin(0, true))!;
    typed.asked(second);
    for (const digit of [3, 4]) typed.note({ kind: 'digit', digit }, second);
    expect(padAnswer('Enter', typed.ahead(second))).toEqual({ kind: 'submit' });
  });

  it('starts from nothing after a wrong PIN, where the device forgets what was pressed meanwhile', () => {
    const typed = new Typed();
    typed.note({ kind: 'submit' }, padOf(enterPin(4))!);
    for (let digit = 0; digit < 8; digit++) typed.note({ kind: 'digit', digit }, padOf(enterPin(4))!);
    const again = padOf(enterPin(0, 4, 'Wrong PIN. 4 tries left.'))!;
    typed.asked(again);
    expect(typed.ahead(again)).toEqual(again);
  });

  it('can be submitted again when a submit was not taken', () => {
    const typed = new Typed();
    const shown = padOf(setPin(6, true))!;
    typed.note({ kind: 'submit' }, shown);
    typed.forget();
    expect(padAnswer('Enter', typed.ahead(shown))).toEqual({ kind: 'submit' });
  });

  it('is not there for other questions', () => {
    expect(padOf({ kind: 'blocked' })).toBeNull();
  });
});

it.each([
  ['f', { kind: 'finger', matches: true }],
  ['X', { kind: 'finger', matches: false }],
  ['p', { kind: 'usePin' }],
  ['1', null],
  ['Enter', null],
])('takes the key %s at the reader for %o', (key, answer) => {
  expect(fingerAnswer(key)).toEqual(answer);
});

it('shows digits in groups', () => {
  expect(inGroups('123456', 3)).toBe('123 456');
  expect(inGroups('12345678', 4)).toBe('1234 5678');
  expect(inGroups('', 3)).toBe('');
});

it('shows an account by its display name, then its name', () => {
  expect(accountLines({ name: 'alice', displayName: 'Alice Ash' })).toEqual(['Alice Ash', 'alice']);
  expect(accountLines({ name: 'alice', displayName: 'alice' })).toEqual(['alice', null]);
  expect(accountLines({ name: 'alice', displayName: '' })).toEqual(['alice', null]);
  expect(accountLines({ name: null, displayName: null })).toEqual(['Account without a name', null]);
});

it.each([
  [118_000, '1 min 58 s'],
  [60_000, '1 min 0 s'],
  [13_001, '14 s'],
  [-5, '0 s'],
])('%i ms before the end is "%s"', (left, words) => {
  expect(timeLeft(left, 0)).toBe(words);
});

describe('answers', () => {
  it('go out in the order they were given, each after the one before', async () => {
    const sent: PromptAnswer[] = [];
    const finish: (() => void)[] = [];
    const answers = new Answers(
      (_, answer) => {
        sent.push(answer);
        return new Promise<void>((resolve) => finish.push(resolve));
      },
      () => undefined,
    );
    void answers.give(1, { kind: 'digit', digit: 1 });
    void answers.give(1, { kind: 'digit', digit: 2 });
    await vi.waitFor(() => expect(sent).toHaveLength(1));
    finish[0]!();
    await vi.waitFor(() => expect(sent).toHaveLength(2));
    expect(sent.map((answer) => answer.kind === 'digit' && answer.digit)).toEqual([1, 2]);
  });

  it('to one prompt do not wait for an answer to another that nobody takes', async () => {
    const send = vi.fn((prompt: number) => (prompt === 1 ? new Promise(() => undefined) : Promise.resolve()));
    const answers = new Answers(send, () => undefined);
    void answers.give(1, { kind: 'digit', digit: 1 });
    void answers.give(1, { kind: 'digit', digit: 2 });
    await answers.give(2, { kind: 'touch' });
    expect(send.mock.calls.map(([prompt]) => prompt)).toEqual([1, 2]);
  });

  it('take a double click for one answer', async () => {
    const gone = { code: 'promptGone', message: 'The device no longer shows this prompt.' };
    const send = vi.fn().mockResolvedValueOnce(null).mockRejectedValue(gone);
    const failed = vi.fn();
    const answers = new Answers(send, failed);
    expect(await Promise.all([answers.give(1, { kind: 'touch' }), answers.give(1, { kind: 'touch' })])).toEqual([true, false]);
    expect(send).toHaveBeenCalledTimes(2);
    expect(failed).not.toHaveBeenCalled();
    await answers.give(2, { kind: 'touch' });
    expect(failed).toHaveBeenCalledExactlyOnceWith(gone);
  });

  it('go on after one that failed', async () => {
    const failed = vi.fn();
    const send = vi.fn().mockRejectedValueOnce({ message: 'too late' }).mockResolvedValue(null);
    const answers = new Answers(send, failed);
    await answers.give(1, { kind: 'touch' });
    await answers.give(2, { kind: 'touch' });
    expect(failed).toHaveBeenCalledExactlyOnceWith({ message: 'too late' });
    expect(send).toHaveBeenCalledTimes(2);
  });
});
