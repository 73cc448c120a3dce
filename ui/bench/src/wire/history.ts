import type { Seq } from '../bindings/types';

/** Places that are remembered. */
const MOST = 100;

/** The events that were read, to go back to. Steps from row to row leave one place, jumps one each. */
export class History {
  #places: Seq[] = [];
  #at = -1;
  #stepping = false;

  get canGoBack(): boolean {
    return this.#at > 0;
  }

  get canGoForward(): boolean {
    return this.#at < this.#places.length - 1;
  }

  /** The reader is there now; `step` when it was the row beside. */
  visit(seq: Seq, step: boolean) {
    if (this.#places[this.#at] === seq) return;
    const kept = this.#places.slice(0, this.#at + 1);
    if (step && this.#stepping) kept.pop();
    this.#places = [...kept, seq].slice(-MOST);
    this.#at = this.#places.length - 1;
    this.#stepping = step;
  }

  /** The place before; none at the first. */
  back(): Seq | undefined {
    if (!this.canGoBack) return undefined;
    this.#stepping = false;
    return this.#places[--this.#at];
  }

  /** The place after; none at the last. */
  forward(): Seq | undefined {
    if (!this.canGoForward) return undefined;
    this.#stepping = false;
    return this.#places[++this.#at];
  }

  forget() {
    this.#places = [];
    this.#at = -1;
    this.#stepping = false;
  }
}
