/** The WebAuthn ceremonies as this site runs them: begin, the browser's part, finish. */
import type { Api } from './api';
import type { AuthenticationBegun, AuthenticationFinish, Finished } from './bindings';
import * as webauthn from './webauthn';

/** Where a ceremony is: asking the server, waiting for the person, having the answer verified. */
export type Stage = 'preparing' | 'waiting' | 'checking';

export interface Course {
  /** Stops the ceremony up to the moment its answer is sent. */
  signal: AbortSignal;
  at(stage: Stage): void;
}

export interface Names {
  username: string;
  displayName: string;
}

/** A new account with its first passkey; afterwards this browser is signed in. */
export function signUp(api: Api, names: Names, course: Course): Promise<Finished> {
  return register(api, names, course);
}

/** A further passkey for the account of this session. */
export function addPasskey(api: Api, course: Course): Promise<Finished> {
  return register(api, {}, course);
}

async function register(api: Api, names: Partial<Names>, course: Course): Promise<Finished> {
  course.at('preparing');
  const begun = await api.beginRegistration(names, course.signal);
  course.at('waiting');
  const credential = await webauthn.create(begun.publicKey, course.signal);
  course.at('checking');
  return api.finishRegistration({ ceremony: begun.ceremony, credential });
}

/** Sign-in without a user name: the passkey says who it is. */
export function signIn(api: Api, course: Course): Promise<Finished> {
  return assert(
    (signal) => api.beginAuthentication(signal),
    (answer) => api.finishAuthentication(answer),
    course,
  );
}

/** Binds the phone that claimed `offer` to a passkey of this account. */
export function confirmPhone(api: Api, offer: string, course: Course): Promise<void> {
  return assert(
    (signal) => api.beginOffer(offer, signal),
    (answer) => api.finishOffer(offer, answer),
    course,
  );
}

/** Clears the PIN after a fresh assertion by another factor than that PIN. */
export function resetPin(api: Api, course: Course): Promise<void> {
  return assert(
    (signal) => api.beginPinReset(signal),
    (answer) => api.finishPinReset(answer),
    course,
  );
}

async function assert<T>(
  begin: (signal: AbortSignal) => Promise<AuthenticationBegun>,
  finish: (answer: AuthenticationFinish) => Promise<T>,
  course: Course,
): Promise<T> {
  course.at('preparing');
  const begun = await begin(course.signal);
  course.at('waiting');
  const credential = await webauthn.get(begun.publicKey, course.signal);
  course.at('checking');
  return finish({ ceremony: begun.ceremony, credential });
}
