import { describe, expect, it, vi } from 'vitest';
import { Api, Refusal, Unreachable, Unreadable } from '../src/api';
import { json, phone, refusal, serve, session } from './server';

describe('what the client sends', () => {
  it('asks for a new account with both names as JSON', async () => {
    const log = serve({ 'POST /api/registration/begin': () => json(200, { ceremony: 'c' }) });
    await new Api().beginRegistration({ username: 'alice', displayName: 'Alice' });
    expect(log).toMatchObject([
      {
        method: 'POST',
        path: '/api/registration/begin',
        body: { username: 'alice', displayName: 'Alice' },
      },
    ]);
  });

  it('escapes an id, so that it cannot leave its place in the path', async () => {
    const log = serve({ 'DELETE /api/passkeys/..%2Fsession': () => new Response(null, { status: 204 }) });
    await new Api().deletePasskey('../session');
    expect(log[0]?.path).toBe('/api/passkeys/..%2Fsession');
  });

  it('announces JSON only when there is a body', async () => {
    const inits: RequestInit[] = [];
    const api = new Api(async (_, init) => {
      inits.push(init);
      return json(200, phone);
    });
    await api.relyingParty();
    await api.renamePasskey('a', 'b');
    expect(inits.map((init) => init.headers)).toEqual([{}, { 'content-type': 'application/json' }]);
  });
});

describe('what the client makes of an answer', () => {
  it('gives the session', async () => {
    serve({ 'GET /api/session': () => json(200, session) });
    expect(await new Api().session()).toEqual(session);
  });

  it('takes 401 for signed out', async () => {
    serve({ 'GET /api/session': () => refusal(401, 'noSession', 'Nobody is signed in.') });
    expect(await new Api().session()).toBeNull();
  });

  it('does not take another refusal for signed out', async () => {
    serve({ 'GET /api/session': () => refusal(500, 'storage', 'The database is damaged.') });
    await expect(new Api().session()).rejects.toThrow('The database is damaged.');
  });

  it('carries code, sentence and ladder of a refusal', async () => {
    const verification = { verified: false, steps: [] };
    serve({
      'POST /api/authentication/finish': () =>
        json(422, { error: { code: 'challengeUsed', message: 'Start again.' }, verification }),
    });
    const finish = new Api().finishAuthentication({ ceremony: 'c', credential: {} as never });
    await expect(finish).rejects.toMatchObject({
      status: 422,
      code: 'challengeUsed',
      message: 'Start again.',
      report: verification,
    });
    await expect(finish).rejects.toBeInstanceOf(Refusal);
  });

  it.each(['<h1>Bad gateway</h1>', '', 'null', '{"error":"no"}', '{"error":{"code":1}}'])(
    'calls an error of another kind unreadable: %s',
    async (body) => {
      serve({ 'GET /api/passkeys': () => new Response(body, { status: 502 }) });
      const answer = new Api().passkeys();
      await expect(answer).rejects.toBeInstanceOf(Unreadable);
      await expect(answer).rejects.toMatchObject({ status: 502 });
    },
  );

  it('calls a success that is not JSON unreadable', async () => {
    serve({ 'GET /api/relying-party': () => new Response('<!doctype html>') });
    await expect(new Api().relyingParty()).rejects.toBeInstanceOf(Unreadable);
  });

  it('says unreachable when the connection fails', async () => {
    serve({});
    await expect(new Api().relyingParty()).rejects.toBeInstanceOf(Unreachable);
  });

  it('says unreachable when the connection breaks within the answer', async () => {
    const broken = new ReadableStream({ start: (stream) => stream.error(new TypeError('reset')) });
    serve({ 'GET /api/relying-party': () => new Response(broken) });
    await expect(new Api().relyingParty()).rejects.toBeInstanceOf(Unreachable);
  });
});

describe('waiting', () => {
  const silent = (_: string, init: RequestInit) =>
    new Promise<Response>((_, reject) =>
      init.signal!.addEventListener('abort', () => reject(init.signal!.reason)),
    );

  it('gives up on a server that never answers', async () => {
    vi.useFakeTimers();
    const answer = new Api(silent, 5000).relyingParty();
    const expectation = expect(answer).rejects.toBeInstanceOf(Unreachable);
    await vi.advanceTimersByTimeAsync(5000);
    await expectation;
    vi.useRealTimers();
  });

  it('tells a person who cancels from a server that is gone', async () => {
    const stop = new AbortController();
    const answer = new Api(silent).beginAuthentication(stop.signal);
    stop.abort();
    await expect(answer).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('sends nothing once it was cancelled', async () => {
    const fetch = vi.fn();
    const answer = new Api(fetch).beginAuthentication(AbortSignal.abort());
    await expect(answer).rejects.toMatchObject({ name: 'AbortError' });
    expect(fetch).not.toHaveBeenCalled();
  });
});
