import type { Event } from '../bindings/types';
import { text } from '../wire/body';
import { fromBase64url } from './bytes';
import { type Item, readCbor } from './cbor';
import { type JsonItem, readJson } from './json-spans';
import { REQUEST_MEMBERS, RESPONSE_MEMBERS } from './members';
import { type Place, type Range, Spans, asBase64url, from, under } from './spans';

/** Finds each field of an event's body among its bytes. */
export function fieldsOf(event: Event, raw: Uint8Array | null): Spans {
  const spans = new Spans();
  if (!raw || raw.length === 0) return spans;
  if (event.kind === 'client.command.sent' || event.kind === 'client.command.answered') {
    command(spans, event, raw);
  } else if (event.kind === 'rp.request' || event.kind === 'rp.response') {
    new Fields(spans, raw, from(0)).json('/body');
  }
  return spans;
}

/** A code byte, then a CBOR map with numbered members (CTAP 2.3 §8.1). */
function command(spans: Spans, event: Event, raw: Uint8Array) {
  const sent = event.kind === 'client.command.sent';
  const name = text(event, 'command') ?? '';
  for (const at of sent ? ['/code', '/command'] : ['/code', '/status']) spans.add(at, 0, 1);
  if (raw.length === 1) return;
  const names = (sent ? REQUEST_MEMBERS : RESPONSE_MEMBERS)[name] ?? [];
  const fields = new Fields(spans, raw.subarray(1), from(1));
  fields.cbor(sent ? '/request' : '/response', names);
  // The bench shows the authenticator data a second time, taken apart.
  const inside = '/response/authData/';
  for (const span of [...spans.list]) {
    if (span.at.startsWith(inside)) spans.add(`/authenticatorData/${span.at.slice(inside.length)}`, span.start, span.end);
  }
  const whole = spans.of('/response/authData');
  if (whole) spans.add('/authenticatorData', whole.start, whole.end);
}

/** Reads bytes of one form and tells where their fields stand among the event's bytes. */
class Fields {
  constructor(
    private readonly spans: Spans,
    private readonly bytes: Uint8Array,
    private readonly place: Place,
  ) {}

  /** `names` are those of members 1, 2, …; all others keep theirs. */
  cbor(at: string, names: readonly string[] = []) {
    const { item, broken } = readCbor(this.bytes);
    if (item) {
      this.add(at, item);
      this.items(at, item, names);
    }
    if (broken !== null) this.broken('CBOR', broken);
  }

  json(at: string) {
    const { item, broken } = readJson(this.bytes);
    if (item) {
      this.add(at, item);
      this.members(at, item);
    }
    if (broken !== null) this.broken('JSON', broken);
  }

  /** Authenticator data (WebAuthn L3 §6.1). */
  authenticatorData(at: string) {
    const { bytes } = this;
    if (bytes.length < 37) return;
    this.add(under(at, 'rpIdHash'), { start: 0, end: 32 });
    this.add(under(at, 'flags'), { start: 32, end: 33 });
    this.add(under(at, 'signCount'), { start: 33, end: 37 });
    let rest = 37;
    if (bytes[32]! & 0x40) {
      const length = bytes.length < 55 ? Infinity : bytes[53]! * 256 + bytes[54]!;
      const key = 55 + length;
      if (key > bytes.length) return;
      this.add(under(at, 'aaguid'), { start: 37, end: 53 });
      this.add(under(at, 'credentialIdLength'), { start: 53, end: 55 });
      this.add(under(at, 'credentialId'), { start: 55, end: key });
      rest = this.part(under(at, 'credentialPublicKey'), key);
    }
    if (bytes[32]! & 0x80 && rest < bytes.length) this.part(under(at, 'extensions'), rest);
  }

  /** One CBOR item that others may follow; gives where it ends. */
  private part(at: string, start: number): number {
    const bytes = this.bytes.subarray(start);
    const { item } = readCbor(bytes);
    if (!item) return this.bytes.length;
    const fields = new Fields(this.spans, bytes, (range) => this.place(from(start)(range)));
    fields.add(at, item);
    fields.items(at, item, []);
    return start + item.end;
  }

  private items(at: string, item: Item, names: readonly string[]) {
    for (const { name, start, item: inner } of item.inner) {
      const number = item.kind === 'map' && /^[1-9]\d*$/.test(name) ? Number(name) : 0;
      const inside = under(at, names[number - 1] ?? name);
      this.add(inside, { start, end: inner.end });
      this.items(inside, inner, []);
      if (inner.kind === 'bytes' && isAuthenticatorData(inside)) {
        const place: Place = (range) => this.place(from(inner.content)(range));
        new Fields(this.spans, this.bytes.subarray(inner.content, inner.end), place).authenticatorData(inside);
      }
    }
  }

  private members(at: string, item: JsonItem) {
    for (const { name, start, item: inner } of item.inner) {
      const inside = under(at, name);
      this.add(inside, { start, end: inner.end });
      this.members(inside, inner);
      if (inner.kind === 'string') this.string(inside, name, inner);
    }
  }

  /** What a string holds as base64url, where that is known. */
  private string(at: string, name: string, item: JsonItem) {
    if (name !== 'clientDataJSON' && name !== 'attestationObject' && !isAuthenticatorData(at)) return;
    const letters = new TextDecoder().decode(this.bytes.subarray(item.start + 1, item.end - 1));
    const bytes = fromBase64url(letters);
    if (!bytes) return;
    const place: Place = (range) => this.place(asBase64url(item.start + 1)(range));
    const fields = new Fields(this.spans, bytes, place);
    if (name === 'clientDataJSON') fields.json(at);
    else if (name === 'attestationObject') fields.cbor(at);
    else fields.authenticatorData(at);
  }

  private add(at: string, range: Range) {
    const { start, end } = this.place(range);
    // What holds other things in base64url has its own place already.
    if (start < end && !this.spans.of(at)) this.spans.add(at, start, end);
  }

  private broken(form: string, at: number) {
    this.spans.problem ??= `Not valid ${form} after byte ${this.place({ start: at, end: at }).start}.`;
  }
}

function isAuthenticatorData(at: string): boolean {
  return at.endsWith('/authData') || at.endsWith('/authenticatorData');
}
