import { expect, it } from 'vitest';
import { Attempt } from '../src/attempt.svelte';
import type { Course } from '../src/ceremonies';
import { relyingParty } from './server';

const attempt = () => new Attempt('signIn', () => relyingParty);

/** Waits until it is stopped, as a ceremony does whose person is away. */
const away = ({ at, signal }: Course) =>
  new Promise((_, reject) => {
    at('waiting');
    signal.addEventListener('abort', () => reject(signal.reason));
  });

it('runs one ceremony at a time', async () => {
  const signing = attempt();
  const first = signing.run(away);
  let ran = false;
  await signing.run(async () => (ran = true));
  expect(ran).toBe(false);
  signing.stop();
  await first;
  expect(signing.running).toBe(false);
});

it('says that nothing happened when it is stopped', async () => {
  const signing = attempt();
  const run = signing.run(away);
  expect(signing.stage).toBe('waiting');
  signing.stop();
  expect(await run).toBeUndefined();
  expect(signing.notice?.sentence).toBe('Cancelled. You are not signed in.');
});

it('cannot be stopped once the answer is on its way', async () => {
  const signing = attempt();
  let stopped: boolean | undefined;
  await signing.run(async ({ at, signal }) => {
    at('checking');
    signing.stop();
    stopped = signal.aborted;
  });
  expect(stopped).toBe(false);
  expect(signing.notice).toBeNull();
});

it('forgets the last failure when it starts anew', async () => {
  const signing = attempt();
  await signing.run(() => Promise.reject(new DOMException('', 'NotAllowedError')));
  expect(signing.notice?.tone).toBe('error');
  expect(await signing.run(async () => 'done')).toBe('done');
  expect(signing.notice).toBeNull();
});
