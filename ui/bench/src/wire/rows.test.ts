// @vitest-environment node
import { describe, expect, it } from 'vitest';
import type { Event } from '../bindings/types';
import { HEIGHTS, moved, rowOf } from './rows';

const event = (kind: string, wall: number) => ({ seq: 1, kind, wall, party: 'bench', body: {} }) as Event;
const nothing = () => undefined;

describe('a row', () => {
  it('tells the time where a stretch begins, not within it', () => {
    const first = event('rp.request', 0);
    expect(rowOf(first, undefined, nothing).time).toMatch(/^\d\d:\d\d:\d\d$/);
    expect(rowOf(event('rp.response', 2000), first, nothing).time).toBeNull();
    expect(rowOf(event('rp.request', 2001), first, nothing).time).not.toBeNull();
  });

  it('is as high as its shape needs', () => {
    expect(rowOf(event('rp.request', 0), undefined, nothing).height).toBe(HEIGHTS.message);
    expect(rowOf(event('device.pin.set', 0), undefined, nothing).height).toBe(HEIGHTS.note);
    expect(rowOf(event('bench.started', 0), undefined, nothing).height).toBe(HEIGHTS.divider);
  });
});

describe('the selection', () => {
  it('starts at the newest and stops at both ends', () => {
    expect(moved('ArrowUp', null, 5)).toBe(4);
    expect(moved('ArrowDown', 4, 5)).toBe(4);
    expect(moved('ArrowUp', 0, 5)).toBe(0);
    expect(moved('PageUp', 3, 50)).toBe(0);
    expect(moved('PageDown', 45, 50)).toBe(49);
    expect(moved('Home', 3, 5)).toBe(0);
    expect(moved('End', 0, 5)).toBe(4);
  });

  it('stays for other keys and in an empty wire', () => {
    expect(moved('a', 3, 5)).toBeNull();
    expect(moved('ArrowDown', null, 0)).toBeNull();
  });
});
