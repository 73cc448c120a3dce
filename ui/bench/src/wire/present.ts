import type { Event } from '../bindings/types';
import { count, ladderOf } from '../inspector/ladder';
import { arrow, note } from './draw';
import { BENCH } from './present-bench';
import { KEY } from './present-key';
import { PIN } from './present-pin';
import { duration, inner, left, list, member, named, number, text } from './body';

/** A vertical line of the drawing. */
export type Lane = 'device' | 'client' | 'relyingParty';

/** How a message is drawn: from one lane to another, or a note on its own lane (`from` = `to`). */
export interface Message {
  shape: 'message';
  from: Lane;
  to: Lane;
  title: string;
  note?: string;
  tone: 'plain' | 'good' | 'bad' | 'warn';
  /** A CTAPHID report is only a part of a message. */
  rank?: 'frame';
}

/** What concerns the bench as a whole, across all lanes. */
export interface Divider {
  shape: 'divider';
  title: string;
  note?: string;
  /** None is plain. */
  tone?: 'good' | 'bad' | 'warn';
  /** A walk and its steps part the wire into chapters. */
  rank?: 'walk' | 'step';
}

export type Presentation = Message | Divider;

/** Looks up an earlier event by its number. */
export type Find = (seq: number | null) => Event | undefined;

/** How an event is drawn. An event of a kind not known here is a note on its party's lane. */
export function present(event: Event, find: Find): Presentation {
  const build = BUILDERS[event.kind] ?? PIN[event.kind] ?? KEY[event.kind] ?? BENCH[event.kind];
  if (build) return build(event, find);
  if (event.party === 'bench') return { shape: 'divider', title: event.kind };
  return note(event.party, event.kind);
}

export type Builder = (event: Event, find: Find) => Presentation;

const BUILDERS: Record<string, Builder> = {
  'client.create.called': (event) => note('client', 'navigator.credentials.create()', text(event, 'origin')),
  'client.get.called': (event) => note('client', 'navigator.credentials.get()', text(event, 'origin')),
  'client.command.sent': commandSent,
  'client.command.answered': commandAnswered,
  'client.create.returned': () => note('client', 'New credential given to the page'),
  'client.get.returned': () => note('client', 'Assertion given to the page'),
  'client.account.chosen': (event) => note('client', `Account chosen${named(userName(event))}`),
  'client.failed': (event) => note('client', text(event, 'name') ?? 'Failed', text(event, 'message'), 'bad'),

  'device.prompt.shown': promptShown,
  'device.prompt.answered': promptAnswered,
  'device.pin.checked': pinChecked,
  'device.pin.set': (event) => note('device', member(event, 'changed') === true ? 'PIN changed' : 'PIN set'),
  'device.passkey.created': (event) => note('device', `Passkey created${forWhom(event)}`, text(event, 'rpId'), 'good'),
  'device.passkey.used': (event) => note('device', 'Passkey signed', counted(event)),
  'device.passkey.renamed': () => note('device', 'Passkey renamed'),
  'device.passkey.deleted': (event) => note('device', 'Passkey deleted', text(event, 'rpId'), 'warn'),
  'device.reset': () => note('device', 'Device wiped', undefined, 'warn'),
  'device.failed': (event) => note('device', 'The device failed', text(event, 'message'), 'bad'),

  'rp.request': (event) => arrow(callerOf(event), 'relyingParty', `${text(event, 'method') ?? ''} ${text(event, 'path') ?? ''}`.trim()),
  'rp.response': response,
  'rp.verification': verification,
  'rp.pin.judged': verification,
  'rp.account.created': (event) => note('relyingParty', `Account created${named(text(event, 'account'))}`),
  'rp.session.bound': (event) => note('relyingParty', `Signed in${named(text(event, 'account'))}`, session(event), 'good'),
  'rp.session.ended': (event) => note('relyingParty', 'Signed out', session(event)),

  'bench.call.refused': (event) => note('client', 'No device answers', text(event, 'message'), 'bad'),
  'bench.page.impersonated': (event) => note('client', 'A look-alike page begins a sign-in', text(event, 'origin'), 'warn'),
  'bench.logons.flooded': (event) => note('client', 'A program guesses workstation codes', text(event, 'account'), 'warn'),
};

/** What a good answer to a command is called. */
export const ANSWERS: Record<string, string> = {
  authenticatorMakeCredential: 'new credential',
  authenticatorGetAssertion: 'assertion',
  authenticatorGetNextAssertion: 'next assertion',
  authenticatorGetInfo: 'what the device can do',
  authenticatorSelection: 'selected',
  authenticatorReset: 'device wiped',
  authenticatorClientPIN: 'about the PIN',
};

/** What a good response of the relying party's API carries, by request. */
const RESPONSES: Record<string, string> = {
  'POST /api/registration/begin': 'creation options',
  'POST /api/registration/finish': 'passkey accepted',
  'POST /api/authentication/begin': 'request options',
  'POST /api/authentication/finish': 'signed in',
  'GET /api/session': 'session',
  'DELETE /api/session': 'signed out',
  'GET /api/passkeys': 'passkeys of the account',
  'GET /api/relying-party': 'name, RP ID and origin',
  'GET /api/pin': 'how the PIN stands',
  'POST /api/pin/offers': 'code to scan',
  'POST /api/pin/reset/begin': 'request options',
  'POST /api/pin/reset/finish': 'PIN reset',
  'POST /api/workstation/logon/begin': 'logon challenge',
  'POST /api/workstation/logon/finish': 'logged on',
  'POST /pin/enrol/claim': 'keys for the enrolment',
  'POST /pin/enrol/finish': 'enrolment signed',
  'POST /pin/exchange': 'sealed payload',
  'POST /pin/online': 'sealed result',
  'POST /pin/sync/ack': 'sync recorded',
  'POST /pin/stream/challenge': 'challenge',
  'POST /pin/stream': 'push stream',
};

export const SHOWN: Record<string, string> = {
  touch: 'Asks for a touch',
  setPin: 'Asks for a new PIN',
  enterPin: 'Asks for the PIN',
  chooseAccount: 'Asks which account',
  fingerprint: 'Asks for a fingerprint',
  unverifiable: 'Says that it cannot verify',
  blocked: 'Says that it is blocked',
};

export const ANSWERED: Record<string, string> = {
  touched: 'Touched',
  pinEntered: 'PIN entered',
  chosen: 'Account chosen',
  fingerLaid: 'Finger laid on the reader',
  pinInstead: 'PIN chosen instead',
  closed: 'Closed by the person',
  wiped: 'Wipe chosen',
  declined: 'Declined by the person',
  cancelled: 'Cancelled by the client',
  timedOut: 'Nobody answered in time',
};

function commandSent(event: Event): Message {
  const code = number(event, 'code');
  const hex = code === undefined ? undefined : `CTAP 0x${code.toString(16).padStart(2, '0')}`;
  return arrow('client', 'device', text(event, 'command') ?? 'Command', list(text(event, 'subcommand'), hex) || undefined);
}

function commandAnswered(event: Event): Message {
  const status = text(event, 'status') ?? '';
  const good = number(event, 'code') === 0 || status === 'CTAP2_OK';
  const command = text(event, 'command') ?? '';
  const took = duration(number(event, 'durationMicros'));
  return good
    ? arrow('device', 'client', ANSWERS[command] ?? 'answer', list(status, took))
    : arrow('device', 'client', status || 'Refused', took, 'bad');
}

function promptShown(event: Event): Message {
  const kind = inner(event, 'prompt', 'kind');
  const rpId = inner(event, 'prompt', 'rpId');
  return note('device', SHOWN[String(kind)] ?? 'Asks the person', typeof rpId === 'string' ? rpId : undefined);
}

function promptAnswered(event: Event): Message {
  const answer = text(event, 'answer') ?? '';
  const refused = ['declined', 'cancelled', 'timedOut', 'wiped'].includes(answer);
  return note('device', ANSWERED[answer] ?? 'Answered', undefined, refused ? 'warn' : 'plain');
}

function pinChecked(event: Event): Message {
  const tries = number(event, 'triesLeft');
  if (member(event, 'matched') === true) return note('device', 'PIN matches', undefined, 'good');
  return note('device', 'Wrong PIN', left(tries), 'warn');
}

/** Who calls: the device by itself under `/pin/`, else the page. */
function callerOf(request: Event | undefined): Lane {
  return text(request, 'path')?.startsWith('/pin/') ? 'device' : 'client';
}

function response(event: Event, find: Find): Message {
  const status = number(event, 'status') ?? 0;
  const took = duration(number(event, 'durationMicros'));
  const request = find(event.cause);
  const good = status < 400;
  const asked = `${text(request, 'method') ?? ''} ${text(request, 'path') ?? ''}`;
  const error = inner(event, 'body', 'error');
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : undefined;
  // Nobody is signed in yet: that is how a first visit looks, not a failure.
  const expected = status === 401 && asked === 'GET /api/session';
  const title = good ? (RESPONSES[asked] ?? 'response') : expected ? 'no session' : (code ?? 'refused');
  return arrow('relyingParty', callerOf(request), title, list(String(status), took), good || expected ? 'plain' : 'bad');
}

function verification(event: Event): Message {
  const report = ladderOf(event);
  if (!report) return note('relyingParty', 'Verification');
  const section = report.steps[0]?.section ?? '';
  if (report.verified) return note('relyingParty', `${section} verified`.trim(), count(report), 'good');
  const failed = report.steps.find((step) => step.outcome === 'failed');
  return note('relyingParty', failed ? `${failed.section} step ${failed.step} failed` : 'Not verified', failed?.name, 'bad');
}

function session(event: Event): string | undefined {
  const id = text(event, 'session');
  return id && `session ${id}…`;
}

function counted(event: Event): string | undefined {
  const counter = number(event, 'signCount');
  return counter === undefined ? undefined : `counter ${counter}`;
}

function forWhom(event: Event): string {
  const name = text(event, 'userName');
  return name ? ` for ${name}` : '';
}

function userName(event: Event): string | undefined {
  const name = inner(event, 'user', 'displayName') ?? inner(event, 'user', 'name');
  return typeof name === 'string' ? name : undefined;
}
