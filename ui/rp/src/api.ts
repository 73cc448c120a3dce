import type {
  AuthenticationBegun,
  AuthenticationFinish,
  ErrorBody,
  Finished,
  Passkey,
  Passkeys,
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

interface Call {
  method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  body?: unknown;
  signal?: AbortSignal;
}

/** How long an answer may take, in milliseconds. */
const PATIENCE = 30_000;

/** The relying party's API, one method an operation. */
export class Api {
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

  private async call<T>(path: string, { method = 'GET', body, signal }: Call = {}): Promise<T> {
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
        headers: body === undefined ? {} : { 'content-type': 'application/json' },
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
  throw new Refusal(response.status, error.code, error.message, verification ?? undefined);
}

function isErrorBody(answer: unknown): answer is ErrorBody {
  const error = (answer as Partial<ErrorBody> | null)?.error;
  return typeof error?.code === 'string' && typeof error.message === 'string';
}
