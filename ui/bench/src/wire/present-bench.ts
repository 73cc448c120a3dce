import { plural } from '$kit/plural';
import type { ClockMotion, Event, NetworkState } from '../bindings/types';
import { shortTime } from '../head/clock';
import { networkText } from '../head/network';
import { spanText } from '../head/spans';
import { inner, list, member, named, number, record, strings, text } from './body';
import { divider } from './draw';
import type { Builder, Divider } from './present';

/** How the bench's own events are drawn: what the tester did to it, and the walk that is played. */
export const BENCH: Record<string, Builder> = {
  'bench.started': () => divider('Bench started'),
  'bench.device.added': (event) => divider(`Device added${named(text(event, 'name'))}`),
  'bench.device.renamed': (event) => divider(`Device renamed${named(text(event, 'name'))}`),
  'bench.device.picked': (event) => divider(`Device in use${named(text(event, 'name'))}`),
  'bench.device.removed': (event) => divider(`Device removed${named(text(event, 'name'))}`),
  'bench.device.powerCycled': (event) => divider(`Power cut${named(text(event, 'name'))}`, undefined, 'warn'),
  'bench.device.cloned': (event) => divider('Passkeys copied to another device', counted(number(event, 'passkeys'), 'passkey'), 'warn'),

  'bench.enrolments.copied': (event) => divider('Enrolments copied to another device', counted(number(event, 'enrolments'), 'enrolment'), 'warn'),
  'bench.push.forged': () => divider('Push forged', undefined, 'warn'),
  'bench.stores.kept': () => divider('Stores kept, to be put back later'),
  'bench.stores.restored': (event) => divider(`Put back as it was: ${STORES[text(event, 'which') ?? ''] ?? 'a store'}`, undefined, 'warn'),

  'bench.clock.moved': clockMoved,
  'bench.network.set': networkSet('Network'),
  'bench.deviceNetwork.set': networkSet('Device network'),
  'bench.network.lost': (event) => divider(`Lost on the way: ${half(event)}`, undefined, 'warn'),
  'bench.relyingParty.added': (event) => divider(`Relying party added${named(text(event, 'name'))}`, text(event, 'rpId')),
  'bench.relyingParty.removed': (event) => divider(`Relying party removed${named(text(event, 'name'))}`, text(event, 'rpId')),
  'bench.relyingParty.restarted': () => divider('Relying party started again', undefined, 'warn'),
  'bench.fault.armed': faultArmed,
  'bench.fault.applied': faultApplied,
  'bench.fault.missed': (event) => divider(`Fault did not fit: ${half(event)}`, text(event, 'reason'), 'bad'),
  'bench.fault.disarmed': (event) => divider(text(event, 'why') === 'spent' ? `Fault spent: ${half(event)}` : `Fault disarmed: ${half(event)}`),

  'bench.walk.started': (event) => ({ ...divider(text(event, 'title') ?? 'Walk'), rank: 'walk' }),
  'bench.walk.step': walkStep,
  'bench.walk.ended': walkEnded,
};

const PARTIES: Record<string, string> = { device: 'device', client: 'client', relyingParty: 'relying party' };

/** Which of a device's stores. */
const STORES: Record<string, string> = { vault: 'the vault', keyring: 'the keyring', both: 'vault and keyring' };

/** What became of a message, by the kind of the fault's effect. */
const EFFECTS: Record<string, string> = {
  drop: 'Dropped',
  delay: 'Delayed',
  duplicate: 'Sent twice',
  tamper: 'Changed',
  replay: 'Replaced by an earlier one',
};

/** The same before it happens. */
const WILL: Record<string, string> = {
  drop: 'drop',
  delay: 'delay',
  duplicate: 'send twice',
  tamper: 'change',
  replay: 'replace by an earlier one',
};

/** The longest value of a field that is drawn, in characters. */
const LONG = 14;

function clockMoved(event: Event): Divider {
  const named = strings(member(event, 'parties')).map((party) => PARTIES[party] ?? party);
  const whose = named.length === 0 || named.length === 3 ? 'Clocks' : `Clock of the ${named.join(' and the ')}`;
  const shown = Object.values(record(member(event, 'now'))).find((time): time is number => typeof time === 'number');
  const now = shown === undefined ? undefined : nowText(shown);
  const motion = record(member(event, 'motion')) as Partial<ClockMotion> & Record<string, unknown>;
  const millis = typeof motion.millis === 'number' ? motion.millis : 0;
  switch (motion.kind) {
    case 'skip':
      return divider(`${whose}: ${spanText(millis)} forward`, now, 'warn');
    case 'back':
      return divider(`${whose}: ${spanText(millis)} back`, now, 'warn');
    case 'set':
      return divider(`${whose}: set`, now, 'warn');
    case 'run':
      return divider(motion.rate === 0 ? `${whose}: standing still` : `${whose}: running ×${String(motion.rate)}`, now, 'warn');
    case 'reset':
      return divider(`${whose}: back to real time`, now);
    default:
      return divider(`${whose}: moved`, now, 'warn');
  }
}

/** "now 22 Nov, 20:02". */
function nowText(at: number): string {
  const { day, time } = shortTime(at);
  return `now ${day} ${time}`;
}

function networkSet(which: string): Builder {
  return (event) => {
    const kind = inner(event, 'state', 'kind');
    if (kind === 'online') return divider(`${which}: online`);
    return divider(`${which}: ${networkName(member(event, 'state'))}`, undefined, 'warn');
  };
}

/** A state that this window does not know is called by its kind. */
function networkName(state: unknown): string {
  try {
    return networkText(state as NetworkState);
  } catch {
    return String(record(state).kind ?? 'changed');
  }
}

function faultArmed(event: Event): Divider {
  const fault = record(member(event, 'fault'));
  const effect = record(fault.effect);
  const what = WILL[String(effect.kind)] ?? 'change';
  const field = typeof effect.field === 'string' ? `${effect.field} of ` : '';
  const times = typeof fault.times === 'number' && fault.times > 1 ? `${fault.times} times` : undefined;
  return divider(`Fault armed: ${what} ${field}${halfOf(fault)}`, times, 'warn');
}

function faultApplied(event: Event): Divider {
  const done = EFFECTS[text(event, 'effect') ?? ''] ?? 'Fault happened';
  const field = text(event, 'field');
  const change = field && list(field, changeOf(member(event, 'before'), member(event, 'after')));
  return divider(`${done}: ${half(event)}`, change, 'warn');
}

function changeOf(before: unknown, after: unknown): string | undefined {
  if (before === undefined && after === undefined) return undefined;
  return `${brief(before)} → ${brief(after)}`;
}

function brief(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  const words = typeof value === 'string' ? value : JSON.stringify(value);
  return words.length > LONG ? `${words.slice(0, LONG - 1)}…` : words;
}

function half(event: Event): string {
  return halfOf(record(event.body));
}

function halfOf(fault: Record<string, unknown>): string {
  const message = typeof fault.message === 'string' ? fault.message : 'a message';
  return fault.direction === 'response' ? `answer to ${message}` : message;
}

function walkStep(event: Event): Divider {
  const number = member(event, 'number');
  const title = text(event, 'title') ?? 'Step';
  return { ...divider(typeof number === 'number' ? `${number} · ${title}` : title), rank: 'step' };
}

function walkEnded(event: Event): Divider {
  const verdict = text(event, 'verdict');
  if (verdict === 'passed') return { ...divider('Walk passed', undefined, 'good'), rank: 'walk' };
  if (verdict === 'failed') return { ...divider('Walk failed', undefined, 'bad'), rank: 'walk' };
  return { ...divider(`Walk ended${named(verdict)}`, undefined, 'warn'), rank: 'walk' };
}

function counted(count: number | undefined, what: string): string | undefined {
  return count === undefined ? undefined : plural(count, what);
}
