import { bench } from '../state/bench.svelte';
import { exchangeOf, nextPart } from './exchange';
import type { Act } from './keys';

/** What keys in the wire and in the inspector do to the event that is read. */
class Reader {
  /** Whether the copy menu is open. */
  copying = $state(false);

  /** The exchange around the event that is read. */
  exchange = $derived(bench.related ? exchangeOf(bench.related) : []);

  do(act: Act) {
    switch (act) {
      case 'back':
        return bench.back();
      case 'forward':
        return bench.forward();
      case 'cause':
        return this.#go(bench.related?.causes[0]?.seq);
      case 'effect':
        return this.#go(bench.related?.effects[0]?.seq);
      case 'exchange':
        return this.#go(bench.read === null ? undefined : nextPart(this.exchange, bench.read));
      case 'copy':
        this.copying = bench.related?.event !== null && bench.related !== null;
    }
  }

  #go(seq: number | undefined) {
    if (seq !== undefined) bench.selected = seq;
  }
}

export const reader = new Reader();
