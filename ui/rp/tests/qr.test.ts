import { encode } from 'uqr';
import { expect, it } from 'vitest';
import { draw } from '../src/qr';

/** The dark modules of a drawing, each as "x y". */
function dark(path: string): Set<string> {
  const found = new Set<string>();
  for (const [, x, y, length] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g)) {
    for (let at = 0; at < Number(length); at += 1) found.add(`${Number(x) + at} ${y}`);
  }
  return found;
}

it.each(['a', 'touchstone-enrol:' + 'oWFhYWI'.repeat(12), 'touchstone-logon:' + 'A1b2C3d4'.repeat(60)])(
  'draws every dark module, no other, inside four light ones',
  (text) => {
    const { size, path } = draw(text);
    const { data, size: modules } = encode(text, { ecc: 'L', boostEcc: true, border: 0 });
    expect(size).toBe(modules + 8);
    const wished = data.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`${x + 4} ${y + 4}`] : [])));
    expect([...dark(path)].sort()).toEqual(wished.sort());
  },
);
