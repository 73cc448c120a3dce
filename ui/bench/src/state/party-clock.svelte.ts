import type { ClockState, Party } from '../bindings/types';
import { bench } from './bench.svelte';
import { now } from './now.svelte';

/** The parties' clocks between two states of the bench: they go on as the last one told. */
class PartyClocks {
  #told = $derived.by(() => ({ clocks: bench.state?.seams.clocks ?? [], at: Date.now() }));

  /** As the bench last told. */
  get states(): ClockState[] {
    return this.#told.clocks;
  }

  /** Real milliseconds since then; what reads it in an effect or a template is told four times a second. */
  get elapsed(): number {
    const { at } = this.#told;
    return Math.max(0, now() - at);
  }

  /** A party's time in Unix milliseconds; the machine's until the bench has told. */
  now(party: Party): number {
    const clock = this.states.find((one) => one.party === party);
    return clock ? clock.now + this.elapsed * clock.rate : now();
  }
}

export const partyClocks = new PartyClocks();
