// @vitest-environment node
import { describe, expect, it } from 'vitest';
import type { Event, TimelineRelated } from '../bindings/types';
import { exchangeOf, nextPart } from './exchange';
import { actOf, asksForSearch } from './keys';

const event = (seq: number, kind: string, cause: number | null = null) => ({ seq, kind, cause }) as Event;
const around = (related: Partial<TimelineRelated>): TimelineRelated => ({ event: null, causes: [], effects: [], siblings: [], frames: [], ...related });

const returned = event(9, 'client.get.returned');
const request = event(12, 'rp.request', 9);
const verification = event(13, 'rp.verification', 12);
const bound = event(14, 'rp.session.bound', 12);
const response = event(15, 'rp.response', 12);

describe('the exchange', () => {
  const parts = [
    { name: 'Request', seq: 12 },
    { name: 'Verification', seq: 13 },
    { name: 'Answer', seq: 15 },
  ];

  it.each([
    ['request', around({ event: request, causes: [returned], effects: [verification, bound, response] })],
    ['verification', around({ event: verification, causes: [request, returned], siblings: [bound, response] })],
    ['answer', around({ event: response, causes: [request, returned], siblings: [verification, bound] })],
  ])('is the same from its %s', (_, related) => {
    expect(exchangeOf(related)).toEqual(parts);
  });

  it('of a command is command and answer', () => {
    const sent = event(3, 'client.command.sent', 2);
    const answered = event(7, 'client.command.answered', 3);
    const both = [
      { name: 'Command', seq: 3 },
      { name: 'Answer', seq: 7 },
    ];
    expect(exchangeOf(around({ event: sent, effects: [answered] }))).toEqual(both);
    expect(exchangeOf(around({ event: answered, causes: [sent] }))).toEqual(both);
  });

  it('is none for what stands alone', () => {
    expect(exchangeOf(around({ event: request }))).toEqual([]);
    expect(exchangeOf(around({ event: bound, causes: [request], siblings: [verification, response] }))).toEqual([]);
    expect(exchangeOf(around({}))).toEqual([]);
  });

  it('is gone round part by part', () => {
    expect([12, 13, 15, 99].map((seq) => nextPart(parts, seq))).toEqual([13, 15, 12, 12]);
    expect(nextPart([], 1)).toBeUndefined();
  });
});

describe('the keys', () => {
  const press = (key: string, held: string[] = []) => ({
    key,
    altKey: held.includes('Alt'),
    ctrlKey: held.includes('Control'),
    metaKey: held.includes('Meta'),
    getModifierState: (name: string) => held.includes(name),
  });

  it('act on what is read', () => {
    expect(['[', ']', 'r', 'c', 'x'].map((key) => actOf(press(key)))).toEqual(['cause', 'effect', 'exchange', 'copy', null]);
    expect(actOf(press('ArrowLeft', ['Alt']))).toBe('back');
    expect(actOf(press('ArrowRight', ['Alt']))).toBe('forward');
    expect(actOf(press('ArrowLeft'))).toBeNull();
  });

  it('work where brackets need AltGr, and leave the system its own', () => {
    expect(actOf(press('[', ['AltGraph', 'Alt', 'Control']))).toBe('cause');
    expect(actOf(press('c', ['Control']))).toBeNull();
    expect(actOf(press('c', ['Meta']))).toBeNull();
    expect(actOf(press('c', ['Alt']))).toBeNull();
  });

  it('find the search', () => {
    expect(asksForSearch(press('f', ['Control']), true)).toBe(true);
    expect(asksForSearch(press('F', ['Meta']), false)).toBe(true);
    expect(asksForSearch(press('/'), false)).toBe(true);
    expect(asksForSearch(press('/'), true)).toBe(false);
    expect(asksForSearch(press('f'), false)).toBe(false);
    expect(asksForSearch(press('f', ['Control', 'Alt']), false)).toBe(false);
  });
});
