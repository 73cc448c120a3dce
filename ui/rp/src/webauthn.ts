/** The browser's WebAuthn, from and to the JSON forms that the API speaks. */
import type { RelyingParty } from './bindings';
import * as fallback from './webauthn-json';

/** Why passkeys cannot be used here and what to do about it, or null when they can. */
export function obstacle(relyingParty: RelyingParty | null): string | null {
  if (!window.isSecureContext) {
    const where = relyingParty?.origin ?? 'its https address';
    return `Passkeys need a secure address, and this one is not. Open the site at ${where}.`;
  }
  if (typeof window.PublicKeyCredential === 'undefined' || !navigator.credentials) {
    return 'This browser cannot use passkeys: it has no WebAuthn. Update it, or open this address in a current Chrome, Edge, Firefox or Safari.';
  }
  return null;
}

/** Makes a passkey. Rejects with the browser's `DOMException`. */
export async function create(
  json: PublicKeyCredentialCreationOptionsJSON,
  signal: AbortSignal,
): Promise<RegistrationResponseJSON> {
  const convert = PublicKeyCredential.parseCreationOptionsFromJSON;
  const publicKey = convert
    ? convert.call(PublicKeyCredential, json)
    : fallback.creationOptions(json);
  const credential = await navigator.credentials.create({ publicKey, signal });
  return toJSON(expectCredential(credential), fallback.registrationResponse);
}

/** Uses a passkey. Rejects with the browser's `DOMException`. */
export async function get(
  json: PublicKeyCredentialRequestOptionsJSON,
  signal: AbortSignal,
): Promise<AuthenticationResponseJSON> {
  const convert = PublicKeyCredential.parseRequestOptionsFromJSON;
  const publicKey = convert
    ? convert.call(PublicKeyCredential, json)
    : fallback.requestOptions(json);
  const credential = await navigator.credentials.get({ publicKey, signal });
  return toJSON(expectCredential(credential), fallback.authenticationResponse);
}

function expectCredential(credential: Credential | null): PublicKeyCredential {
  if (credential) return credential as PublicKeyCredential;
  throw new DOMException('The browser returned no credential.', 'NotAllowedError');
}

function toJSON<T>(credential: PublicKeyCredential, convert: (c: PublicKeyCredential) => T): T {
  return typeof credential.toJSON === 'function'
    ? (credential.toJSON() as T)
    : convert(credential);
}
