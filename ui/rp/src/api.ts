import { AdminApi } from './admin/api';
import type {
  AuthenticationBegun,
  AuthenticationFinish,
  ErrorBody,
  Finished,
  LogonBegun,
  LogonFinished,
  OfferMade,
  OfferStanding,
  Passkey,
  Passkeys,
  PinStanding,
  RegistrationBegin,
  RegistrationBegun,
  RegistrationFinish,
  RelyingParty,
  Report,
  Session,
} from './bindings';

/** The relying party said no: its code, its sentence, and its ladder where it has one. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly report?: Report,
    /** The member of the request that it is about, such as `pin.validity`. */
    readonly field?: string,
  ) {
    super(message);
  }
}

/** No answer came: no connection, or none within the time allowed. */
export class Unreachable extends Error {}

/** An answer came that is not this API's. */
export class Unreadable extends Error {
  constructor(readonly status: number) {
    super(`The answer with status ${status} is not JSON of this API.`);
  }
}

type Fetch = (path: string, init: RequestInit) => Promise<Response>;

export interface Call {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** How long an answer may take, in milliseconds. */
const PATIENCE = 30_000;

/** The relying party's API, one method an operation. */
export class Api {
  /** What only an administrator may do. */
  readonly admin = new AdminApi((path, call) => this.call(path, call));

  constructor(
    private readonly fetch: Fetch = (path, init) => globalThis.fetch(path, init),
    private readonly patience = PATIENCE,
  ) {}

  relyingParty(): Promise<RelyingParty> {
    return this.call('/api/relying-party');
  }

  /** The session this browser has, or null when it is signed out. */
  async session(): Promise<Session | null> {
    try {
      return await this.call<Session>('/api/session');
    } catch (error) {
      if (error instanceof Refusal && error.status === 401) return null;
      throw error;
    }
  }

  async signOut(): Promise<void> {
    await this.call('/api/session', { method: 'DELETE' });
  }

  /** With names: a new account. Without, in a session: a further passkey for its account. */
  beginRegistration(body: RegistrationBegin, signal?: AbortSignal): Promise<RegistrationBegun> {
    return this.call('/api/registration/begin', { method: 'POST', body, signal });
  }

  finishRegistration(body: RegistrationFinish): Promise<Finished> {
    return this.call('/api/registration/finish', { method: 'POST', body });
  }

  beginAuthentication(signal?: AbortSignal): Promise<AuthenticationBegun> {
    return this.call('/api/authentication/begin', { method: 'POST', body: {}, signal });
  }

  finishAuthentication(body: AuthenticationFinish): Promise<Finished> {
    return this.call('/api/authentication/finish', { method: 'POST', body });
  }

  async passkeys(): Promise<Passkey[]> {
    return (await this.call<Passkeys>('/api/passkeys')).passkeys;
  }

  renamePasskey(id: string, label: string): Promise<Passkey> {
    return this.call(`/api/passkeys/${encodeURIComponent(id)}`, { method: 'PATCH', body: { label } });
  }

  async deletePasskey(id: string): Promise<void> {
    await this.call(`/api/passkeys/${encodeURIComponent(id)}`, { method: 'DELETE' });
  }

  pin(): Promise<PinStanding> {
    return this.call('/api/pin');
  }

  /** Begins to enrol a phone: what it has to scan. */
  offerPin(): Promise<OfferMade> {
    return this.call('/api/pin/offers', { method: 'POST', body: {} });
  }

  pinOffer(offer: string): Promise<OfferStanding> {
    return this.call(`/api/pin/offers/${encodeURIComponent(offer)}`);
  }

  /** The ceremony that binds the phone's keys to a passkey: its challenge is made of both. */
  beginOffer(offer: string, signal?: AbortSignal): Promise<AuthenticationBegun> {
    return this.call(`/api/pin/offers/${encodeURIComponent(offer)}/begin`, { method: 'POST', body: {}, signal });
  }

  async finishOffer(offer: string, body: AuthenticationFinish): Promise<void> {
    await this.call(`/api/pin/offers/${encodeURIComponent(offer)}/finish`, { method: 'POST', body });
  }

  /** Where the policy asks for no passkey: the person says that the digits are the same. */
  async confirmOffer(offer: string): Promise<void> {
    await this.call(`/api/pin/offers/${encodeURIComponent(offer)}/confirm`, { method: 'POST', body: {} });
  }

  async removePinPhone(enrolmentId: string): Promise<void> {
    await this.call(`/api/pin/phones/${encodeURIComponent(enrolmentId)}`, { method: 'DELETE' });
  }

  beginPinReset(signal?: AbortSignal): Promise<AuthenticationBegun> {
    return this.call('/api/pin/reset/begin', { method: 'POST', body: {}, signal });
  }

  async finishPinReset(body: AuthenticationFinish): Promise<void> {
    await this.call('/api/pin/reset/finish', { method: 'POST', body });
  }

  /** A workstation asks the phones of `username` for a code. */
  beginLogon(username: string, workstation: string): Promise<LogonBegun> {
    return this.call('/api/workstation/logon/begin', { method: 'POST', body: { username, workstation } });
  }

  /** The code of the phone whose question was shown. */
  finishLogon(session: string, code: string, enrolmentId?: string): Promise<LogonFinished> {
    return this.call('/api/workstation/logon/finish', { method: 'POST', body: { session, code, enrolmentId } });
  }

  private async call<T>(path: string, { method = 'GET', body, signal, headers }: Call = {}): Promise<T> {
    signal?.throwIfAborted();
    const limit = new AbortController();
    const waiting = setTimeout(() => limit.abort(), this.patience);
    const forward = () => limit.abort(signal?.reason);
    signal?.addEventListener('abort', forward, { once: true });
    try {
      const response = await this.fetch(path, {
        method,
        credentials: 'same-origin',
        cache: 'no-store',
        signal: limit.signal,
        headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
      return (await readAnswer(response)) as T;
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      if (error instanceof Refusal || error instanceof Unreadable) throw error;
      throw new Unreachable('The relying party did not answer.', { cause: error });
    } finally {
      clearTimeout(waiting);
      signal?.removeEventListener('abort', forward);
    }
  }
}

async function readAnswer(response: Response): Promise<unknown> {
  if (response.status === 204) return undefined;
  const text = await response.text();
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    throw new Unreadable(response.status);
  }
  if (response.ok) return answer;
  if (!isErrorBody(answer)) throw new Unreadable(response.status);
  const { error, verification } = answer;
  throw new Refusal(response.status, error.code, error.message, verification ?? undefined, error.field ?? undefined);
}

function isErrorBody(answer: unknown): answer is ErrorBody {
  const error = (answer as Partial<ErrorBody> | null)?.error;
  return typeof error?.code === 'string' && typeof error.message === 'string';
}
