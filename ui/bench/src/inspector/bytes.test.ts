// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { byteInColumn, digitsOf, fromBase64url, hexDump, partsOf, sizeOf, toHex } from './bytes';

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

describe('a range in the dump', () => {
  const lines = hexDump(Uint8Array.from({ length: 20 }, (_, i) => i + 0x41));

  it('takes part of a line, over its gap', () => {
    expect(partsOf(lines[0]!, 0, { start: 6, end: 10 })).toEqual({
      hex: ['41 42 43 44 45 46 ', '47 48  49 4a', ' 4b 4c 4d 4e 4f 50'],
      ascii: ['ABCDEF', 'GHIJ', 'KLMNOP'],
    });
  });

  it('goes on in the next line and ends with the bytes', () => {
    const range = { start: 14, end: 40 };
    expect(partsOf(lines[0]!, 0, range).hex[1]).toBe('4f 50');
    expect(partsOf(lines[1]!, 16, range)).toEqual({ hex: ['', '51 52 53 54', ''], ascii: ['', 'QRST', ''] });
  });

  it('leaves other lines alone', () => {
    for (const range of [null, { start: 16, end: 18 }, { start: 3, end: 3 }]) {
      expect(partsOf(lines[0]!, 0, range).hex).toEqual([lines[0]!.hex, '', '']);
    }
  });

  it.each([8, 16])('knows every byte by its column, with %i a line', (perLine) => {
    const line = hexDump(Uint8Array.from({ length: perLine }, (_, i) => i), perLine)[0]!;
    expect(line.hex).toHaveLength(digitsOf(perLine));
    for (let byte = 0; byte < perLine; byte++) {
      const column = line.hex.indexOf(byte.toString(16).padStart(2, '0'));
      expect([byteInColumn(column), byteInColumn(column + 1)]).toEqual([byte, byte]);
    }
  });
});

it.each([[0, '0 bytes'], [1, '1 byte'], [1999, '1999 bytes'], [4102, '4.1 kB']])('%i bytes are "%s"', (count, words) => {
  expect(sizeOf(count)).toBe(words);
});
