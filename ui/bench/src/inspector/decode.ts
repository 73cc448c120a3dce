import type { Event } from '../bindings/types';
import { type AuthenticatorData, parseAuthenticatorData } from './authenticator-data';
import { fromBase64url } from './bytes';
import { under } from './spans';

/** What hides in an event's body as bytes. */
export interface Hidden {
  authenticatorData: Found<AuthenticatorData> | null;
  clientData: Found<unknown> | null;
}

/** What was found, and the JSON pointer of the member that held it. */
export interface Found<T> {
  at: string;
  value: T;
}

const DEPTH = 8;

/** Finds authenticator data and client data anywhere in an event's body, and decodes them. */
export function hiddenIn(event: Event): Hidden {
  return {
    authenticatorData: decoded(event, ['authenticatorData', 'authData'], (text) => {
      const bytes = fromBase64url(text);
      return bytes && parseAuthenticatorData(bytes);
    }),
    clientData: decoded(event, ['clientDataJSON'], jsonIn),
  };
}

function decoded<T>(event: Event, names: string[], decode: (text: string) => T | null): Found<T> | null {
  const found = member(event.body, names, '');
  const value = found && decode(found.value);
  return found && value !== undefined && value !== null ? { at: found.at, value } : null;
}

/** JSON in base64url; none when it is not. */
export function jsonIn(text: string): unknown {
  const bytes = fromBase64url(text);
  if (!bytes) return null;
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return null;
  }
}

function member(value: unknown, names: string[], at: string, depth = 0): Found<string> | undefined {
  if (typeof value !== 'object' || value === null || depth > DEPTH) return undefined;
  if (!Array.isArray(value)) {
    for (const name of names) {
      const found = (value as Record<string, unknown>)[name];
      if (typeof found === 'string') return { at: under(at, name), value: found };
    }
  }
  for (const [name, inner] of Object.entries(value)) {
    const found = member(inner, names, under(at, name), depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}
