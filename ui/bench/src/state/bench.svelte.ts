import { listen, type UnlistenFn } from '@tauri-apps/api/event';
import { benchState, timelineClear, timelineFind, timelineRange, timelineRelated } from '../bindings/commands';
import type { BenchState, DeviceSummary, Event, Problem, Seq, TimelineBatch, TimelineRelated } from '../bindings/types';
import { inUse } from '../keys/keys';
import { isFrame } from '../wire/frames';
import { hasFrames } from '../wire/has-frames';
import { History } from '../wire/history';
import { desk } from './desk.svelte';
import { PAGE, TimelineFeed } from './feed';
import { problemOf, toasts } from './toasts.svelte';

/** What the window knows of the bench: its state, and the timeline around the reader. */
export class BenchStore {
  /** None until the bench has answered for the first time. */
  state = $state.raw<BenchState | null>(null);
  /** Why the bench does not answer. */
  problem = $state.raw<Problem | null>(null);
  /** When the question that is open was first seen, in Unix milliseconds. */
  promptSince = $state(0);
  /** What stands around the event that is read, itself included. */
  related = $state.raw<TimelineRelated | null>(null);
  /** The RP ID of the relying party that was chosen. */
  party = $state<string | null>(null);
  /** Whether the timeline holds CTAPHID reports: then they are left out of it until they are wanted. */
  frames = $state(false);
  /** Why the last call of a page got no credential; none once another one has begun. */
  failure = $state.raw<Event | null>(null);
  /** How many calls of pages have ended: what a key says of itself may have changed then. */
  ended = $state(0);
  /** Which bench the timeline is of; rises with each other one, and when it was cleared. */
  edition = $state(0);

  #selected = $state<Seq | null>(null);
  /** The newest ladder or failed call. */
  #verdict = $state<Seq | null>(null);
  /** True while that is an exchange of a PIN that was refused: the next one that holds takes its place. */
  #refused = false;
  /** Rises with every change of the timeline. */
  #version = $state(0);

  #redrawing = false;
  #promptId: number | null = null;
  #generation = 0;
  #history = new History();
  #feed = this.#feedOf(0);

  /** The authenticator that answers next. */
  using = $derived(inUse(this.state));
  /** The same, where it is a software device. */
  device = $derived<DeviceSummary | null>(this.using.kind === 'device' ? this.using.device : null);
  prompt = $derived(this.state?.prompt ?? null);
  relyingParties = $derived(this.state?.relyingParties ?? []);
  /** The one whose page is framed: the one that was chosen, else the first. */
  relyingParty = $derived(this.relyingParties.find(({ rpId }) => rpId === this.party) ?? this.relyingParties[0] ?? null);

  /** Listens, then asks for what went before. The answer stops the listening. */
  async connect(): Promise<() => void> {
    const stops: UnlistenFn[] = [];
    try {
      stops.push(await listen<BenchState>('bench-state', ({ payload }) => this.#show(payload)));
      stops.push(await listen<TimelineBatch>('bench-timeline', ({ payload }) => this.#receive(payload)));
      stops.push(await desk.connect((generation) => this.#switchTo(generation)));
    } catch (thrown) {
      this.problem = problemOf(thrown);
    }
    return () => stops.forEach((stop) => stop());
  }

  /** The number of the oldest event. */
  get first(): Seq {
    void this.#version;
    return this.#feed.first;
  }

  /** The number of the newest event. */
  get last(): Seq {
    void this.#version;
    return this.#feed.last;
  }

  /** How many events the bench itself could not keep. */
  get lost(): number {
    void this.#version;
    return this.#feed.lost;
  }

  /** The event, if it is at hand; {@link want} brings it there. */
  find(seq: Seq | null): Event | undefined {
    void this.#version;
    return this.#feed.get(seq);
  }

  /** The whole timeline while it is short; none once it is long. */
  get beginning(): Event[] | null {
    void this.#version;
    if (this.#feed.last - this.#feed.first >= PAGE) return null;
    const events: Event[] = [];
    for (let seq = this.#feed.first; seq <= this.#feed.last; seq++) {
      const event = this.#feed.get(seq);
      if (event) events.push(event);
    }
    return events;
  }

  /** Brings these events to hand, and what their drawing needs. */
  want(seqs: Seq[]) {
    this.#feed.want(seqs);
    for (const seq of seqs) this.#feed.need(this.#feed.get(seq)?.cause ?? null);
  }

  /** The event that the tester picked. */
  get selected(): Seq | null {
    return this.#selected;
  }

  /** Jumps there; the place before is remembered. */
  set selected(seq: Seq | null) {
    this.#select(seq, false);
  }

  /** Goes to the row beside. */
  step(seq: Seq) {
    this.#select(seq, true);
  }

  /** What is read: the selected event, else the newest verdict, which is what a reader looks for. */
  get read(): Seq | null {
    return this.#selected ?? this.#verdict;
  }

  /** To the event that was read before. */
  back() {
    this.#move(this.#history.back());
  }

  /** To the event that was read after. */
  forward() {
    this.#move(this.#history.forward());
  }

  get canGoBack(): boolean {
    void this.#selected;
    return this.#history.canGoBack;
  }

  get canGoForward(): boolean {
    void this.#selected;
    return this.#history.canGoForward;
  }

  async clear(): Promise<boolean> {
    const cleared = await toasts.watch(timelineClear());
    if (cleared) {
      this.#forget();
      await this.#feed.cleared();
    }
    return cleared;
  }

  /** Another bench is shown: what was known is of the one before. */
  #switchTo(generation: number) {
    this.#generation = generation;
    this.party = null;
    this.#feed = this.#feedOf(generation);
    this.#forget();
    void this.#feed.open().then(() => this.#lookForFrames(generation));
    benchState().then(
      (state) => generation === this.#generation && this.#show(state),
      (thrown) => (this.problem = problemOf(thrown)),
    );
  }

  #forget() {
    this.#history.forget();
    this.#selected = null;
    this.#verdict = null;
    this.#refused = false;
    this.related = null;
    this.frames = false;
    this.failure = null;
    this.edition++;
    this.#version++;
  }

  #feedOf(generation: number): TimelineFeed {
    const current = () => generation === this.#generation;
    return new TimelineFeed(timelineRange, {
      changed: () => current() && this.#redraw(),
      seen: (events) => current() && this.#see(events),
      failed: (thrown) => current() && toasts.problem(thrown),
    });
  }

  /** A long timeline may have reports before the end that was read. */
  async #lookForFrames(generation: number) {
    if (this.frames || this.#feed.last - this.#feed.first < PAGE) return;
    const found = await hasFrames(timelineFind).catch(() => false);
    if (found && generation === this.#generation) this.frames = true;
  }

  /** Once a frame, however many batches come before it. */
  #redraw() {
    if (this.#redrawing) return;
    this.#redrawing = true;
    requestAnimationFrame(() => {
      this.#redrawing = false;
      this.#version++;
    });
  }

  #receive({ generation, events }: TimelineBatch) {
    if (generation === this.#generation) this.#feed.receive(events);
  }

  #see(events: Event[]) {
    const before = this.#verdict;
    for (const event of events) this.#judge(event);
    if (!this.frames && events.some(isFrame)) this.frames = true;
    for (const event of events) this.#follow(event);
    if (events.some(({ kind }) => ENDS.includes(kind))) this.ended++;
    const newer = this.#verdict !== before;
    const around = [this.read, this.related?.event?.cause ?? null];
    const concerned = events.some((event) => event.cause !== null && around.includes(event.cause));
    if (concerned || (newer && this.#selected === null)) void this.#relate();
  }

  #follow(event: Event) {
    if (event.kind.startsWith('client.') && event.kind.endsWith('.called')) this.failure = null;
    else if (event.kind === 'client.failed' || event.kind === 'bench.call.refused') this.failure = event;
  }

  #judge(event: Event) {
    const settled = this.#refused && event.kind === 'rp.pin.judged';
    if (event.seq <= (this.#verdict ?? 0) || !(isVerdict(event) || settled)) return;
    this.#verdict = event.seq;
    this.#refused = isRefusedExchange(event);
  }

  #select(seq: Seq | null, step: boolean) {
    if (seq === this.#selected) return;
    if (seq !== null) this.#history.visit(seq, step);
    this.#move(seq);
  }

  #move(seq: Seq | null | undefined) {
    if (seq === undefined) return;
    this.#selected = seq;
    void this.#relate();
  }

  async #relate() {
    const [seq, edition] = [this.read, this.edition];
    if (seq === null) {
      this.related = null;
      return;
    }
    try {
      const related = await timelineRelated(seq);
      if (seq === this.read && edition === this.edition) this.related = related;
    } catch (thrown) {
      toasts.problem(thrown);
    }
  }

  #show(state: BenchState) {
    const id = state.prompt?.id ?? null;
    if (id !== this.#promptId) {
      this.#promptId = id;
      this.promptSince = Date.now();
    }
    this.problem = null;
    this.state = state;
  }
}

/** With these a call of a page ends. */
const ENDS = ['client.create.returned', 'client.get.returned', 'client.failed'];

/** A ladder or a failed call. Exchanges of PINs run in the background: only one that was refused is a verdict. */
function isVerdict(event: Event): boolean {
  return event.kind === 'rp.verification' || event.kind === 'client.failed' || isRefusedExchange(event);
}

function isRefusedExchange({ kind, body }: Event): boolean {
  return kind === 'rp.pin.judged' && body?.verified !== true;
}

export const bench = new BenchStore();
