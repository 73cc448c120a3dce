import type { AccountChoice, KeyPinPurpose, Prompt, PromptAnswer, Question } from '../bindings/types';
import { problemOf } from '../state/toasts.svelte';

/** What the device's screen, or the client's own dialog, says. */
export interface Screen {
  /** Who wants what. */
  lead: string;
  /** What the person is to do. */
  title: string;
  /** What was wrong before, or what to know; in the warning tone. */
  problem: string | null;
}

/** The words of a prompt; `key` is what the key it is about is called. */
export function screenOf(prompt: Prompt, key = 'the key'): Screen {
  const site = prompt.rpId ?? 'This bench';
  const whose = whosePin(prompt);
  const { question } = prompt;
  switch (question.kind) {
    case 'touch':
      return { ...touch(question.purpose, site, question.userName), problem: null };
    case 'setPin':
      return { ...newPin(question, whose), problem: question.problem };
    case 'enterPin':
      return {
        ...enterPin(question.purpose, site, whose),
        problem: question.problem ?? (question.triesLeft === 1 ? '1 try left.' : null),
      };
    case 'fingerprint':
      return {
        lead: `${site} wants to verify you`,
        title: 'Touch the fingerprint reader',
        problem: question.problem ?? (question.triesLeft === 1 ? '1 try left, then the PIN.' : null),
      };
    case 'unverifiable':
      return { lead: `${site} wants to verify you`, title: 'This device cannot verify you', problem: null };
    case 'chooseAccount':
      return prompt.asker === 'client'
        ? { lead: 'This device has no display, so the client asks.', title: 'The browser asks: who signs in?', problem: null }
        : { lead: `${site} wants to sign you in`, title: 'Choose an account', problem: null };
    case 'keyTouch':
      return keyTouch(question.purpose, prompt.rpId ?? 'The page', key);
    case 'keyPin':
      return keyPin(question.purpose, prompt.rpId ?? 'The page', key);
    case 'blocked':
      return {
        lead: 'All tries for the PIN are spent. The passkeys on this device cannot be used any more.',
        title: 'This device is blocked',
        problem: null,
      };
  }
}

function touch(purpose: string, site: string, userName: string | null): Omit<Screen, 'problem'> {
  const name = userName ? ` for ${userName}` : '';
  switch (purpose) {
    case 'createPasskey':
      return { lead: `${site} wants to create a passkey${name}`, title: 'Touch to create the passkey' };
    case 'signIn':
      return { lead: `${site} wants to sign you in${userName ? ` as ${userName}` : ''}`, title: 'Touch to sign in' };
    case 'reset':
      return { lead: 'Everything on this device will be erased', title: 'Touch to erase' };
    default:
      return { lead: `${site} asks which device to use`, title: 'Touch to use this device' };
  }
}

type Words = Omit<Screen, 'problem'>;

function keyTouch(purpose: string, site: string, key: string): Screen {
  const words = {
    createPasskey: { lead: `${site} wants to create a passkey on it.`, title: `Touch ${key}` },
    signIn: { lead: `${site} wants to sign you in.`, title: `Touch ${key}` },
    selection: { lead: 'The first one that is touched is in use then.', title: 'Touch the key that you want to use' },
  }[purpose] ?? { lead: `${site} waits for it.`, title: `Touch ${key}` };
  return { ...words, problem: null };
}

function keyPin(purpose: KeyPinPurpose, site: string, key: string): Screen {
  const words = {
    enter: { lead: `${site} wants to verify you. The key checks its PIN by itself.`, title: `Enter the PIN of ${key}` },
    set: { lead: `${site} wants to verify you, and this key has no PIN yet.`, title: `Set a PIN for ${key}` },
    change: { lead: 'The key asks for a new PIN before it does anything else.', title: `Choose a new PIN for ${key}` },
  }[purpose];
  // What is wrong stands at the field.
  return { ...words, problem: null };
}

function newPin(question: Question & { kind: 'setPin' }, whose: string): Words {
  if (question.confirming) return { lead: 'Once more, so that a slip does not lock you out.', title: 'Repeat the new PIN' };
  const length = digits(question.minLength, question.maxLength);
  return question.purpose === 'newPin'
    ? { lead: `${length}. ${whose} holds it against its rules.`, title: `Choose a PIN for ${whose}` }
    : { lead: `This device needs a PIN of its own: ${length}. It stays on the device.`, title: 'Choose a PIN' };
}

function enterPin(purpose: string, site: string, whose: string): Words {
  const title = `Enter your PIN of ${whose}`;
  switch (purpose) {
    case 'synced':
      return { lead: `${site} wants to verify you`, title };
    case 'online':
      return { lead: `${whose} checks it, over the network`, title };
    case 'oldPin':
      return { lead: `First the PIN that you have now: ${whose} checks it`, title };
    case 'appUnlock':
      return { lead: 'The app on this device is locked', title };
    case 'workstation':
      return { lead: 'A workstation wants you to log on; no network is needed', title };
    default:
      return { lead: `${site} wants to verify you`, title: 'Enter your PIN' };
  }
}

/** More names than this are counted. */
const NAMES = 3;

/** Whose PIN is asked: "Acme Bank"; where any of several will do, "Acme Bank or Shop". */
export function whosePin({ rpId, question }: Prompt): string {
  const names = 'pinOf' in question ? [...new Set(question.pinOf)] : [];
  if (names.length === 0) return rpId ?? 'the relying party';
  if (names.length > NAMES) return `one of ${names.length} sites`;
  return [names.slice(0, -1).join(', '), names.at(-1)].filter(Boolean).join(' or ');
}

function digits(least: number, most: number): string {
  return least === most ? `${least} digits` : `${least} to ${most} digits`;
}

/** Tells one entry of a PIN from the next: first, repeated, after a wrong one. */
export function roundOf(question: Question): string {
  switch (question.kind) {
    case 'setPin':
      return `${question.purpose} ${question.confirming} ${question.problem ?? ''}`;
    case 'enterPin':
      return `${question.purpose} ${question.triesLeft} ${question.problem ?? ''}`;
    default:
      return '';
  }
}

/** Where the PIN pad stands; none for other questions. It never knows which digits. */
export interface Pad {
  entered: number;
  minLength: number;
  maxLength: number;
  canSubmit: boolean;
  full: boolean;
  /** True where the device forgets what is pressed while it looks at the PIN before. */
  forgets: boolean;
}

export function padOf(question: Question): Pad | null {
  if (question.kind !== 'setPin' && question.kind !== 'enterPin') return null;
  const { entered, minLength, maxLength } = question;
  return { entered, minLength, maxLength, canSubmit: entered >= minLength, full: entered >= maxLength, forgets: question.kind === 'enterPin' };
}

/**
 * Counts what was typed but has not come back from the device yet, so that a fast Enter after
 * the last digit is not taken for an early one. A number only, never the digits.
 */
export class Typed {
  #count = 0;
  /** True between a submit and the device's next question: what the pad shows is of the PIN before. */
  #submitted = false;

  /** The pad as it will stand once the device has seen everything. */
  ahead(pad: Pad): Pad {
    const entered = this.#submitted ? this.#count : Math.max(pad.entered, this.#count);
    return { ...pad, entered, canSubmit: entered >= pad.minLength, full: entered >= pad.maxLength };
  }

  /** Notes an answer that was given on `pad`. */
  note(answer: PromptAnswer, pad: Pad) {
    const { entered } = this.ahead(pad);
    if (answer.kind === 'digit') this.#count = Math.min(entered + 1, pad.maxLength);
    else this.#count = answer.kind === 'backspace' ? Math.max(0, entered - 1) : 0;
    if (answer.kind === 'submit') this.#submitted = true;
  }

  /** The device asks on at the same prompt: what was typed since the submit stands on its new pad. */
  asked(pad: Pad) {
    this.#submitted = false;
    if (pad.forgets) this.#count = 0;
  }

  /** Another prompt, or an answer that was not taken: the pad is as it shows. */
  forget() {
    this.#count = 0;
    this.#submitted = false;
  }
}

/** The answer that a key gives while the pad is shown; none for other keys. */
export function padAnswer(key: string, pad: Pad): PromptAnswer | null {
  if (/^[0-9]$/.test(key)) return pad.full ? null : { kind: 'digit', digit: Number(key) };
  if (key === 'Backspace') return pad.entered > 0 ? { kind: 'backspace' } : null;
  if (key === 'Enter') return pad.canSubmit ? { kind: 'submit' } : null;
  return null;
}

const FINGERS: Record<string, PromptAnswer> = { f: { kind: 'finger', matches: true }, x: { kind: 'finger', matches: false }, p: { kind: 'usePin' } };

/** The answer that a key gives while a finger is asked for; none for other keys. */
export const fingerAnswer = (key: string): PromptAnswer | null => FINGERS[key.toLowerCase()] ?? null;

/** "123456" in threes is "123 456". */
export const inGroups = (digits: string, size: number): string => (digits.match(new RegExp(`.{1,${size}}`, 'g')) ?? []).join(' ');

/** The name to show for an account, and a second line where it adds something. */
export function accountLines(account: AccountChoice): [string, string | null] {
  const first = account.displayName || account.name || 'Account without a name';
  return [first, account.name && account.name !== first ? account.name : null];
}

/** "1 min 58 s", "14 s"; never below zero. */
export function timeLeft(deadline: number, now: number): string {
  const seconds = Math.max(0, Math.ceil((deadline - now) / 1000));
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** Answers after which the device shows another question, or none. */
const ENDS: readonly PromptAnswer['kind'][] = ['touch', 'choose', 'finger', 'usePin', 'keyPin', 'wipe', 'decline'];

/**
 * Sends a prompt's answers one after the other, so that digits arrive in the order they were typed;
 * no prompt waits for the answers to another. That a question is gone is no problem to whoever
 * ended it, such as by a double click.
 */
export class Answers {
  #last: { prompt: number; sent: Promise<unknown> } | null = null;
  #ended: number | null = null;

  constructor(
    private readonly send: (prompt: number, answer: PromptAnswer) => Promise<unknown>,
    private readonly failed: (thrown: unknown) => void,
  ) {}

  /** True once the answer was taken. */
  give(prompt: number, answer: PromptAnswer): Promise<boolean> {
    const taken = () => {
      if (ENDS.includes(answer.kind)) this.#ended = prompt;
      return true;
    };
    const failed = (thrown: unknown) => {
      if (prompt !== this.#ended || problemOf(thrown).code !== 'promptGone') this.failed(thrown);
      return false;
    };
    const before = this.#last?.prompt === prompt ? this.#last.sent : Promise.resolve();
    const sent = before.then(() => this.send(prompt, answer)).then(taken, failed);
    this.#last = { prompt, sent };
    return sent;
  }
}
