/** A CBOR item (RFC 8949) with its place: `start` is its first byte, `end` the one after its last. */
export interface Item {
  start: number;
  end: number;
  /** Where its content begins: of strings the first byte of the text. */
  content: number;
  kind: 'number' | 'bytes' | 'text' | 'array' | 'map' | 'tag' | 'simple';
  /** As a member's name would be written. */
  name: string;
  /** Items of an array, values of a map, what a tag stands before. */
  inner: { name: string; start: number; item: Item }[];
}

/** What was read, and from which byte on it is no valid CBOR. */
export interface Read {
  item: Item | null;
  /** None when all bytes are one item. */
  broken: number | null;
}

const DEEPEST = 16;

class Broken extends Error {
  constructor(readonly at: number) {
    super();
  }
}

/**
 * Reads one item that takes all the bytes. Lengths must be definite, text must be UTF-8. Never
 * throws: what was read before a broken byte is given with it.
 */
export function readCbor(bytes: Uint8Array): Read {
  const found: { item: Item | null } = { item: null };
  try {
    const item = readItem(bytes, 0, 0, (begun) => (found.item = begun));
    return { item, broken: item.end === bytes.length ? null : item.end };
  } catch (thrown) {
    if (!(thrown instanceof Broken)) throw thrown;
    if (found.item) close(found.item, thrown.at);
    return { item: found.item, broken: thrown.at };
  }
}

/** Items that were begun and not ended reach to the broken byte. */
function close(item: Item, at: number) {
  for (const { item: inner } of item.inner) close(inner, at);
  if (item.end < 0) item.end = at;
}

function readItem(bytes: Uint8Array, start: number, depth: number, begun: (item: Item) => void): Item {
  const initial = bytes[start];
  if (initial === undefined || depth > DEEPEST) throw new Broken(start);
  const major = initial >> 5;
  const { value, content } = readArgument(bytes, start, initial & 31);
  const item: Item = { start, end: -1, content, kind: 'number', name: '', inner: [] };
  begun(item);
  switch (major) {
    case 0:
    case 1:
      item.name = major === 0 ? value.toString() : (-1n - value).toString();
      item.end = content;
      break;
    case 2:
    case 3:
      readString(bytes, item, major === 2, value);
      break;
    case 4:
    case 5:
      readInner(bytes, item, major === 5, value, depth);
      break;
    case 6:
      item.kind = 'tag';
      item.end = readItem(bytes, content, depth + 1, (inner) => item.inner.push({ name: 'item', start: content, item: inner })).end;
      break;
    default:
      readSimple(item, start, initial & 31, value);
  }
  return item;
}

/** The number in the head, or after it. */
function readArgument(bytes: Uint8Array, start: number, low: number): { value: bigint; content: number } {
  if (low < 24) return { value: BigInt(low), content: start + 1 };
  if (low > 27) throw new Broken(start);
  const length = 1 << (low - 24);
  if (start + 1 + length > bytes.length) throw new Broken(start);
  let value = 0n;
  for (let at = start + 1; at <= start + length; at++) value = (value << 8n) | BigInt(bytes[at]!);
  return { value, content: start + 1 + length };
}

function readString(bytes: Uint8Array, item: Item, isBytes: boolean, length: bigint) {
  if (length > BigInt(bytes.length - item.content)) throw new Broken(item.start);
  item.kind = isBytes ? 'bytes' : 'text';
  item.end = item.content + Number(length);
  if (isBytes) return;
  try {
    item.name = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.subarray(item.content, item.end));
  } catch {
    throw new Broken(item.start);
  }
}

function readInner(bytes: Uint8Array, item: Item, isMap: boolean, count: bigint, depth: number) {
  item.kind = isMap ? 'map' : 'array';
  // Each takes a byte at least.
  if (count > BigInt(bytes.length - item.content)) throw new Broken(item.start);
  let at = item.content;
  for (let index = 0; index < Number(count); index++) {
    const start = at;
    let name = String(index);
    if (isMap) {
      const key = readItem(bytes, at, depth + 1, () => undefined);
      name = key.kind === 'bytes' ? base64url(bytes.subarray(key.content, key.end)) : key.name;
      at = key.end;
    }
    at = readItem(bytes, at, depth + 1, (value) => item.inner.push({ name, start, item: value })).end;
  }
  item.end = at;
}

const SIMPLE: Record<number, string> = { 20: 'false', 21: 'true', 22: 'null' };

/** Booleans, null and floats; the rest has no use in CTAP. */
function readSimple(item: Item, start: number, low: number, value: bigint) {
  const name = SIMPLE[low];
  if (name === undefined && (low < 25 || low > 27)) throw new Broken(start);
  item.kind = name === undefined ? 'number' : 'simple';
  item.name = name ?? value.toString();
  item.end = item.content;
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}
