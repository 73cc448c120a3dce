import type { KeyPinPurpose, PromptAnswer, Question } from '../bindings/types';

type Asked = Question & { kind: 'keyPin' };

/** What a PIN that is new must keep to. */
type Rules = Pick<Asked, 'minLength' | 'maxBytes'>;

/** Characters as the specification counts them: code points of the composed text. */
const pointsOf = (text: string): number => [...text.normalize('NFC')].length;

const bytesOf = (text: string): number => new TextEncoder().encode(text.normalize('NFC')).length;

/** What stands in the dialog's fields; those that it does not show are empty. */
export interface Entry {
  /** The PIN that the key has. */
  present: string;
  /** The new one, twice. */
  fresh: string;
  again: string;
}

/** What is wrong with what is typed, in a sentence; none when it can be sent. */
export function pinProblem({ present, fresh, again }: Entry, purpose: KeyPinPurpose, { minLength, maxBytes }: Rules): string | null {
  if (purpose !== 'set') {
    if (present === '') return 'Type the PIN of the key first.';
    const problem = tooLong(present, maxBytes);
    if (problem || purpose === 'enter') return problem;
  }
  if (pointsOf(fresh) < minLength) return `This key wants at least ${minLength} characters.`;
  return tooLong(fresh, maxBytes) ?? (fresh.normalize('NFC') === again.normalize('NFC') ? null : 'The two PINs differ. Type the new PIN twice.');
}

/** What is sent for them. */
export function pinAnswer({ present, fresh }: Entry, purpose: KeyPinPurpose): PromptAnswer {
  return { kind: 'keyPin', pin: purpose === 'set' ? fresh : present, newPin: purpose === 'change' ? fresh : null };
}

function tooLong(pin: string, maxBytes: number): string | null {
  return bytesOf(pin) > maxBytes ? `A key takes at most ${maxBytes} bytes, and this PIN has ${bytesOf(pin)}.` : null;
}

/** What the next wrong PIN costs, said before it is spent; none while it costs one try of several. */
export function pinWarning({ purpose, last, problem, triesLeft }: Asked): string | null {
  // What was wrong with the last one says it already.
  if (purpose === 'set' || !last || problem !== null) return null;
  return triesLeft === null || triesLeft > 1
    ? 'After one more wrong PIN the key must be unplugged and put back.'
    : 'This is the last try. A wrong PIN blocks the key, and then only a reset helps, which deletes its passkeys.';
}

/** "8 tries left."; none where it is said already, or not known. */
export function triesText({ purpose, last, problem, triesLeft }: Asked): string | null {
  if (purpose === 'set' || triesLeft === null || problem !== null || (last && triesLeft <= 1)) return null;
  return triesLeft === 1 ? '1 try left.' : `${triesLeft} tries left.`;
}

/** What is typed: letters too, unlike a phone's PIN. */
export function pinRules({ minLength, maxBytes }: Rules): string {
  return `At least ${minLength} characters: letters, digits or signs, at most ${maxBytes} bytes. It stays on the key.`;
}
