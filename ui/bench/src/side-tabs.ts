/** Which of the two panes is in front when the window is narrow. */
export type Side = 'device' | 'rp';

/** What a new or ended question does to the tabs. */
export interface Turn {
  side: Side;
  /** Where to go back to when the question has ended. */
  back: Side | null;
}

/** A question brings the side that asks forward; its end brings back what was there, unless the tester chose. */
export function turned(now: Turn, asking: Side | null): Turn {
  if (asking) return now.side === asking ? now : { side: asking, back: now.back === asking ? null : now.side };
  return { side: now.back ?? now.side, back: null };
}

/** The tester chose a tab: nothing brings another one back. */
export function chosen(side: Side): Turn {
  return { side, back: null };
}
