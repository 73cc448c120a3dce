// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { parseAuthenticatorData } from './authenticator-data';

function data(flags: number, signCount: number, rest: number[] = []) {
  const count = [24, 16, 8, 0].map((shift) => (signCount >>> shift) & 255);
  return new Uint8Array([...Array<number>(32).fill(0xaa), flags, ...count, ...rest]);
}

const set = (flags: number) =>
  parseAuthenticatorData(data(flags, 0))!
    .flags.filter((flag) => flag.set)
    .map((flag) => flag.name);

describe('authenticator data', () => {
  it('gives hash, flags and counter of an assertion', () => {
    const read = parseAuthenticatorData(data(0x05, 0xfffffffe))!;
    expect(read.rpIdHash).toBe('aa'.repeat(32));
    expect(read.signCount).toBe(0xfffffffe);
    expect(read.attested).toBeNull();
  });

  it.each([
    [0x00, []],
    [0x01, ['UP']],
    [0x1d, ['UP', 'UV', 'BE', 'BS']],
    [0x22, []],
    [0x80, ['ED']],
  ])('names the flags of %i', (flags, names) => {
    expect(set(flags)).toEqual(names);
  });

  it('reads the attested credential', () => {
    const aaguid = Array.from({ length: 16 }, (_, i) => i);
    const read = parseAuthenticatorData(data(0x45, 1, [...aaguid, 0, 2, 0xbe, 0xef, 0xa5]))!;
    expect(read.attested).toEqual({
      aaguid: '00010203-0405-0607-0809-0a0b0c0d0e0f',
      credentialId: 'beef',
    });
  });

  it('refuses what is cut short', () => {
    expect(parseAuthenticatorData(data(0x05, 1).subarray(0, 36))).toBeNull();
    expect(parseAuthenticatorData(data(0x45, 1, Array<number>(17).fill(0)))).toBeNull();
    expect(parseAuthenticatorData(data(0x45, 1, [...Array<number>(16).fill(0), 0, 9, 1]))).toBeNull();
    expect(parseAuthenticatorData(new Uint8Array())).toBeNull();
  });

  it('reads bytes that lie inside a longer buffer', () => {
    const outer = new Uint8Array([9, 9, ...data(0x01, 7)]);
    expect(parseAuthenticatorData(outer.subarray(2))!.signCount).toBe(7);
  });
});
