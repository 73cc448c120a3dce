import { vi } from 'vitest';
import type { Passkey, PinStanding, Session } from '../src/bindings';

export interface Sent {
  method: string;
  path: string;
  body: unknown;
  headers: Record<string, string>;
}

type Answer = (sent: Sent) => Response | Promise<Response>;

export function json(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), { status });
}

export function refusal(status: number, code: string, message: string): Response {
  return json(status, { error: { code, message } });
}

/**
 * Stands at the network's edge: answers `METHOD /path` from `answers` and keeps what was sent.
 * A request that no answer is given for fails as a server that is gone does.
 */
export function serve(answers: Record<string, Answer>): Sent[] {
  const log: Sent[] = [];
  vi.stubGlobal('fetch', async (path: string, init: RequestInit) => {
    const body = typeof init.body === 'string' ? JSON.parse(init.body) : undefined;
    const headers = (init.headers ?? {}) as Record<string, string>;
    const sent = { method: init.method ?? 'GET', path, body, headers };
    log.push(sent);
    const answer = answers[`${sent.method} ${path}`];
    if (!answer) throw new TypeError('Failed to fetch');
    return answer(sent);
  });
  return log;
}

export const relyingParty = {
  name: 'Acme Bank',
  rpId: 'acme.localhost',
  origin: 'http://acme.localhost:7780',
};

export const phone: Passkey = {
  id: 'cGhvbmU',
  label: 'Phone A',
  createdAt: '2026-11-20T10:00:00Z',
  lastUsedAt: '2026-11-22T14:00:00Z',
  signCount: 7,
  backupEligible: false,
  backedUp: false,
  aaguid: '7d1c4a3e-5b0f-4b61-9a57-2f6c0e8d4b19',
  transports: ['internal', 'hybrid'],
  algorithm: 'ES256',
};

export const session: Session = {
  account: { id: 'YTE', username: 'alice', displayName: 'Alice Example' },
  since: '2026-11-22T14:00:00Z',
  now: '2026-11-22T14:05:00Z',
  passkey: phone.id,
};

/** An account that has set no PIN. */
export const noPin: PinStanding = {
  now: session.now,
  status: 'none',
  pinVersion: 0,
  attemptsLeft: 5,
  logonLocked: false,
  expiresAt: null,
  extraSignInsLeft: 0,
  campaign: null,
  phones: [],
  policy: { minLength: 6, maxLength: 12, charset: 'digits', enrolment: 'passkey', offline: true, validitySeconds: 28_800 },
};

const finished = {
  account: session.account,
  passkey: phone,
  verification: { verified: true, steps: [] },
};
export const nobody = () => refusal(401, 'noSession', 'Nobody is signed in.');
export const gone = () => new Response(null, { status: 204 });

/** A relying party that binds a session when a ceremony finishes. */
export function relyingPartyServer(signedIn: boolean, answers: Parameters<typeof serve>[0] = {}): Sent[] {
  let open = signedIn;
  const bind = (status: number) => () => {
    open = true;
    return json(status, finished);
  };
  return serve({
    'GET /api/relying-party': () => json(200, relyingParty),
    'GET /api/session': () => (open ? json(200, session) : nobody()),
    'DELETE /api/session': () => {
      open = false;
      return gone();
    },
    'POST /api/registration/begin': () => json(200, { ceremony: 'r1', publicKey: { for: 'create' } }),
    'POST /api/registration/finish': bind(201),
    'POST /api/authentication/begin': () => json(200, { ceremony: 'a1', publicKey: { for: 'get' } }),
    'POST /api/authentication/finish': bind(200),
    'GET /api/pin': () => json(200, noPin),
    'GET /api/passkeys': () => (open ? json(200, { passkeys: [phone] }) : nobody()),
    ...answers,
  });
}
