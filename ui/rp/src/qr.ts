import { encode } from 'uqr';

export interface Drawing {
  /** Modules on each side, with the quiet zone. */
  size: number;
  /** The dark modules, as an SVG path in units of a module. */
  path: string;
}

/** The light border that a scanner needs, in modules (ISO/IEC 18004). */
const QUIET = 4;

/** `text` as a QR code: the fewest modules, and as much mending of errors as they leave room for. */
export function draw(text: string): Drawing {
  const { size, data } = encode(text, { ecc: 'L', boostEcc: true, border: QUIET });
  const runs = data.flatMap((row, y) => darkRuns(row).map(([x, length]) => `M${x} ${y}h${length}v1h-${length}z`));
  return { size, path: runs.join('') };
}

/** Where dark modules stand side by side: from, how many. */
function darkRuns(row: readonly boolean[]): [from: number, length: number][] {
  const runs: [number, number][] = [];
  row.forEach((dark, x) => {
    const last = runs.at(-1);
    if (!dark) return;
    if (last && last[0] + last[1] === x) last[1] += 1;
    else runs.push([x, 1]);
  });
  return runs;
}
