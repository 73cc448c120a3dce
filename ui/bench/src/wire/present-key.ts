import { plural } from '$kit/plural';
import type { Event } from '../bindings/types';
import { list, member, named, number, text } from './body';
import { arrow, divider, note } from './draw';
import type { Builder, Message } from './present';

/** How CTAPHID reports are drawn, a key's own PIN, and keys that come and go. */
export const KEY: Record<string, Builder> = {
  'client.hid.sent': (event) => frame(event, 'sent'),
  'client.hid.received': (event) => frame(event, 'received'),
  'client.key-pin.asked': (event) => note('client', KEY_PIN[text(event, 'purpose') ?? ''] ?? 'Asks for the PIN of the key', triesLeft(event), member(event, 'wrong') === true ? 'warn' : 'plain'),
  'client.key-pin.answered': (event) => note('client', ...(ENTERED[text(event, 'outcome') ?? ''] ?? ['PIN of the key entered'])),
  'bench.key.plugged': (event) => divider(`Key plugged in${named(text(event, 'name'))}`, text(event, 'path')),
  'bench.key.unplugged': (event) => divider(`Key unplugged${named(text(event, 'name'))}`, text(event, 'path'), 'warn'),
  'bench.key.winked': (event) => divider(`Key shows itself${named(text(event, 'name'))}`),
  'device.plugged': (event) => note('device', 'Plugged in as a key', WAYS[text(event, 'way') ?? '']),
  'device.unplugged': () => note('device', 'Unplugged', undefined, 'warn'),
  'device.winked': () => note('device', 'Shows which one it is'),
};

const WAYS: Record<string, string> = { hid: 'USB', udp: 'UDP' };

const KEY_PIN: Record<string, string> = { set: 'Asks for a first PIN for the key', change: 'Asks for a new PIN for the key' };

const ENTERED: Record<string, [title: string, note?: string, tone?: Message['tone']]> = {
  entered: ['PIN of the key entered'],
  declined: ['No PIN of the key given', undefined, 'warn'],
};

/** What the key says while it has no answer yet. */
const KEEPALIVES: Record<string, string> = { processing: 'works', upNeeded: 'waits for a touch' };

/** A report on its way: its command, or its place in a message of several. */
function frame(event: Event, way: 'sent' | 'received'): Message {
  const command = text(event, 'command');
  const sequence = number(event, 'sequence');
  const title = command ? (command.startsWith('0x') ? `CTAPHID ${command}` : `CTAPHID_${command}`) : sequence === undefined ? 'CTAPHID report' : `continued, ${sequence}`;
  const words = list(frameNote(event), text(event, 'channel') && `channel ${text(event, 'channel')}`) || undefined;
  const tone = text(event, 'error') ? 'bad' : member(event, 'foreign') === true ? 'warn' : 'plain';
  const [from, to] = way === 'sent' ? (['client', 'device'] as const) : (['device', 'client'] as const);
  return { ...arrow(from, to, title, words, tone), rank: 'frame' };
}

/** What a report carries, beside its command. */
export function frameNote(event: Event): string {
  const status = text(event, 'status');
  const before = number(event, 'keepalivesBefore');
  const length = number(event, 'length');
  return list(
    text(event, 'error'),
    status && (KEEPALIVES[status] ?? status),
    member(event, 'foreign') === true ? 'for another channel' : undefined,
    status || text(event, 'error') || length === undefined ? undefined : plural(length, 'byte'),
    before === undefined ? undefined : `after ${plural(before, 'more keepalive', 'more keepalives')}`,
  );
}

function triesLeft(event: Event): string | undefined {
  const tries = number(event, 'retries');
  return tries === undefined ? undefined : `${plural(tries, 'try', 'tries')} left`;
}
