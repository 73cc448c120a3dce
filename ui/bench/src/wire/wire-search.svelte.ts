import { timelineFind } from '../bindings/commands';
import type { Seq, TimelineQuery } from '../bindings/types';
import { toasts } from '../state/toasts.svelte';
import { ALL, isAll, type Filter } from './filter';
import { Matches } from './matches';

/** What the tester wants to see of the timeline, and what was found of it. */
export class WireSearch {
  filter = $state.raw<Filter>(ALL);
  /** What the bench was asked for; none while every event is shown. */
  asked = $state.raw<TimelineQuery | null>(null);
  found = $state.raw({ seqs: [] as readonly Seq[], searched: 0, searching: false });
  /** Whether what was found is shown; every event stands until the first answer has come. */
  listed = $state(false);
  /** Whether anything but reports is left out. */
  narrowed = $derived(this.asked !== null && !isAll(this.filter));

  #matches: Matches = new Matches(timelineFind, {
    changed: () => this.#show(),
    failed: (thrown) => toasts.problem(thrown),
  });

  /** Looks for it from the start; none shows every event. */
  begin(query: TimelineQuery | null) {
    this.asked = query;
    if (!query) this.listed = false;
    this.#matches.begin(query);
  }

  /** There are newer events. */
  goOn() {
    this.#matches.goOn();
  }

  #show() {
    const { seqs, searched, searching, stale } = this.#matches;
    if (this.asked && !stale) this.listed = true;
    this.found = { seqs, searched, searching };
  }
}
