import { plural } from '$kit/plural';
import type { Event } from '../bindings/types';
import { spanText } from '../head/spans';
import { left, list, member, named, number, record, strings, text } from './body';
import { arrow, note } from './draw';
import type { Builder, Message } from './present';

type Tone = Message['tone'];

/** How PIN synchronization and the ways to verify a person are drawn. */
export const PIN: Record<string, Builder> = {
  'device.enrolment.claimed': (event) => note('device', `Enrolment begins${named(rpName(event))}`, list(text(event, 'account'), digits(event))),
  'device.enrolment.made': (event) => note('device', `PIN enrolled${named(rpName(event))}`, text(event, 'account'), 'good'),
  'device.enrolment.forgotten': (event) => note('device', `Enrolment forgotten${named(rpName(event))}`, because(event, 'why'), 'warn'),

  'device.pin.exchange': (event) => note('device', EXCHANGES[text(event, 'purpose') ?? ''] ?? 'Exchange begins', withNumber('counter', number(event, 'syncCounter'))),
  'device.pin.synced': synced,
  'device.pin.acknowledged': (event) => note('device', 'Sync acknowledged', version(event)),
  'device.pin.answered': answered,
  'device.pin.refused': refused,
  'device.pin.unreachable': (event) => note('device', 'Relying party not reached', text(event, 'why'), 'warn'),
  'device.pin.state': state,
  'device.pin.offline': offline,
  'device.pin.push': push,
  'device.pin.stream': stream('device'),
  'device.verification.done': (event) =>
    note('device', `User verified by ${METHODS[text(event, 'method') ?? ''] ?? 'the device'}`, strings(member(event, 'rpIds')).join(', '), 'good'),
  'device.verification.impossible': (event) => note('device', IMPOSSIBLE, text(event, 'message') ?? text(event, 'reason'), 'bad'),
  'device.fingerprint.checked': fingerprint,
  'device.app.locked': (event) => note('device', 'App locked', because(event, 'by')),
  'device.app.unlocked': (event) => note('device', 'App unlocked', because(event, 'by')),
  'device.logon.answered': (event) => note('device', 'Logon code shown', text(event, 'workstation'), 'good'),
  'device.logon.refused': (event) => note('device', 'Logon challenge refused', text(event, 'message') ?? text(event, 'reason'), 'bad'),
  'device.settings.changed': () => note('device', 'Device settings changed'),

  'rp.pin.offered': (event) => note('relyingParty', `PIN enrolment offered${account(event)}`),
  'rp.pin.claimed': (event) => note('relyingParty', `Code claimed by ${text(event, 'deviceName') ?? 'a phone'}`, list(text(event, 'account'), digits(event))),
  'rp.pin.confirmed': (event) => note('relyingParty', `Enrolment confirmed${account(event)}`),
  'rp.pin.enrolled': (event) => note('relyingParty', `PIN enrolled${account(event)}`, undefined, 'good'),
  'rp.pin.checked': checked,
  'rp.pin.set': (event) => note('relyingParty', `${member(event, 'changed') === true ? 'PIN changed' : 'PIN set'}${account(event)}`, version(event)),
  'rp.pin.acknowledged': (event) => note('relyingParty', `Sync recorded${account(event)}`, list(version(event), offlineFailures(event))),
  'rp.pin.locked': (event) => note('relyingParty', `PIN locked${account(event)}`, because(event, 'why'), 'bad'),
  'rp.pin.reset': (event) => note('relyingParty', `PIN reset${account(event)}`, because(event, 'by'), 'warn'),
  'rp.pin.pushed': (event) => note('relyingParty', `Push sent${account(event)}`, phones(event)),
  'rp.pin.revoked': (event) => note('relyingParty', `Enrolment revoked${account(event)}`, because(event, 'by'), 'warn'),
  'rp.pin.streams': stream('relyingParty'),
  'rp.policy.changed': (event) => note('relyingParty', 'Policy changed', list(withNumber('version', number(event, 'version')), changes(event))),
  'rp.policy.refused': (event) => note('relyingParty', 'Policy refused', text(event, 'message'), 'bad'),
  'rp.factor.judged': factor,
  'rp.logon.begun': (event) => note('relyingParty', `Workstation logon begins${account(event)}`, text(event, 'workstation')),
  'rp.logon.finished': (event) => note('relyingParty', `Logged on at a workstation${account(event)}`, text(event, 'workstation'), 'good'),
  'rp.logon.refused': (event) => note('relyingParty', `Workstation logon refused${account(event)}`, because(event, 'reason'), 'bad'),
};

/** What an exchange is for. */
export const EXCHANGES: Record<string, string> = {
  sync: 'PIN sync begins',
  verify: 'Online PIN check begins',
  set: 'Setting a PIN begins',
  change: 'PIN change begins',
};

/** What came of the online part, where it went well; by its purpose. */
export const DONE: Record<string, string> = { verify: 'PIN matches, online', set: 'PIN set, online', change: 'PIN changed, online' };

/** What came of the online part, where it did not. */
export const RESULTS: Record<string, string> = {
  wrongPin: 'Wrong PIN, online',
  locked: 'PIN locked, says the relying party',
  noPin: 'No PIN is set',
  alreadySet: 'A PIN is set already',
  tooShort: 'New PIN refused: too short',
  tooLong: 'New PIN refused: too long',
  charset: 'New PIN refused: other characters',
  blocklisted: 'New PIN refused: too easy to guess',
  inHistory: 'New PIN refused: used before',
  samePin: 'New PIN refused: the same as now',
  offNow: 'PIN sync is off',
};

/** What a relying party signs when it refuses. */
export const REFUSALS: Record<string, string> = {
  pinLocked: 'Refused: the PIN is locked',
  offlineOff: 'Refused: offline checks are off',
  pinSyncOff: 'Refused: PIN sync is off',
  noPin: 'Refused: no PIN is set',
  signInFirst: 'Refused: nobody signed in since the reset',
  counterBack: 'Refused: the counter went back',
  busy: 'Refused: another exchange is open',
  revoked: 'Refused: the enrolment is revoked',
};

/** What the device did not believe. */
export const UNBELIEVED = 'Answer not accepted';
export const IMPOSSIBLE = 'No way to verify the user';

export const METHODS: Record<string, string> = { devicePin: 'the device’s PIN', syncedPin: 'the synced PIN', fingerprint: 'fingerprint', clientPin: 'the key’s PIN' };

/** Who or what brought it about. */
const WHYS: Record<string, string> = {
  app: 'in the app',
  selfService: 'at the self-service page',
  administrator: 'by an administrator',
  person: 'by the person',
  owner: 'by its owner',
  enrolledAnew: 'enrolled anew',
  replaced: 'enrolled anew',
  revoked: 'the relying party took it away',
  wiped: 'the device was wiped',
  powerUp: 'after the power came',
  powerCycle: 'after the power came back',
  settings: 'as its settings say',
  syncedPin: 'by the synced PIN',
  onlinePin: 'by the PIN, online',
  noEnrolment: 'there is no PIN to ask for',
  onlineAttemptsSpent: 'all online attempts are spent',
  logonWrong: 'the code is wrong',
  logonLocked: 'too many wrong codes',
};

export const STREAMS: Record<string, string> = { opened: 'Push stream opened', closed: 'Push stream closed', refused: 'Push stream refused' };

/** The tone of a state that a cache comes to. */
const STATES: Record<string, Tone> = { locked: 'bad', stale: 'warn', expired: 'warn', disabled: 'warn', expiring: 'warn' };

function synced(event: Event): Message {
  const validity = number(event, 'validitySeconds');
  if (validity === 0) return note('device', 'PIN synced: offline checks are off', version(event), 'warn');
  return note('device', 'PIN synced', list(version(event), validity === undefined ? undefined : `valid ${spanText(validity * 1000)}`), 'good');
}

function answered(event: Event): Message {
  const result = text(event, 'result') ?? '';
  if (result === 'ok') return note('device', DONE[text(event, 'purpose') ?? ''] ?? 'Done, online', version(event), 'good');
  return note('device', RESULTS[result] ?? 'Not done, online', attempts(event), result === 'locked' ? 'bad' : 'warn');
}

function refused(event: Event): Message {
  const reason = text(event, 'reason') ?? '';
  const message = text(event, 'message') ?? reason;
  return note('device', REFUSALS[reason] ?? UNBELIEVED, message, 'bad');
}

function state(event: Event): Message {
  const to = text(event, 'to') ?? 'unknown';
  const from = text(event, 'from');
  return note('device', `PIN cache: ${from ? `${from} → ` : ''}${to}`, text(event, 'reason'), STATES[to] ?? 'plain');
}

function offline(event: Event): Message {
  const matched = strings(member(event, 'matched'));
  if (matched.length > 0) return note('device', 'PIN, offline: match', matched.join(', '), 'good');
  const entries = member(event, 'enrolments');
  const asked = (Array.isArray(entries) ? entries : []).map(record).filter(({ outcome }) => outcome === 'noMatch');
  if (asked.length === 0) return note('device', 'PIN, offline: no cache may answer', undefined, 'bad');
  const tries = asked.map(({ triesLeft }) => (typeof triesLeft === 'number' ? triesLeft : undefined));
  const tone = tries.every((one) => one === 0) ? 'bad' : 'warn';
  const [only] = asked;
  if (asked.length > 1) {
    const each = asked.map(({ rpId }, index) => list(typeof rpId === 'string' ? rpId : undefined, left(tries[index])));
    return note('device', 'PIN, offline: no match', each.join(', '), tone);
  }
  const failures = only!.failures;
  const which = typeof failures === 'number' ? ` · try ${failures}` : '';
  return note('device', `PIN, offline: no match${which}`, left(tries[0]), tone);
}

function push(event: Event): Message {
  const what = text(event, 'kind') === 'beat' ? 'beat' : 'push';
  const news = member(event, 'news') === true ? 'news' : undefined;
  return arrow('relyingParty', 'device', what, list(version(event), news));
}

function stream(lane: 'device' | 'relyingParty'): Builder {
  return (event) => {
    const now = text(event, 'state') ?? '';
    return note(lane, STREAMS[now] ?? 'Push stream', text(event, 'why'), now === 'refused' ? 'warn' : 'plain');
  };
}

function fingerprint(event: Event): Message {
  if (member(event, 'matched') === true) return note('device', 'Fingerprint matches', undefined, 'good');
  if (member(event, 'locked') === true) return note('device', 'Fingerprint locked', 'the PIN instead', 'warn');
  return note('device', 'Fingerprint does not match', left(number(event, 'triesLeft')), 'warn');
}

function factor(event: Event): Message {
  const outcome = text(event, 'outcome');
  const message = text(event, 'message');
  if (outcome === 'passed') return note('relyingParty', `Factor accepted${account(event)}`, message, 'good');
  if (outcome === 'failed') return note('relyingParty', `Factor refused${account(event)}`, message, 'bad');
  return note('relyingParty', `Factor not judged${account(event)}`, message);
}

function checked(event: Event): Message {
  const title = member(event, 'matched') === true ? 'PIN matches' : 'Wrong PIN';
  if (title === 'PIN matches') return note('relyingParty', `${title}${account(event)}`, undefined, 'good');
  if (member(event, 'locked') === true) return note('relyingParty', `${title}${account(event)}`, 'now locked', 'bad');
  return note('relyingParty', `${title}${account(event)}`, attempts(event), 'warn');
}

const rpName = (event: Event) => text(event, 'rpName') ?? text(event, 'rpId');
const account = (event: Event) => named(text(event, 'account'));
const version = (event: Event) => withNumber('PIN version', number(event, 'pinVersion'));

/** A code in words; what is no known code stands as it is. */
function because(event: Event, name: string): string | undefined {
  const code = text(event, name);
  return code === undefined ? undefined : (WHYS[code] ?? code);
}

function digits(event: Event): string | undefined {
  const shown = text(event, 'digits');
  return shown && `digits ${shown}`;
}

function attempts(event: Event): string | undefined {
  const count = number(event, 'attemptsLeft');
  return count === undefined ? undefined : `${plural(count, 'attempt')} left`;
}

function offlineFailures(event: Event): string | undefined {
  const failures = number(event, 'failures');
  return failures ? `${failures} failed offline` : undefined;
}

function phones(event: Event): string | undefined {
  const ids = member(event, 'enrolmentIds');
  return Array.isArray(ids) ? `to ${plural(ids.length, 'phone')}` : undefined;
}

function changes(event: Event): string {
  const list = member(event, 'changes');
  return strings((Array.isArray(list) ? list : []).map((change) => record(change).member)).join(', ');
}

function withNumber(what: string, value: number | undefined): string | undefined {
  return value === undefined ? undefined : `${what} ${value}`;
}
