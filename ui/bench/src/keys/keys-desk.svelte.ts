import { SvelteMap } from 'svelte/reactivity';
import { keyInfo, keyWink, keysDoctor, keysTouch } from '../bindings/commands';
import type { KeyReport, KeysFinding, KeySummary, Problem } from '../bindings/types';
import { problemOf, toasts } from '../state/toasts.svelte';

/** What is known of what a key says. */
export interface Reading {
  /** True while the key is asked. */
  busy: boolean;
  /** The last answer; stays while the key is asked again. */
  report?: KeyReport;
  /** Why it gave none. */
  problem?: Problem;
}

/** What stands on the right of the Keys page: a key by its id, or this machine. */
export type Shown = { kind: 'key'; id: string } | { kind: 'machine' };

/** Keys as the window reads them: their reports, what the doctor found, and the Keys page. */
export class KeysDesk {
  /** Whether the page is open. */
  open = $state(false);
  /** What was chosen there; none until something is. */
  chosen = $state.raw<Shown | null>(null);
  findings = $state.raw<KeysFinding[]>([]);
  /** Why there are no findings. */
  doctorProblem = $state.raw<Problem | null>(null);
  examining = $state(false);

  #readings = new SvelteMap<string, Reading>();
  /** Rises for a key with each answer that is asked for: an older one is not wanted any more. */
  #turns = new Map<string, number>();

  reading(id: string): Reading | undefined {
    return this.#readings.get(id);
  }

  /** Opens the page, at this key where one is named. */
  show(id?: string) {
    if (id !== undefined) this.chosen = { kind: 'key', id };
    this.open = true;
  }

  /** What stands on the right: what was chosen, while it is there, else the first key, else this machine. */
  shown(keys: readonly KeySummary[]): Shown {
    const chosen = this.chosen;
    if (chosen?.kind === 'machine' || (chosen && keys.some(({ id }) => id === chosen.id))) return chosen;
    return keys[0] ? { kind: 'key', id: keys[0].id } : { kind: 'machine' };
  }

  /** Asks a key what it is and can do. */
  async read(id: string): Promise<void> {
    const turn = this.#begin(id);
    this.#readings.set(id, { ...this.#readings.get(id), busy: true });
    try {
      const report = await keyInfo(id);
      if (turn === this.#turns.get(id)) this.#readings.set(id, { busy: false, report });
    } catch (thrown) {
      if (turn === this.#turns.get(id)) this.#readings.set(id, { busy: false, problem: problemOf(thrown) });
    }
  }

  /** Forgets keys that are not plugged in any more: another one may come to the same place. */
  keep(keys: readonly KeySummary[]) {
    for (const id of [...this.#readings.keys()]) {
      if (keys.some((key) => key.id === id)) continue;
      this.#begin(id);
      this.#readings.delete(id);
    }
  }

  /** Has the key blink. */
  async wink(id: string): Promise<void> {
    if (await toasts.watch(keyWink(id))) toasts.note('It blinks now, or does whatever else it shows itself by.');
  }

  /** Has the person touch one of several keys; that one is in use then. */
  async touch(): Promise<void> {
    await toasts.watch(keysTouch());
  }

  /** Asks what this machine lacks. */
  async examine(): Promise<void> {
    if (this.examining) return;
    this.examining = true;
    this.doctorProblem = null;
    try {
      this.findings = await keysDoctor();
    } catch (thrown) {
      this.doctorProblem = problemOf(thrown);
    }
    this.examining = false;
  }

  #begin(id: string): number {
    const turn = (this.#turns.get(id) ?? 0) + 1;
    this.#turns.set(id, turn);
    return turn;
  }
}

export const keysDesk = new KeysDesk();
