import { listen, type UnlistenFn } from '@tauri-apps/api/event';
import { benchState, timelineClear, timelineRange } from '../bindings/commands';
import type { BenchState, DeviceSummary, Event, Problem, Seq } from '../bindings/types';
import { TimelineFeed } from './feed';
import { problemOf, toasts } from './toasts.svelte';

/** The most events the window keeps; older ones stay in the saved timeline. */
const KEPT = 20_000;

/** What the window knows of the bench: its state, and the timeline so far. */
export class BenchStore {
  /** None until the bench has answered for the first time. */
  state = $state.raw<BenchState | null>(null);
  /** Why the bench does not answer. */
  problem = $state.raw<Problem | null>(null);
  events = $state.raw<Event[]>([]);
  selected = $state<Seq | null>(null);
  /** How many older events the window no longer shows; the saved timeline has them. */
  hidden = $state(0);
  /** How many events the bench itself could not keep. */
  lost = $state(0);
  /** When the question that is open was first seen, in Unix milliseconds. */
  promptSince = $state(0);

  #promptId: number | null = null;
  #effects = new Map<Seq, Event[]>();
  #feed = new TimelineFeed(timelineRange, (events) => this.#take(events));

  device = $derived<DeviceSummary | null>(
    this.state?.devices.find((device) => device.id === this.state?.activeDevice) ?? null,
  );
  prompt = $derived(this.state?.prompt ?? null);
  relyingParty = $derived(this.state?.relyingParties[0] ?? null);

  /** Listens, then asks for what went before. The answer stops the listening. */
  async connect(): Promise<() => void> {
    const stops: UnlistenFn[] = [];
    try {
      stops.push(await listen<BenchState>('bench-state', ({ payload }) => this.#show(payload)));
      stops.push(await listen<Event[]>('bench-timeline', ({ payload }) => this.#read(this.#feed.receive(payload))));
      this.#show(await benchState());
    } catch (thrown) {
      this.problem = problemOf(thrown);
    }
    this.#read(this.#feed.catchUp());
    return () => stops.forEach((stop) => stop());
  }

  find(seq: Seq | null): Event | undefined {
    const index = this.indexOf(seq);
    return index === null ? undefined : this.events[index];
  }

  /** Where an event stands in `events`. */
  indexOf(seq: Seq | null): number | null {
    const first = this.events[0];
    if (seq === null || !first) return null;
    // Numbers rise by one, but for what was lost: look where it should be, then search.
    const guess = seq - first.seq;
    if (this.events[guess]?.seq === seq) return guess;
    const found = this.events.findIndex((event) => event.seq === seq);
    return found < 0 ? null : found;
  }

  /** What this event led to, oldest first. */
  effectsOf(seq: Seq): Event[] {
    return this.#effects.get(seq) ?? [];
  }

  async clear(): Promise<boolean> {
    const cleared = await toasts.watch(timelineClear());
    if (cleared) {
      this.events = [];
      this.#effects.clear();
      this.selected = null;
      this.hidden = 0;
      this.lost = 0;
    }
    return cleared;
  }

  #read(reading: Promise<void>) {
    reading.then(
      () => (this.lost = this.#feed.lost),
      (thrown) => toasts.problem(thrown),
    );
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

  #take(batch: Event[]) {
    for (const event of batch) {
      if (event.cause === null) continue;
      const known = this.#effects.get(event.cause);
      if (known) known.push(event);
      else this.#effects.set(event.cause, [event]);
    }
    const all = this.events.concat(batch);
    const dropped = all.slice(0, Math.max(0, all.length - KEPT));
    for (const event of dropped) if (event.cause !== null) this.#effects.delete(event.cause);
    this.hidden += dropped.length;
    this.events = dropped.length > 0 ? all.slice(-KEPT) : all;
  }
}

export const bench = new BenchStore();
