import type { Seq } from '../bindings/types';

/** The rows of the wire: which event stands where. */
export interface View {
  count: number;
  /** The event's number in that row. */
  at: (index: number) => Seq | undefined;
  /** The event's row; none when it is not among them. */
  indexOf: (seq: Seq | null) => number | null;
}

/** Rows that a web view can still lay out one below the other. */
const MOST_ROWS = 700_000;

/** Every event of the timeline, without gaps. */
export function wholeView(first: Seq, last: Seq): View {
  const from = Math.max(first, last - MOST_ROWS + 1);
  const count = Math.max(0, last - from + 1);
  return {
    count,
    at: (index) => (index >= 0 && index < count ? from + index : undefined),
    indexOf: (seq) => (seq !== null && seq >= from && seq <= last ? seq - from : null),
  };
}

/** Some events, by their rising numbers. */
export function listView(seqs: readonly Seq[]): View {
  const from = Math.max(0, seqs.length - MOST_ROWS);
  return {
    count: seqs.length - from,
    at: (index) => (index >= 0 ? seqs[from + index] : undefined),
    indexOf: (seq) => {
      if (seq === null) return null;
      const index = lowerBound(seqs, seq);
      return seqs[index] === seq && index >= from ? index - from : null;
    },
  };
}

/** Where the first number stands that is not below `seq`. */
export function lowerBound(seqs: readonly Seq[], seq: Seq): number {
  let low = 0;
  let high = seqs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (seqs[middle]! < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The match after the selected event, or before it; from the end to the other side. */
export function nextMatch(seqs: readonly Seq[], selected: Seq | null, back: boolean): Seq | undefined {
  if (selected === null) return back ? seqs.at(-1) : seqs[0];
  if (back) return seqs[lowerBound(seqs, selected) - 1] ?? seqs.at(-1);
  return seqs[lowerBound(seqs, selected + 1)] ?? seqs[0];
}
