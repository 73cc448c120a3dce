import type { Event, TimelinePage } from '../bindings/types';

const PAGE = 500;

/**
 * Puts the live batches of the timeline in order without a gap: what a batch skips is read
 * back by `range`. Every event reaches `take` once, in rising order.
 */
export class TimelineFeed {
  #last = 0;
  #reading = false;
  #again = false;
  #lost = 0;

  constructor(
    private readonly range: (after: number, limit: number) => Promise<TimelinePage>,
    private readonly take: (events: Event[]) => void,
  ) {}

  /** The newest number seen. */
  get last(): number {
    return this.#last;
  }

  /** Events that the bench could not keep. */
  get lost(): number {
    return this.#lost;
  }

  /** A live batch, ordered. */
  async receive(batch: Event[]): Promise<void> {
    const fresh = batch.filter((event) => event.seq > this.#last);
    const first = fresh[0];
    if (!first) return;
    if (!this.#reading && first.seq === this.#last + 1) this.#accept(fresh);
    else await this.catchUp();
  }

  /** Reads everything after the newest known event. */
  async catchUp(): Promise<void> {
    if (this.#reading) {
      this.#again = true;
      return;
    }
    this.#reading = true;
    try {
      do {
        this.#again = false;
        await this.#readOn();
      } while (this.#again);
    } finally {
      this.#reading = false;
    }
  }

  async #readOn() {
    for (;;) {
      const page = await this.range(this.#last, PAGE);
      this.#lost = page.lost;
      this.#accept(page.events);
      if (page.events.length === 0) {
        this.#last = Math.max(this.#last, page.last);
        return;
      }
      if (this.#last >= page.last) return;
    }
  }

  #accept(events: Event[]) {
    const fresh = events.filter((event) => event.seq > this.#last);
    const newest = fresh.at(-1);
    if (!newest) return;
    this.#last = newest.seq;
    this.take(fresh);
  }
}
