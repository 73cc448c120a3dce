import type { Range } from './spans';

/** Unpadded base64url to bytes; none when it is something else. */
export function fromBase64url(text: string): Uint8Array | null {
  if (!/^[A-Za-z0-9_-]*$/.test(text) || text.length % 4 === 1) return null;
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}

/** Lower-case hexadecimal without spaces. */
export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** One line of a hex dump. */
export interface HexLine {
  /** Of its first byte, in hexadecimal. */
  offset: string;
  /** Two digits a byte, a space between, a wider one after the eighth. */
  hex: string;
  /** A dot for what cannot be printed. */
  ascii: string;
}

/** The lines of a dump, with `perLine` bytes each. */
export function hexDump(bytes: Uint8Array, perLine = 16): HexLine[] {
  const lines: HexLine[] = [];
  const digits = Math.max(4, (bytes.length - 1).toString(16).length);
  for (let start = 0; start < bytes.length; start += perLine) {
    const line = bytes.subarray(start, start + perLine);
    const pairs = Array.from(line, (byte) => byte.toString(16).padStart(2, '0'));
    lines.push({
      offset: start.toString(16).padStart(digits, '0'),
      hex: [pairs.slice(0, 8).join(' '), pairs.slice(8).join(' ')].join('  ').trimEnd(),
      ascii: Array.from(line, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join(''),
    });
  }
  return lines;
}

/** How wide the digits of a line are, in letters. */
export function digitsOf(perLine: number): number {
  return columnOf(perLine - 1) + 2;
}

/** In which column a byte's digits begin. */
function columnOf(byte: number): number {
  return byte * 3 + (byte >= 8 ? 1 : 0);
}

/** Which byte of its line stands in a column of the digits; a gap belongs to the byte before it. */
export function byteInColumn(column: number): number {
  return column < 25 ? Math.min(7, Math.floor(column / 3)) : 8 + Math.floor((column - 25) / 3);
}

/** A line of the dump in three parts: before the range, within it, after it. */
export interface Parts {
  hex: [string, string, string];
  ascii: [string, string, string];
}

/** The parts of the line that begins with byte `start`. */
export function partsOf(line: HexLine, start: number, range: Range | null): Parts {
  const count = line.ascii.length;
  const first = Math.min(count, Math.max(0, (range?.start ?? 0) - start));
  const last = Math.min(count, Math.max(0, (range?.end ?? 0) - start));
  if (first >= last) return { hex: [line.hex, '', ''], ascii: [line.ascii, '', ''] };
  const cut = (text: string, from: number, to: number): [string, string, string] => [text.slice(0, from), text.slice(from, to), text.slice(to)];
  return {
    hex: cut(line.hex, columnOf(first), columnOf(last - 1) + 2),
    ascii: cut(line.ascii, first, last),
  };
}

/** "1 byte", "312 bytes", "4.1 kB". */
export function sizeOf(count: number): string {
  if (count === 1) return '1 byte';
  if (count < 2000) return `${count} bytes`;
  return `${(count / 1000).toFixed(1)} kB`;
}
