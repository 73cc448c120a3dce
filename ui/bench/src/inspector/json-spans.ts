/** A JSON value with its place among UTF-8 bytes. */
export interface JsonItem {
  start: number;
  end: number;
  kind: 'object' | 'array' | 'string' | 'other';
  inner: { name: string; start: number; item: JsonItem }[];
}

/** What was read, and from which byte on it is no valid JSON. */
export interface JsonRead {
  item: JsonItem | null;
  /** None when all bytes are one value. */
  broken: number | null;
}

const DEEPEST = 64;

class Broken extends Error {
  constructor(readonly at: number) {
    super();
  }
}

/** Reads one JSON text (RFC 8259) that takes all the bytes. Never throws. */
export function readJson(bytes: Uint8Array): JsonRead {
  const reader = new Reader(bytes);
  try {
    const item = reader.value(0);
    reader.space();
    return { item, broken: reader.at === bytes.length ? null : reader.at };
  } catch (thrown) {
    if (!(thrown instanceof Broken)) throw thrown;
    return { item: null, broken: thrown.at };
  }
}

const code = (letter: string) => letter.charCodeAt(0);
const [QUOTE, COLON, COMMA, BACKSLASH] = ['"', ':', ',', '\\'].map(code) as [number, number, number, number];
const SPACES = new Set([0x20, 0x09, 0x0a, 0x0d]);
/** Ends a number or a word. */
const ENDS = new Set([...SPACES, ...[',', ']', '}', ':'].map(code)]);

class Reader {
  at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  value(depth: number): JsonItem {
    this.space();
    if (depth > DEEPEST) throw new Broken(this.at);
    switch (this.bytes[this.at]) {
      case code('{'):
        return this.members(depth, 'object', code('}'));
      case code('['):
        return this.members(depth, 'array', code(']'));
      case QUOTE: {
        const start = this.at;
        this.string();
        return { start, end: this.at, kind: 'string', inner: [] };
      }
      default:
        return this.word();
    }
  }

  space() {
    while (SPACES.has(this.bytes[this.at]!)) this.at++;
  }

  private members(depth: number, kind: 'object' | 'array', close: number): JsonItem {
    const item: JsonItem = { start: this.at++, end: 0, kind, inner: [] };
    this.space();
    for (let index = 0; this.bytes[this.at] !== close; index++) {
      if (index > 0) this.expect(COMMA);
      this.space();
      const start = this.at;
      let name = String(index);
      if (kind === 'object') {
        name = this.string();
        this.space();
        this.expect(COLON);
        this.space();
      }
      item.inner.push({ name, start: kind === 'object' ? start : this.at, item: this.value(depth + 1) });
      this.space();
    }
    item.end = ++this.at;
    return item;
  }

  private expect(letter: number) {
    if (this.bytes[this.at] !== letter) throw new Broken(this.at);
    this.at++;
  }

  private string(): string {
    const start = this.at;
    this.expect(QUOTE);
    while (this.bytes[this.at] !== QUOTE) {
      if (this.at >= this.bytes.length) throw new Broken(start);
      this.at += this.bytes[this.at] === BACKSLASH ? 2 : 1;
    }
    this.at++;
    return this.parse(start) as string;
  }

  private word(): JsonItem {
    const start = this.at;
    while (this.at < this.bytes.length && !ENDS.has(this.bytes[this.at]!)) this.at++;
    this.parse(start);
    return { start, end: this.at, kind: 'other', inner: [] };
  }

  /** Strings, numbers and words are judged by the platform's own reader. */
  private parse(start: number): unknown {
    try {
      return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(this.bytes.subarray(start, this.at)));
    } catch {
      throw new Broken(start);
    }
  }
}
