import { getContext, setContext } from 'svelte';
import { type Range, Spans, same, trail } from './spans';

const KEY = Symbol('lit');

/** What shines in the decoded fields and among the bytes at the same time. */
export class Lit {
  spans = $state.raw(new Spans());
  range = $state.raw<Range | null>(null);
  /** From where: the other side follows. */
  by = $state<'field' | 'byte'>('field');
  #at = $state.raw<string | null>(null);

  /** Another event is read. */
  read(spans: Spans) {
    this.spans = spans;
    this.none();
  }

  field(at: string) {
    const span = this.spans.of(at);
    if (!span) return;
    this.by = 'field';
    this.range = span;
    this.#at = span.at;
  }

  byte(offset: number) {
    const span = this.spans.innermost(offset);
    this.by = 'byte';
    this.range = span ?? { start: offset, end: offset + 1 };
    this.#at = span?.at ?? null;
  }

  none() {
    this.range = null;
    this.#at = null;
  }

  /** Whether the field has bytes of its own. */
  has(at: string): boolean {
    return this.spans.of(at) !== undefined;
  }

  is(at: string): boolean {
    return same(this.range, this.spans.of(at));
  }

  /** "authData › flags · byte 37", or "… bytes 5 to 36". */
  get caption(): string {
    const range = this.range;
    if (!range) return '';
    const last = range.end - 1;
    const where = range.start === last ? `byte ${last}` : `bytes ${range.start} to ${last}`;
    return this.#at === null ? where : `${trail(this.#at)} · ${where}`;
  }
}

export const provideLit = (): Lit => setContext(KEY, new Lit());

/** That of the inspector around it. */
export const theLit = (): Lit => getContext<Lit>(KEY);
