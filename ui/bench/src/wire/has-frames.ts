import type { Seq, TimelineMatches, TimelineQuery } from '../bindings/types';
import { ALL } from './filter';

/** Whether a timeline holds CTAPHID reports; looks no further than the first one. */
export async function hasFrames(find: (query: TimelineQuery, after: Seq) => Promise<TimelineMatches>): Promise<boolean> {
  const { frames: _, ...all } = ALL;
  const query: TimelineQuery = { ...all, groups: ['frames'], words: [] };
  for (let after = 0; ; ) {
    const { seqs, last, more } = await find(query, after);
    if (seqs.length > 0) return true;
    if (!more || last <= after) return false;
    after = last;
  }
}
