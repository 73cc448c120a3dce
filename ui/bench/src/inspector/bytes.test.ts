// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { fromBase64url, hexDump, sizeOf, toHex } from './bytes';

describe('base64url', () => {
  it('reads both letters of its own', () => {
    expect(fromBase64url('-_8')).toEqual(new Uint8Array([0xfb, 0xff]));
    expect(fromBase64url('')).toEqual(new Uint8Array());
  });

  it.each(['A', 'AAAAA', '+/8', 'AA==', 'AA A', 'ä'])('refuses %o', (text) => {
    expect(fromBase64url(text)).toBeNull();
  });
});

it('writes hexadecimal with leading zeros', () => {
  expect(toHex(new Uint8Array([0, 10, 255]))).toBe('000aff');
});

describe('the hex dump', () => {
  it('has sixteen bytes a line, offsets and letters', () => {
    const bytes = Uint8Array.from({ length: 18 }, (_, i) => i + 0x3f);
    expect(hexDump(bytes)).toEqual([
      { offset: '0000', hex: '3f 40 41 42 43 44 45 46  47 48 49 4a 4b 4c 4d 4e', ascii: '?@ABCDEFGHIJKLMN' },
      { offset: '0010', hex: '4f 50', ascii: 'OP' },
    ]);
  });

  it('can be narrow', () => {
    const lines = hexDump(new Uint8Array(9), 8);
    expect(lines.map((line) => line.offset)).toEqual(['0000', '0008']);
    expect(lines[0]!.hex).toBe('00 00 00 00 00 00 00 00');
  });

  it('shows what cannot be printed as dots', () => {
    expect(hexDump(new Uint8Array([0, 0x7f, 0xff]))[0]!.ascii).toBe('...');
  });

  it('of nothing has no line', () => {
    expect(hexDump(new Uint8Array())).toEqual([]);
  });

  it('widens its offsets for long messages', () => {
    const lines = hexDump(new Uint8Array(0x10001));
    expect(lines[0]!.offset).toBe('00000');
    expect(lines.at(-1)!.offset).toBe('10000');
  });
});

it.each([[0, '0 bytes'], [1, '1 byte'], [1999, '1999 bytes'], [4102, '4.1 kB']])('%i bytes are "%s"', (count, words) => {
  expect(sizeOf(count)).toBe(words);
});
