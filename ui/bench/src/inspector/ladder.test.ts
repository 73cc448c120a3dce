// @vitest-environment node
import { describe, expect, it } from 'vitest';
import type { Event, VerificationStep } from '../bindings/types';
import { count, ladderOf, signOf, verdict } from './ladder';

const step = (number: number, outcome: string, actual: string | null = null): VerificationStep => ({
  section: '7.2',
  step: number,
  name: `check ${number}`,
  outcome,
  expected: null,
  actual,
});

describe('the ladder', () => {
  it('says that all holds', () => {
    const report = { verified: true, steps: [step(1, 'passed'), step(2, 'notApplicable'), step(3, 'passed')] };
    expect(verdict(report)).toBe('7.2 · verified');
    expect(count(report)).toBe('2 passed, 1 not applicable');
  });

  it('names the first step that failed', () => {
    const report = { verified: false, steps: [step(1, 'passed'), step(11, 'failed', 'already used'), step(12, 'failed')] };
    expect(verdict(report)).toBe('7.2 · step 11 failed: check 11 (already used)');
    expect(count(report)).toBe('2 failed, 1 passed');
  });

  it('never says verified of a report without a verdict', () => {
    expect(verdict({ verified: false, steps: [] })).toBe('· not verified');
  });

  it('puts a sign beside each outcome', () => {
    expect(['passed', 'failed', 'notApplicable', 'odd'].map((outcome) => signOf(step(1, outcome)))).toEqual(['✓', '✕', '–', '?']);
  });

  it('is found in verifications only', () => {
    const body = { verified: true, steps: [] };
    expect(ladderOf({ kind: 'rp.verification', body } as unknown as Event)).toBe(body);
    expect(ladderOf({ kind: 'rp.response', body } as unknown as Event)).toBeNull();
    expect(ladderOf({ kind: 'rp.verification', body: { steps: 1 } } as unknown as Event)).toBeNull();
    expect(ladderOf({ kind: 'rp.verification', body: null } as unknown as Event)).toBeNull();
  });
});
