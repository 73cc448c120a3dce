import type { Event } from '../bindings/types';

/** The kinds of event that are CTAPHID reports. */
export const isFrame = (event: Pick<Event, 'kind'>): boolean => event.kind.startsWith('client.hid.');

/** A CTAPHID report, taken apart (CTAP 2.3 §11.2.4). */
export interface Frame {
  seq: number;
  /** To the key, or from it. */
  sent: boolean;
  /** Eight hexadecimal digits. */
  channel: string;
  /** "CBOR", or the place of a continuation: "1". */
  what: string;
  /** Whether it begins a message. */
  begins: boolean;
  /** What stands beside it: the length of the message, what a keepalive says. */
  payload: Uint8Array;
  /** What the report holds before and after that, in bytes. */
  head: number;
}

/** Bytes before the payload of a report that begins a message, and of one that goes on. */
const [INIT_HEAD, NEXT_HEAD] = [7, 5];

const COMMANDS: Record<number, string> = { 0x01: 'PING', 0x03: 'MSG', 0x04: 'LOCK', 0x06: 'INIT', 0x08: 'WINK', 0x10: 'CBOR', 0x11: 'CANCEL', 0x3b: 'KEEPALIVE', 0x3f: 'ERROR' };

/** A report's parts by its bytes alone; none where they are no report. `left` is what the message still lacks, in bytes. */
export function frameOf(seq: number, sent: boolean, report: Uint8Array, left: number): Frame | null {
  if (report.length < INIT_HEAD) return null;
  const hex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  const fifth = report[4]!;
  const begins = (fifth & 0x80) !== 0;
  const head = begins ? INIT_HEAD : NEXT_HEAD;
  const wanted = begins ? report[5]! * 256 + report[6]! : Math.max(0, left);
  const code = fifth & 0x7f;
  return {
    seq,
    sent,
    channel: hex(report.subarray(0, 4)),
    what: begins ? (COMMANDS[code] ?? `0x${code.toString(16).padStart(2, '0')}`) : String(code),
    begins,
    payload: report.subarray(head, Math.min(report.length, head + wanted)),
    head,
  };
}

/** The reports of a command in their order. What a message still lacks is counted on, each way by itself. */
export function framesOf(events: readonly Event[], bytesOf: (event: Event) => Uint8Array | null): Frame[] {
  const left = { sent: 0, received: 0 };
  return events.flatMap((event) => {
    const raw = bytesOf(event);
    const sent = event.kind === 'client.hid.sent';
    const way = sent ? 'sent' : 'received';
    const frame = raw && frameOf(event.seq, sent, raw, left[way]);
    if (!frame) return [];
    // A keepalive comes between the reports of no message: what is lacking stays.
    if (frame.begins && frame.what !== 'KEEPALIVE') left[way] = raw[5]! * 256 + raw[6]!;
    if (frame.what !== 'KEEPALIVE') left[way] = Math.max(0, left[way] - frame.payload.length);
    return [frame];
  });
}
