import type { Event, Seq, TimelinePage } from '../bindings/types';

/** Events that are read at once. */
export const PAGE = 100;

/** Pages that are kept; those longest out of sight go first. */
const MOST_PAGES = 120;

/** Pages that are read at the start: what a reader at the end sees. */
const TAIL = 2 * PAGE;

type Range = (after: number, limit: number) => Promise<TimelinePage>;

interface Listener {
  /** Something that can be asked here has changed. */
  changed: () => void;
  /** Events that were not known before, in no order between calls. */
  seen: (events: Event[]) => void;
  /** A stretch could not be read. */
  failed: (thrown: unknown) => void;
}

/**
 * The window's view on a timeline that may be too long to hold: it knows which numbers there are,
 * keeps the pages around the reader, and takes what comes live at the end. What is not at hand is
 * read when it is wanted.
 */
export class TimelineFeed {
  /** The number of the oldest event. */
  first: Seq = 1;
  /** The number of the newest event. */
  last: Seq = 0;
  /** Events that the bench could not keep. */
  lost = 0;

  #pages = new Map<number, (Event | undefined)[]>();
  #wanted: number[] = [];
  #single = new Set<number>();
  #vain = new Set<number>();
  #reading = false;

  constructor(
    private readonly range: Range,
    private readonly listener: Listener,
  ) {}

  /** Learns how long the timeline is, and reads its end. */
  async open(): Promise<void> {
    try {
      await this.#ask(0, 0);
      const after = Math.max(this.first - 1, this.last - TAIL);
      if (this.last > after) await this.#ask(after, TAIL);
    } catch (thrown) {
      this.listener.failed(thrown);
    }
  }

  /** Follows the bench after its timeline was cleared. */
  async cleared(): Promise<void> {
    this.#pages.clear();
    await this.open();
  }

  /** A live batch. A gap before it is read once somebody looks there. */
  receive(batch: Event[]) {
    const fresh = batch.filter((event) => event.seq >= this.first && !this.get(event.seq));
    if (fresh.length === 0) return;
    this.#take(fresh);
    this.listener.changed();
  }

  /** The event, if it is at hand. */
  get(seq: Seq | null): Event | undefined {
    if (seq === null || seq < this.first) return undefined;
    return this.#pages.get(Math.floor(seq / PAGE))?.[seq % PAGE];
  }

  /** Whether the timeline holds the event, at hand or not. */
  has(seq: Seq): boolean {
    return seq >= this.first && seq <= this.last;
  }

  /** Reads what is missing of these numbers, and of the pages beside them. */
  want(seqs: Iterable<Seq>) {
    const pages = new Set<number>();
    for (const seq of seqs) if (this.has(seq)) pages.add(Math.floor(seq / PAGE));
    const beside = [...pages].flatMap((page) => [page + 1, page - 1]);
    const wanted = [...new Set([...pages, ...beside])];
    if (wanted.join() !== this.#wanted.join()) this.#vain.clear();
    this.#wanted = wanted;
    for (const page of wanted) this.#touch(page);
    void this.#read();
  }

  /** Reads one event that is needed wherever the reader looks. */
  need(seq: Seq | null) {
    if (seq === null || !this.has(seq) || this.get(seq)) return;
    this.#single.add(Math.floor(seq / PAGE));
    void this.#read();
  }

  /** One page at a time, the one most wanted at that moment: what was scrolled past is not read. */
  async #read() {
    if (this.#reading) return;
    this.#reading = true;
    try {
      for (let page = this.#next(); page !== undefined; page = this.#next()) {
        try {
          const start = Math.max(page * PAGE, this.first);
          await this.#ask(start - 1, (page + 1) * PAGE - start);
          if (this.#lacks(page)) this.#vain.add(page);
        } catch (thrown) {
          this.#vain.add(page);
          this.listener.failed(thrown);
        }
        this.#single.delete(page);
      }
    } finally {
      this.#reading = false;
    }
  }

  #next(): number | undefined {
    return [...this.#wanted, ...this.#single].find((page) => !this.#vain.has(page) && this.#lacks(page));
  }

  #lacks(page: number): boolean {
    const from = Math.max(page * PAGE, this.first);
    const to = Math.min(page * PAGE + PAGE - 1, this.last);
    const held = this.#pages.get(page);
    for (let seq = from; seq <= to; seq++) if (!held?.[seq % PAGE]) return true;
    return false;
  }

  async #ask(after: number, limit: number) {
    const page = await this.range(after, limit);
    this.first = Math.max(this.first, page.first);
    this.last = Math.max(this.last, page.last);
    this.lost = page.lost;
    this.#take(page.events.filter((event) => event.seq >= this.first && !this.get(event.seq)));
    this.listener.changed();
  }

  #take(events: Event[]) {
    for (const event of events) {
      const page = Math.floor(event.seq / PAGE);
      const held = this.#pages.get(page) ?? [];
      held[event.seq % PAGE] = event;
      this.#pages.set(page, held);
      this.last = Math.max(this.last, event.seq);
    }
    this.#drop();
    if (events.length > 0) this.listener.seen(events);
  }

  #touch(page: number) {
    const held = this.#pages.get(page);
    if (!held) return;
    this.#pages.delete(page);
    this.#pages.set(page, held);
  }

  #drop() {
    const tail = Math.floor(this.last / PAGE);
    for (const page of this.#pages.keys()) {
      if (this.#pages.size <= MOST_PAGES) return;
      if (page < tail - 1 && !this.#wanted.includes(page)) this.#pages.delete(page);
    }
  }
}
