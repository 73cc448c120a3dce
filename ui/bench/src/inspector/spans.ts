/** Where something stands among the bytes: from `start`, before `end`. */
export interface Range {
  start: number;
  end: number;
}

/** A field of an event's body, by its JSON pointer, and its bytes. */
export interface Span extends Range {
  at: string;
}

/** The fields found in an event's bytes. */
export class Spans {
  readonly list: Span[] = [];
  /** Why the bytes could not be read to their end. */
  problem: string | null = null;
  #byPointer = new Map<string, Span>();

  add(at: string, start: number, end: number) {
    const span = { at, start, end };
    this.list.push(span);
    this.#byPointer.set(at, span);
  }

  of(at: string): Span | undefined {
    return this.#byPointer.get(at);
  }

  /** The narrowest field that holds the byte; of equal ones the one that was read first. */
  innermost(offset: number): Span | undefined {
    let found: Span | undefined;
    for (const span of this.list) {
      if (offset < span.start || offset >= span.end) continue;
      if (!found || span.end - span.start < found.end - found.start) found = span;
    }
    return found;
  }
}

/** Whether both are the same bytes. */
export function same(one: Range | null | undefined, other: Range | null | undefined): boolean {
  return !!one && !!other && one.start === other.start && one.end === other.end;
}

/** A member's pointer (RFC 6901). */
export function under(at: string, name: string | number): string {
  return `${at}/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** "authData › flags › UV", as a person reads a pointer. */
export function trail(at: string): string {
  const names = at.split('/').slice(1);
  return names.map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~')).join(' › ');
}

/** Moves ranges of what was read to where they stand among the event's bytes. */
export type Place = (range: Range) => Range;

/** Bytes that begin at `offset`. */
export const from =
  (offset: number): Place =>
  ({ start, end }) => ({ start: start + offset, end: end + offset });

/** Bytes that were written as base64url, whose first letter stands at `offset`. */
export const asBase64url =
  (offset: number): Place =>
  ({ start, end }) => ({ start: offset + Math.floor((start * 4) / 3), end: offset + Math.ceil((end * 4) / 3) });
