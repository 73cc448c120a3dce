// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { codeFor, isCode } from './codes';
import { enrolmentOf } from './enrolment.fixture';

const logon = (enrolmentId: string) => `touchstone-logon:${Buffer.from(`\x8a\x01ilocalhost\x02d${enrolmentId}`, 'latin1').toString('base64url')}`;

it.each(['', 'touchstone-enrol:', 'https://example.com', 'touchstone-enrol:a b', 'touchstone-other:aa'])('takes %o for no code', (text) => {
  expect(isCode(text)).toBe(false);
});

describe('the code to scan', () => {
  it('is the one on the page', () => {
    expect(codeFor(['\n touchstone-enrol:aGVsbG8 '], [])).toBe('touchstone-enrol:aGVsbG8');
    expect(codeFor([], [])).toBeNull();
    expect(codeFor(['nothing'], [])).toBeNull();
  });

  it('is that of the phone’s own enrolment where a workstation shows several', () => {
    const codes = [logon('e7e7'), logon('e1e1')];
    expect(codeFor(codes, [enrolmentOf({ enrolmentId: 'e1e1' })])).toBe(codes[1]);
    expect(codeFor(codes, [enrolmentOf({ enrolmentId: 'none' })])).toBe(codes[0]);
  });

  it('survives a code whose bytes are none', () => {
    expect(codeFor(['touchstone-logon:a'], [enrolmentOf()])).toBe('touchstone-logon:a');
  });
});
