// @vitest-environment node
import { describe, expect, it } from 'vitest';
import type { Event } from '../bindings/types';
import { frameOf, framesOf } from './frames';

const report = (...head: number[]) => Uint8Array.from({ length: 64 }, (_, at) => head[at] ?? 0xaa);

/** A message of 70 bytes: 57 in the report that begins it, 13 in the next. */
const first = report(0x1a, 0x2b, 0x3c, 0x4d, 0x90, 0, 70);
const second = report(0x1a, 0x2b, 0x3c, 0x4d, 0);
const keepalive = report(0x1a, 0x2b, 0x3c, 0x4d, 0xbb, 0, 1, 2);

describe('a report', () => {
  it('that begins a message names its command and the length of the whole', () => {
    const frame = frameOf(4, true, first, 0)!;
    expect(frame).toMatchObject({ seq: 4, sent: true, channel: '1a2b3c4d', what: 'CBOR', begins: true, head: 7 });
    expect(frame.payload).toHaveLength(57);
  });

  it('that goes on holds what the message still lacks, and padding after it', () => {
    const frame = frameOf(5, true, second, 13)!;
    expect(frame).toMatchObject({ what: '0', begins: false, head: 5 });
    expect(frame.payload).toHaveLength(13);
    expect(frameOf(5, true, second, 200)!.payload).toHaveLength(59);
    expect(frameOf(5, true, second, -1)!.payload).toHaveLength(0);
  });

  it('that claims more than a report can hold is cut at its end', () => {
    expect(frameOf(1, false, report(0, 0, 0, 1, 0x90, 0xff, 0xff), 0)!.payload).toHaveLength(57);
  });

  it('with a command that nobody named shows its number', () => {
    expect(frameOf(1, false, report(0, 0, 0, 1, 0xc1, 0, 0), 0)!.what).toBe('0x41');
  });

  it('is none when it is too short to have a head', () => {
    expect(frameOf(1, false, new Uint8Array(6), 0)).toBeNull();
  });
});

it('counts what a message lacks each way by itself, keepalives left out', () => {
  const events = [
    ['sent', first],
    ['sent', second],
    ['received', keepalive],
    ['received', first],
    ['received', keepalive],
    ['received', second],
  ] as const;
  const raws = new Map(events.map(([, raw], index) => [index + 1, raw]));
  const all = events.map(([way], index) => ({ seq: index + 1, kind: `client.hid.${way}` }) as Event);
  const frames = framesOf(all, ({ seq }) => raws.get(seq) ?? null);
  expect(frames.map(({ what, payload }) => [what, payload.length])).toEqual([
    ['CBOR', 57],
    ['0', 13],
    ['KEEPALIVE', 1],
    ['CBOR', 57],
    ['KEEPALIVE', 1],
    ['0', 13],
  ]);
  expect(framesOf(all, () => null)).toEqual([]);
});
