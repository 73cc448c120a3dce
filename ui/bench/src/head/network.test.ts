import { describe, expect, it } from 'vitest';
import type { FaultableMessage } from '../bindings/types';
import { NETWORKS, answerPaths, networkSentence, networkState, networkText, numberOf, pathOf } from './network';

describe('the network', () => {
  it('names every state, with its number', () => {
    expect(NETWORKS.map(({ kind }) => networkText(networkState(kind)))).toEqual([
      'online',
      'offline',
      'slow, 2 s',
      'lossy, 30 %',
      'next answer lost',
      'server down',
    ]);
    expect(networkText({ kind: 'answerLost', requests: 3, path: null })).toBe('next 3 answers lost');
  });

  it('keeps a number within what the bench takes', () => {
    expect(networkState('slow', 0)).toEqual({ kind: 'slow', millis: 1 });
    expect(networkState('slow', 9e9)).toEqual({ kind: 'slow', millis: 600_000 });
    expect(networkState('lossy', -4)).toEqual({ kind: 'lossy', percent: 0 });
    expect(networkState('lossy', 12.6)).toEqual({ kind: 'lossy', percent: 13 });
    expect(networkState('answerLost', Number.NaN)).toEqual({ kind: 'answerLost', requests: 1, path: null });
    expect(networkState('offline', 7)).toEqual({ kind: 'offline' });
  });

  it('reads back the number that a state carries', () => {
    for (const { kind, number } of NETWORKS) expect(numberOf(networkState(kind))).toBe(number?.first ?? null);
  });

  it('says which answers get lost', () => {
    const state = { kind: 'answerLost', requests: 1, path: '/api/authentication/finish' } as const;
    expect(networkSentence(state)).toContain('Only answers to /api/authentication/finish.');
    expect(networkSentence({ kind: 'online' })).toBe('Everything gets through.');
  });

  it('loses only answers to the path that is asked for', () => {
    const state = networkState('answerLost', 1, '/pin/exchange');
    expect(state).toEqual({ kind: 'answerLost', requests: 1, path: '/pin/exchange' });
    expect(pathOf(state)).toBe('/pin/exchange');
    expect(pathOf(networkState('answerLost'))).toBeNull();
    expect(pathOf({ kind: 'online' })).toBeNull();
    expect(networkState('slow', 5, '/pin/exchange')).toEqual({ kind: 'slow', millis: 5 });
  });

  it('offers each path of its own calls once, and the one that is set', () => {
    const message = (name: string): FaultableMessage => ({ message: name, direction: 'response', fields: [], effects: ['drop'] });
    const catalogue = ['authenticatorGetInfo', 'GET /api/session', 'DELETE /api/session', 'POST /api/registration/finish', 'DELETE /api/passkeys/{id}', 'POST /pin/exchange'].map(message);
    expect(answerPaths(catalogue, '/api/', null)).toEqual(['/api/registration/finish', '/api/session']);
    expect(answerPaths(catalogue, '/pin/', '/pin/exchange')).toEqual(['/pin/exchange']);
    expect(answerPaths([], '/api/', '/api/passkeys/abc')).toEqual(['/api/passkeys/abc']);
  });
});
