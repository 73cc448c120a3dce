// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { absentIn, answersOf, canWink, chaptersOf, doctorSays, memberNumber, pinAnswer, sorted } from './report';
import { factOf, findingOf, reportOf } from './keys.fixture';

const pin = reportOf().pin;

describe('what a key says', () => {
  it('is read in chapters, and nothing is left out', () => {
    const facts = [...Array.from({ length: 0x1f }, (_, index) => factOf(index + 1, `member ${index + 1}`)), factOf(0x2a, 'member 0x2A', { standing: 'unknown' }), { ...factOf(0, 'text'), number: null }];
    const chapters = chaptersOf(facts, true);
    const shown = chapters.flatMap((chapter) => chapter.facts);
    expect(new Set(shown).size).toBe(shown.length);
    expect(shown).toHaveLength(facts.length);
    expect(chapters.at(-1)!.facts.map(({ number }) => number)).toContain(0x2a);
  });

  it('leaves out what is not told until it is wanted', () => {
    const { facts } = reportOf();
    expect(absentIn(facts)).toBe(1);
    expect(chaptersOf(facts, false).flatMap((chapter) => chapter.facts.map(({ name }) => name))).toEqual(['versions', 'aaguid', 'options']);
    expect(chaptersOf(facts, true).map(({ title }) => title)).toContain('How it verifies its user');
  });

  it('counts members as the specification does', () => {
    expect([memberNumber(13), memberNumber(0x1f), memberNumber(300), memberNumber(null)]).toEqual(['0x0d', '0x1f', '0x12c', null]);
  });
});

describe('the short answers', () => {
  const answers = (options: unknown, versions: unknown = ['FIDO_2_0', 'U2F_V2', 'FIDO_2_1']) =>
    Object.fromEntries(answersOf(reportOf({ facts: [factOf(1, 'versions', { value: versions }), factOf(4, 'options', { value: options })] })).map(({ id, answer }) => [id, answer]));

  it('say what most people ask', () => {
    expect(answers({ rk: true, uv: true })).toMatchObject({ passkeys: 'keeps them', itself: 'verifies its user', pin: 'set · 8 tries left' });
    expect(answers({ rk: false, uv: false })).toMatchObject({ passkeys: 'cannot keep them', itself: 'nothing enrolled' });
  });

  it('survive an answer that makes no sense', () => {
    for (const strange of [null, 7, 'x', [], { rk: 'yes' }]) expect(answers(strange, strange)).toMatchObject({ passkeys: 'cannot keep them', itself: 'touch only' });
  });

  it('name the newest version that the key speaks', () => {
    expect(answers({}, ['FIDO_2_0', 'U2F_V2'])).toMatchObject({ fido: 'FIDO_2_0' });
    expect(answers({}, ['U2F_V2'])).toMatchObject({ fido: 'U2F_V2' });
  });

  it('tell how the PIN stands, the worst first', () => {
    const of = (more: Partial<typeof pin>) => pinAnswer({ pin: { ...pin, ...more } });
    expect(of({ supported: false, set: false })).toMatchObject({ answer: 'has none', tone: 'plain' });
    expect(of({ set: false })).toMatchObject({ answer: 'not set yet' });
    expect(of({ retries: 0 })).toMatchObject({ answer: 'blocked', tone: 'bad' });
    expect(of({ retries: 5, powerCycleNeeded: true })).toMatchObject({ answer: 'unplug it first' });
    expect(of({ retries: null })).toMatchObject({ answer: 'set', tone: 'good' });
    expect(of({ retries: 1 })).toMatchObject({ answer: 'set · 1 try left', tone: 'warn' });
  });
});

it('lets a key show itself where it can, or may', () => {
  expect(canWink(undefined)).toBe(true);
  expect(canWink(reportOf({ init: null }))).toBe(true);
  expect(canWink(reportOf())).toBe(true);
  expect(canWink(reportOf({ init: { ...reportOf().init!, capabilities: 4 } }))).toBe(false);
});

it('puts what stands in the way first', () => {
  const findings = [findingOf('a'), findingOf('b', { state: 'unknown' }), findingOf('c', { state: 'problem' })];
  expect(sorted(findings).map(({ what }) => what)).toEqual(['c', 'b', 'a']);
  expect(doctorSays(findings)).toBe('1 thing stands in the way. The commands below mend that.');
  expect(doctorSays(findings.slice(0, 2))).toBe('Nothing stands in the way of keys on this machine.');
});
