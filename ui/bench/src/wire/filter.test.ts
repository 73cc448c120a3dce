// @vitest-environment node
import { describe, expect, it } from 'vitest';
import type { DeviceSummary } from '../bindings/types';
import { ALL, conditionsOf, isAll, jumpOf, queryOf, toggled } from './filter';

const devices = [{ id: 'a', name: 'Phone A' }] as DeviceSummary[];

describe('a filter', () => {
  it('asks for nothing while everything is wanted', () => {
    expect(isAll(ALL)).toBe(true);
    expect(queryOf(ALL)).toBeNull();
    expect(queryOf({ ...ALL, text: '   ' })).toBeNull();
  });

  it('hands its conditions to the bench, the text without space around it', () => {
    const filter = { ...ALL, parties: ['device' as const], failed: true, text: ' alice ' };
    const { frames: _, ...asked } = filter;
    expect(queryOf(filter)).toEqual({ ...asked, text: 'alice', words: [] });
  });

  it('never asks for a longer text than the bench takes', () => {
    expect(queryOf({ ...ALL, text: 'a'.repeat(500) })!.text).toHaveLength(200);
  });

  it('leaves reports out until they are wanted, and asks only where there are some', () => {
    const others = ['messages', 'prompts', 'verification', 'records', 'bench'];
    expect(queryOf(ALL, true)!.groups).toEqual(others);
    expect(isAll(ALL)).toBe(true);
    expect(queryOf({ ...ALL, frames: true }, true)).toBeNull();
    expect(queryOf({ ...ALL, failed: true }, true)!.groups).toEqual(others);
    expect(queryOf({ ...ALL, failed: true, frames: true }, true)!.groups).toEqual([]);
    expect(queryOf({ ...ALL, groups: ['messages'], frames: true }, true)!.groups).toEqual(['messages', 'frames']);
    expect(queryOf({ ...ALL, groups: ['messages'] }, true)!.groups).toEqual(['messages']);
  });

  it('names each condition and what is left without it', () => {
    const filter = { parties: ['device' as const, 'bench' as const], groups: ['prompts' as const], failed: true, deliberate: true, device: 'a', text: 'x', frames: true };
    const conditions = conditionsOf(filter, devices);
    expect(conditions.map(({ name }) => name)).toEqual(['Device', 'Bench', 'Prompts and PIN', 'told by Phone A', 'failed', 'on purpose', 'with frames']);
    let left = filter as typeof ALL;
    for (let one = conditionsOf(left, devices)[0]; one; one = conditionsOf(left, devices)[0]) left = one.without;
    expect(left).toEqual({ ...ALL, text: 'x' });
  });

  it('says that a device is gone', () => {
    expect(conditionsOf({ ...ALL, device: 'b' }, devices)[0]!.name).toBe('told by a removed device');
  });

  it('takes "#12" for an event and not for text', () => {
    expect(['#12', ' #7 ', '#', '12', '#1a', '#12345678901'].map(jumpOf)).toEqual([12, 7, null, null, null, null]);
    expect(queryOf({ ...ALL, text: '#12' })).toBeNull();
    expect(queryOf({ ...ALL, text: '#' })).toBeNull();
    expect(queryOf({ ...ALL, text: '#1a' })!.text).toBe('#1a');
    expect(queryOf({ ...ALL, text: '#12', failed: true })!.text).toBe('');
  });

  it('turns choices on and off', () => {
    expect(toggled(['a'], 'b')).toEqual(['a', 'b']);
    expect(toggled(['a', 'b'], 'a')).toEqual(['b']);
  });
});

describe('the words of the wire', () => {
  it('stand for what is behind them', () => {
    expect(queryOf({ ...ALL, text: 'wrong pin' })!.words).toEqual([
      { kind: 'device.pin.checked', at: '/matched', value: false },
      { kind: 'rp.pin.checked', at: '/matched', value: false },
      { kind: 'device.pin.answered', at: '/result', value: 'wrongPin' },
    ]);
    expect(queryOf({ ...ALL, text: 'Asks for a TOUCH' })!.words).toEqual([{ kind: 'device.prompt.shown', at: '/prompt/kind', value: 'touch' }]);
    expect(queryOf({ ...ALL, text: 'passkey deleted' })!.words).toEqual([{ kind: 'device.passkey.deleted', at: null, value: null }]);
  });

  it('are not guessed from two letters, and never more than the bench takes', () => {
    expect(queryOf({ ...ALL, text: 'pi' })!.words).toEqual([]);
    for (const text of ['the', 'ass', 'ed ', 'n t']) expect(queryOf({ ...ALL, text })!.words.length).toBeLessThanOrEqual(100);
  });
});
