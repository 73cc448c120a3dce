import type { Event } from '../bindings/types';
import { type AuthenticatorData, parseAuthenticatorData } from './authenticator-data';
import { fromBase64url } from './bytes';

/** What hides in an event's body as bytes. */
export interface Hidden {
  authenticatorData: AuthenticatorData | null;
  clientData: unknown;
}

const DEPTH = 8;

/** Finds authenticator data and client data anywhere in an event's body, and decodes them. */
export function hiddenIn(event: Event): Hidden {
  const authData = member(event.body, ['authenticatorData', 'authData']);
  const clientData = member(event.body, ['clientDataJSON']);
  const bytes = authData === undefined ? null : fromBase64url(authData);
  return {
    authenticatorData: bytes && parseAuthenticatorData(bytes),
    clientData: clientData === undefined ? null : jsonIn(clientData),
  };
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

function member(value: unknown, names: string[], depth = 0): string | undefined {
  if (typeof value !== 'object' || value === null || depth > DEPTH) return undefined;
  if (!Array.isArray(value)) {
    for (const name of names) {
      const found = (value as Record<string, unknown>)[name];
      if (typeof found === 'string') return found;
    }
  }
  for (const inner of Object.values(value)) {
    const found = member(inner, names, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}
