import { describe, expect, it } from 'vitest';
import { Refusal, Unreachable, Unreadable } from '../src/api';
import type { Step } from '../src/bindings';
import { explain, type Doing } from '../src/notices';
import { relyingParty } from './server';

const say = (error: unknown, doing: Doing = 'signIn') => explain(error, doing, relyingParty).sentence;

describe("the browser's exceptions", () => {
  it.each([
    ['NotAllowedError', 'signIn', 'The passkey was not used: it was cancelled or timed out. Try again.'],
    ['NotAllowedError', 'signUp', 'No passkey was created: it was cancelled or timed out. Try again.'],
    [
      'InvalidStateError',
      'addPasskey',
      'This device already has a passkey for this account. Sign in with it, or use another device.',
    ],
    [
      'SecurityError',
      'signIn',
      'This address may not use passkeys for acme.localhost. Open the site at http://acme.localhost:7780.',
    ],
    [
      'NotReadableError',
      'signIn',
      'The device or browser reported a failure (NotReadableError). Try again, or use another device.',
    ],
  ] as const)('%s while doing %s', (name, doing, sentence) => {
    expect(say(new DOMException('internal words', name), doing)).toBe(sentence);
  });

  it.each(['NotAllowedError', 'InvalidStateError', 'SecurityError', 'NotSupportedError', 'ConstraintError', 'TimeoutError', 'UnknownError'])(
    "%s never shows the browser's own words",
    (name) => {
      expect(say(new DOMException('internal words', name))).not.toContain('internal');
    },
  );

  it('treats a cancelled ceremony as a choice, not as an error', () => {
    const notice = explain(new DOMException('', 'AbortError'), 'signUp', relyingParty);
    expect(notice).toEqual({
      tone: 'quiet',
      sentence: 'Cancelled. No account was created.',
      findings: [],
    });
  });
});

describe("the server's answers", () => {
  const step = (outcome: Step['outcome'], over: Partial<Step> = {}): Step => ({
    section: '7.2',
    step: 11,
    name: 'challenge is the one issued',
    outcome,
    expected: 'abc',
    actual: 'def',
    ...over,
  });

  it("shows the server's sentence and only the steps that failed", () => {
    const steps = [step('passed', { step: 10 }), step('failed'), step('notApplicable', { step: 12 })];
    const refused = new Refusal(422, 'challenge', 'Start again.', { verified: false, steps });
    expect(explain(refused, 'signIn', relyingParty)).toEqual({
      tone: 'error',
      sentence: 'Start again.',
      findings: [
        {
          title: 'Step 11 of WebAuthn §7.2: challenge is the one issued',
          expected: 'abc',
          actual: 'def',
        },
      ],
    });
  });

  it('says nothing where the step has nothing to show', () => {
    const steps = [step('failed', { expected: undefined, actual: null })];
    const refused = new Refusal(422, 'origin', 'No.', { verified: false, steps });
    expect(explain(refused, 'signIn', null).findings[0]).toMatchObject({
      expected: 'nothing',
      actual: 'nothing',
    });
  });

  it('says that the server is gone, and what to do', () => {
    expect(say(new Unreachable())).toMatch(/does not answer.*try again\.$/);
  });

  it('gives the status of an answer it cannot read', () => {
    expect(say(new Unreadable(502))).toContain('(status 502)');
  });
});

it.each([new RangeError('odd'), 'odd', { toString: () => 'odd' }])(
  'has a way out for anything else that is thrown',
  (thrown) => {
    expect(say(thrown)).toBe(
      'This page met something it did not expect (odd). Reload it, then try again.',
    );
  },
);
