import type { Seq, TimelineMatches, TimelineQuery } from '../bindings/types';

type Find = (query: TimelineQuery, after: number) => Promise<TimelineMatches>;

interface Listener {
  changed: () => void;
  failed: (thrown: unknown) => void;
}

/** Live events are asked for no more often than this, in milliseconds. */
const PAUSE = 100;

/** The events that fit a query: found stretch by stretch, then kept up with what comes live. */
export class Matches {
  /** Rising. */
  seqs: readonly Seq[] = [];
  /** The last event that was looked at. */
  searched: Seq = 0;
  /** Whether events are still to be looked at. */
  searching = false;

  #query: TimelineQuery | null = null;
  /** Whether what is found here answers an earlier query, or none. */
  stale = false;

  #turn = 0;
  #news = false;

  constructor(
    private readonly find: Find,
    private readonly listener: Listener,
    private readonly pause = PAUSE,
  ) {}

  /** Begins anew with this query; none looks for nothing. */
  begin(query: TimelineQuery | null) {
    this.#turn++;
    this.#query = query;
    // What was found before stays until there is something to put in its place.
    this.stale = query !== null;
    if (!query) this.seqs = [];
    this.searched = 0;
    this.#news = false;
    this.searching = query !== null;
    this.listener.changed();
    if (query) void this.#search(query, this.#turn);
  }

  /** There are newer events. */
  goOn() {
    if (!this.#query) return;
    if (this.searching) {
      this.#news = true;
      return;
    }
    this.searching = true;
    void this.#search(this.#query, this.#turn);
  }

  async #search(query: TimelineQuery, turn: number) {
    for (;;) {
      let found: TimelineMatches;
      try {
        found = await this.find(query, this.searched);
      } catch (thrown) {
        if (turn !== this.#turn) return;
        this.searching = false;
        this.listener.failed(thrown);
        this.listener.changed();
        return;
      }
      if (turn !== this.#turn) return;
      const more = found.more && found.last > this.searched;
      this.searched = Math.max(this.searched, found.last);
      if (this.stale) this.seqs = found.seqs;
      else if (found.seqs.length > 0) this.seqs = this.seqs.concat(found.seqs);
      this.stale = false;
      if (!more && !this.#news) {
        this.searching = false;
        this.listener.changed();
        return;
      }
      this.listener.changed();
      if (more) continue;
      this.#news = false;
      await new Promise((resolve) => setTimeout(resolve, this.pause));
      if (turn !== this.#turn) return;
    }
  }
}
