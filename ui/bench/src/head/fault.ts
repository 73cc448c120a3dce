import type { ArmedFault, Change, Direction, Effect, Fault, FaultableMessage } from '../bindings/types';
import { delayText } from './spans';

export type EffectKind = Effect['kind'];
export type ChangeKind = Change['kind'];

export const EFFECTS: readonly [EffectKind, label: string, sentence: string][] = [
  ['drop', 'Drop it', 'It never arrives.'],
  ['delay', 'Delay it', 'It arrives late.'],
  ['duplicate', 'Send it twice', 'It arrives twice; the first answer counts.'],
  ['tamper', 'Change a field', 'It arrives with one field changed.'],
  ['replay', 'Replay an earlier one', 'One that came before arrives in its place.'],
];

export const CHANGES: readonly [ChangeKind, label: string][] = [
  ['flip', 'Flip it'],
  ['set', 'Set it'],
  ['remove', 'Take it away'],
];

/** What the form holds. */
export interface FaultForm {
  message: string;
  direction: Direction;
  effect: EffectKind;
  millis: number;
  field: string;
  /** True while the tester writes the field: one that no list has, inside a list or a map. */
  written: boolean;
  change: ChangeKind;
  value: string;
  /** The event of the message to replay; empty for the last one before now. */
  earlier: string;
  times: number;
}

/** What it begins with: the signature of a sign-in, changed on its way. */
export const FIRST_FORM: FaultForm = {
  message: 'POST /api/authentication/finish',
  direction: 'request',
  effect: 'tamper',
  millis: 2000,
  field: 'credential.response.signature',
  written: false,
  change: 'flip',
  value: '',
  earlier: '',
  times: 1,
};

/** In the list of fields: none of them, but one that the tester writes. */
export const WRITTEN = '*';

const isHttp = (message: string) => message.includes(' /');

const isOfPhones = (message: string) => message.includes(' /pin/');

/** A message's name and where its halves go: `authenticatorGetAssertion`, client to device. */
export function directionText(message: string, direction: Direction): string {
  const http = isHttp(message);
  if (direction === 'request') return http ? 'request, to the relying party' : 'request, to the device';
  return http ? 'answer, from the relying party' : 'answer, from the device';
}

/** The messages a fault can name, each once, in groups by where they travel. */
export function messageGroups(catalogue: FaultableMessage[]): { label: string; messages: string[] }[] {
  const names = [...new Set(catalogue.map((one) => one.message))];
  const groups = [
    { label: 'Between page and relying party', messages: names.filter((name) => isHttp(name) && !isOfPhones(name)) },
    { label: 'Between phone and relying party', messages: names.filter(isOfPhones) },
    { label: 'Between client and device', messages: names.filter((name) => !isHttp(name)) },
  ];
  return groups.filter((group) => group.messages.length > 0);
}

const entry = (catalogue: FaultableMessage[], form: FaultForm) =>
  catalogue.find((one) => one.message === form.message && one.direction === form.direction);

/** What can be chosen, given what already is. */
export interface FaultChoices {
  directions: Direction[];
  effects: EffectKind[];
  fields: string[];
}

export function choicesOf(catalogue: FaultableMessage[], form: FaultForm): FaultChoices {
  const directions = catalogue.filter((one) => one.message === form.message).map((one) => one.direction);
  const found = entry(catalogue, form);
  return {
    directions,
    effects: EFFECTS.map(([kind]) => kind).filter((kind) => found?.effects.includes(kind)),
    fields: found?.fields ?? [],
  };
}

/** The form with every choice the catalogue does not offer replaced by one it does. */
export function settled(catalogue: FaultableMessage[], form: FaultForm): FaultForm {
  const next = { ...form };
  if (!catalogue.some((one) => one.message === next.message)) {
    next.message = messageGroups(catalogue)[0]?.messages[0] ?? '';
  }
  const { directions } = choicesOf(catalogue, next);
  if (!directions.includes(next.direction)) next.direction = directions[0] ?? 'request';
  const { effects, fields } = choicesOf(catalogue, next);
  if (!effects.includes(next.effect)) next.effect = effects[0] ?? 'drop';
  next.written &&= fields.length > 0;
  if (!next.written && !fields.includes(next.field)) next.field = fields[0] ?? '';
  return next;
}

/** What a tester types for a value: JSON where it is JSON, else text. */
export function readValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The number of an event as it stands on the wire, with its sign or without. */
function eventOf(text: string): number | null {
  const number = text.trim().replace(/^#/, '');
  return number === '' ? null : Number(number);
}

function effectOf(form: FaultForm): Effect {
  switch (form.effect) {
    case 'delay':
      return { kind: 'delay', millis: Math.round(form.millis) };
    case 'tamper': {
      const change: Change = form.change === 'set' ? { kind: 'set', value: readValue(form.value) } : { kind: form.change };
      return { kind: 'tamper', field: form.field.trim(), change };
    }
    case 'replay':
      return { kind: 'replay', earlier: eventOf(form.earlier) };
    default:
      return { kind: form.effect };
  }
}

/** The fault the form asks for, or what is missing. */
export function faultOf(form: FaultForm): Fault | { missing: string } {
  if (form.message === '') return { missing: 'Choose a message.' };
  if (form.effect === 'tamper' && form.field.trim() === '') return { missing: 'Choose the field to change.' };
  if (form.effect === 'delay' && !(form.millis >= 1 && form.millis <= 600_000)) {
    return { missing: 'A delay lasts 1 to 600,000 ms.' };
  }
  if (form.effect === 'replay' && !/^\s*(#?\d{1,15}\s*)?$/.test(form.earlier)) {
    return { missing: 'Write the number of an event of the wire, such as 41, or nothing for the last one.' };
  }
  if (!Number.isInteger(form.times) || form.times < 1) return { missing: 'It happens at least once.' };
  return { message: form.message, direction: form.direction, times: form.times, effect: effectOf(form) };
}

const clipped = (text: string) => (text.length > 40 ? `${text.slice(0, 39)}…` : text);

function effectText(effect: Effect): string {
  switch (effect.kind) {
    case 'drop':
      return 'dropped';
    case 'delay':
      return `delayed by ${delayText(effect.millis)}`;
    case 'duplicate':
      return 'sent twice';
    case 'replay':
      return effect.earlier === null ? 'replaced by the last one before' : `replaced by that of event #${effect.earlier}`;
    case 'tamper': {
      const { change, field } = effect;
      if (change.kind === 'remove') return `sent without ${field}`;
      return change.kind === 'flip' ? `sent with ${field} flipped` : `sent with ${field} set to ${clipped(JSON.stringify(change.value))}`;
    }
  }
}

/** What is armed, as a sentence. */
export function armedSentence({ fault, left }: ArmedFault): string {
  const half = fault.direction === 'request' ? 'request' : 'answer';
  const which = left === 1 ? `The next ${half}` : `The next ${left} ${half}s`;
  const of = fault.direction === 'request' ? '' : ' to';
  return `${which}${of} ${fault.message} will be ${effectText(fault.effect)}.`;
}

/** The present value in the head. */
export const faultsText = (armed: readonly ArmedFault[]): string => (armed.length === 0 ? 'none' : `${armed.length} armed`);
