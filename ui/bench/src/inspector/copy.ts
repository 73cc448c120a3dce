import type { Event, RelyingPartySummary } from '../bindings/types';
import { text } from '../wire/body';
import { fromBase64url, toHex } from './bytes';

/** The forms in which an event can be copied. */
export type Form = 'json' | 'hex' | 'curl';

export const FORMS: readonly { form: Form; name: string; what: string }[] = [
  { form: 'json', name: 'as JSON', what: 'the whole event' },
  { form: 'hex', name: 'as hex', what: 'its bytes on the wire' },
  { form: 'curl', name: 'as curl', what: 'the request, to send it again' },
];

/** The event in that form; none when it has none. `origin` is the relying party's. */
export function copyOf(form: Form, event: Event, origin: string | undefined): string | null {
  switch (form) {
    case 'json':
      return JSON.stringify(event, null, 2);
    case 'hex': {
      const raw = event.raw === null ? null : fromBase64url(event.raw);
      return raw && toHex(raw);
    }
    case 'curl':
      return event.kind === 'rp.request' && origin ? curlOf(event, origin) : null;
  }
}

/** Where the relying party of an event answers; events of the first one do not name it. */
export function originOf(event: Event, parties: readonly RelyingPartySummary[]): string | undefined {
  const rpId = text(event, 'rpId');
  return (rpId === undefined ? parties.find(({ further }) => !further) : parties.find((party) => party.rpId === rpId))?.origin;
}

/** Stands for the session's cookie, which no event holds. */
const COOKIE = 'touchstone_session=…';

/**
 * The request as a command for a POSIX shell. Whatever the page sent stays between quotes; a body
 * that is no text goes in as base64.
 */
function curlOf(event: Event, origin: string): string {
  const raw = (event.raw && fromBase64url(event.raw)) || null;
  const method = text(event, 'method') ?? 'GET';
  const path = text(event, 'path') ?? '/';
  const words = ['curl', '--globoff', '--request', quoted(method), quoted(origin + path)];
  // A device that asks by itself is no browser.
  if (!path.startsWith('/pin/')) words.push('--header', quoted(`origin: ${origin}`), '--header', quoted(`cookie: ${COOKIE}`));
  if (!raw || raw.length === 0) return words.join(' ');
  words.push('--header', quoted('content-type: application/json'));
  const body = textOf(raw);
  if (body !== null) return [...words, '--data-raw', quoted(body)].join(' ');
  const base64 = btoa(Array.from(raw, (byte) => String.fromCharCode(byte)).join(''));
  return `printf %s ${quoted(base64)} | base64 -d | ${[...words, '--data-binary', '@-'].join(' ')}`;
}

/** One word of a shell. */
export function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** None for what a shell's word cannot hold: NUL, and bytes that are not UTF-8. */
function textOf(bytes: Uint8Array): string | null {
  if (bytes.includes(0)) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
