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

/** "1 byte", "312 bytes", "4.1 kB". */
export function sizeOf(count: number): string {
  if (count === 1) return '1 byte';
  if (count < 2000) return `${count} bytes`;
  return `${(count / 1000).toFixed(1)} kB`;
}
