import { describe, expect, it } from 'vitest';
import type { StepState } from '../bindings/types';
import {
  PRIMARY,
  cardLine,
  checkSign,
  differenceOf,
  eventOf,
  lostWith,
  movedCard,
  passedText,
  primaryOf,
  progress,
  shownStep,
  signOf,
  standing,
  underWay,
} from './player';
import { check, deskOf, step, walk } from './stage.fixture';

const passed = step(1, 'passed');
const current = step(2, 'current');
const ahead = step(3, 'ahead');
const failed = step(2, 'failed', { sentence: 'The sign counter is 0, not at least 1.' });

describe('how far a walk has come', () => {
  it('counts the steps that held', () => {
    expect(progress(walk([passed, current, ahead]))).toEqual({ done: 1, of: 3, share: 1 / 3, text: '2 of 3' });
    expect(progress(walk([passed, step(2, 'passed')], { verdict: 'passed', position: 2 }))).toMatchObject({ share: 1, text: '2 of 2' });
    expect(progress(walk([passed, failed, step(3, 'skipped')], { verdict: 'failed' }))).toMatchObject({ done: 1, text: '2 of 3' });
    expect(progress(walk([]))).toMatchObject({ share: 0, text: '0 of 0' });
  });

  it('takes the next step for the current one before it is begun, unless the bench is still set up', () => {
    const waiting = walk([passed, step(2, 'ahead'), ahead], { position: 1 });
    expect(waiting.steps.map((one) => standing(waiting, one))).toEqual(['passed', 'current', 'ahead']);
    const preparing = { ...waiting, preparing: true };
    expect(preparing.steps.map((one) => standing(preparing, one))).toEqual(['passed', 'ahead', 'ahead']);
    const over = walk([passed, failed, step(3, 'skipped')], { verdict: 'failed', position: 1 });
    expect(over.steps.map((one) => standing(over, one))).toEqual(['passed', 'failed', 'skipped']);
  });

  it('opens the step that failed, else the next one, else the last', () => {
    expect(shownStep(walk([passed, failed, step(3, 'skipped')]))?.number).toBe(2);
    expect(shownStep(walk([passed, current, ahead]))?.number).toBe(2);
    expect(shownStep(walk([step(1, 'ahead'), ahead], { position: 0 }))?.number).toBe(1);
    expect(shownStep(walk([passed, step(2, 'passed')], { position: 2 }))?.number).toBe(2);
    expect(shownStep(walk([]))).toBeNull();
  });
});

it('says at the end how much held, and how long it took', () => {
  const done = walk([step(1, 'passed', { checks: [check(), check()] }), step(2, 'passed')], { verdict: 'passed', tookMillis: 4200 });
  expect(passedText(done)).toBe('2 steps, 2 checks as expected in 4 s');
  expect(passedText(walk([step(1, 'passed', { checks: [check()] })], { verdict: 'passed' }))).toBe('1 step, 1 check as expected');
});

describe('a step’s card', () => {
  it('says what is expected, then what came of it', () => {
    const two = [check(), check({ expected: 'prompt touch' })];
    expect(cardLine(step(1, 'ahead', { checks: two }))).toBe('expect: rp.session.bound: account is alice and 1 more');
    expect(cardLine(step(1, 'current', { checks: [check()] }))).toBe('expect: rp.session.bound: account is alice');
    expect(cardLine(step(1, 'current'))).toBe('Touch phone.');
    expect(cardLine(step(1, 'passed', { checks: two }))).toBe('2 of 2 as expected');
    expect(cardLine(step(1, 'passed', { checks: [check()] }))).toBe('rp.session.bound: account is alice');
    expect(cardLine(passed)).toBe('done');
    expect(cardLine(failed)).toBe('The sign counter is 0, not at least 1.');
    expect(cardLine(step(3, 'skipped'))).toBe('not done');
  });

  it('has a sign for each outcome, so that colour is never alone', () => {
    expect(['passed', 'failed', 'current', 'skipped'].map((outcome) => signOf({ outcome: outcome as StepState['outcome'] }))).toEqual(['✓', '✕', '▸', '–']);
    expect([true, false, null].map((held) => checkSign({ held }))).toEqual(['✓', '✕', '○']);
  });
});

describe('a step that failed', () => {
  const held = check({ held: true, event: 40 });
  const broken = check({ held: false, event: 41, difference: 'The account is bob, not alice.' });

  it('points at the event that shows it', () => {
    expect(eventOf(step(1, 'failed', { checks: [held, broken], last: 50 }))).toBe(41);
    expect(eventOf(step(1, 'failed', { checks: [held], last: 50, first: 30 }))).toBe(50);
    expect(eventOf(step(1, 'failed', { first: 30 }))).toBe(30);
    expect(eventOf(step(1, 'failed'))).toBeNull();
  });

  it('says what differs', () => {
    expect(differenceOf(failed)).toBe('The sign counter is 0, not at least 1.');
    expect(differenceOf(step(1, 'failed', { failure: 'Nobody asks for a touch.' }))).toBe('Nobody asks for a touch.');
    expect(differenceOf(step(1, 'failed', { checks: [held, broken] }))).toBe('The account is bob, not alice.');
    expect(differenceOf(step(1, 'failed'))).toBe('The step was not as expected.');
  });
});

describe('the gold button', () => {
  it('is always the next step', () => {
    const running = walk([passed, current]);
    expect(primaryOf(null)).toBe('pick');
    expect(primaryOf(deskOf())).toBe('pick');
    expect(primaryOf(deskOf({ showing: 'recording' }))).toBe('save');
    expect(primaryOf(deskOf({ showing: 'walk', walk: running }))).toBe('step');
    expect(primaryOf(deskOf({ showing: 'walk', walk: { ...running, preparing: true } }))).toBe('preparing');
    expect(primaryOf(deskOf({ showing: 'walk', walk: { ...running, playing: true } }))).toBe('pause');
    expect(primaryOf(deskOf({ showing: 'walk', walk: { ...running, mode: 'youDoIt' } }))).toBe('do-it');
    expect(primaryOf(deskOf({ showing: 'walk', walk: { ...running, verdict: 'passed' } }))).toBe('next');
    expect(primaryOf(deskOf({ showing: 'walk', walk: { ...running, verdict: 'failed', playing: true } }))).toBe('restart');
    const stuck = { ...running, problem: { code: 'machineRefused', message: 'No port is free.' } };
    expect(primaryOf(deskOf({ showing: 'walk', walk: stuck }))).toBe('restart');
    for (const words of Object.values(PRIMARY)) expect(words).not.toBe('');
  });

  it('knows what is lost with a run: what was done so far, or the proof of what failed', () => {
    expect(lostWith(walk([passed, current]), false)).toBe('run');
    expect(lostWith(walk([step(1, 'current'), ahead]), false)).toBeNull();
    expect(lostWith(walk([passed, failed], { verdict: 'failed' }), false)).toBe('proof');
    expect(lostWith(walk([passed, failed], { verdict: 'failed' }), true)).toBeNull();
    expect(lostWith(walk([passed], { verdict: 'passed' }), false)).toBeNull();
  });

  it('asks before a run is thrown away, and only then', () => {
    expect(underWay(walk([passed, current]))).toBe(true);
    expect(underWay(walk([step(1, 'current'), ahead]))).toBe(false);
    expect(underWay(walk([passed, failed], { verdict: 'failed' }))).toBe(false);
  });
});

it('moves between cards and stops at the ends', () => {
  expect(movedCard('ArrowRight', 0, 3)).toBe(1);
  expect(movedCard('ArrowRight', 2, 3)).toBeNull();
  expect(movedCard('ArrowLeft', 0, 3)).toBeNull();
  expect(movedCard('End', 0, 3)).toBe(2);
  expect(movedCard('x', 0, 3)).toBeNull();
});
