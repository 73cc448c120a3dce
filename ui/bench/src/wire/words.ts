import type { WordsFor } from '../bindings/types';
import { ANSWERED, ANSWERS, SHOWN } from './present';

/** The words that the wire draws for an event, with what stands behind them in its body. */
const WORDS: readonly (readonly [words: string, kind: string, at?: string, value?: unknown])[] = [
  ['New credential given to the page', 'client.create.returned'],
  ['Assertion given to the page', 'client.get.returned'],
  ['navigator.credentials.create()', 'client.create.called'],
  ['navigator.credentials.get()', 'client.get.called'],
  ['Account chosen', 'client.account.chosen'],
  ['Wrong PIN', 'device.pin.checked', '/matched', false],
  ['PIN matches', 'device.pin.checked', '/matched', true],
  ['PIN changed', 'device.pin.set', '/changed', true],
  ['PIN set', 'device.pin.set', '/changed', false],
  ['Passkey created', 'device.passkey.created'],
  ['Passkey signed', 'device.passkey.used'],
  ['Passkey renamed', 'device.passkey.renamed'],
  ['Passkey deleted', 'device.passkey.deleted'],
  ['Device wiped', 'device.reset'],
  ['The device failed', 'device.failed'],
  ['7.1 7.2 verified', 'rp.verification', '/verified', true],
  ['step failed', 'rp.verification', '/verified', false],
  ['Account created', 'rp.account.created'],
  ['Signed in', 'rp.session.bound'],
  ['Signed out', 'rp.session.ended'],
  ['No device answers', 'bench.call.refused'],
  ['A look-alike page begins a sign-in', 'bench.page.impersonated'],
  ['Bench started', 'bench.started'],
  ['Device added', 'bench.device.added'],
  ['Device renamed', 'bench.device.renamed'],
  ['Device in use', 'bench.device.picked'],
  ['Device removed', 'bench.device.removed'],
  ['Power cut', 'bench.device.powerCycled'],
  ['Passkeys copied', 'bench.device.cloned'],
  ['Clock moved', 'bench.clock.moved'],
  ['Network', 'bench.network.set'],
  ['Lost on the way', 'bench.network.lost'],
  ['Relying party started again', 'bench.relyingParty.restarted'],
  ['Fault armed', 'bench.fault.armed'],
  ['Fault happened', 'bench.fault.applied'],
  ['Fault did not fit', 'bench.fault.missed'],
  ['Fault spent disarmed', 'bench.fault.disarmed'],
  ['Walk', 'bench.walk.started'],
  ['Walk step', 'bench.walk.step'],
  ['Walk ended', 'bench.walk.ended'],
  ...Object.entries(SHOWN).map(([kind, words]) => [words, 'device.prompt.shown', '/prompt/kind', kind] as const),
  ...Object.entries(ANSWERED).map(([answer, words]) => [words, 'device.prompt.answered', '/answer', answer] as const),
  ...Object.entries(ANSWERS).map(([command, words]) => [words, 'client.command.answered', '/command', command] as const),
];

/** Fewer letters stand in too many words. */
const FEWEST = 3;

/** The events whose words on the wire hold `text`. */
export function wordsFor(text: string): WordsFor[] {
  const wanted = text.trim().toLowerCase();
  if (wanted.length < FEWEST) return [];
  return WORDS.filter(([words]) => words.toLowerCase().includes(wanted)).map(([, kind, at, value]) => ({ kind, at: at ?? null, value: value ?? null }));
}
