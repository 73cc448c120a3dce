import { describe, expect, it, vi } from 'vitest';
import { Toasts, problemOf } from './toasts.svelte';

describe('problems of commands', () => {
  it('takes code and message of a rejected command', () => {
    expect(problemOf({ code: 'portTaken', message: 'Port 7780 is taken.' })).toEqual({
      code: 'portTaken',
      message: 'Port 7780 is taken.',
    });
  });

  it.each([['text', 'text'], [new Error('broken'), 'broken'], [undefined, 'undefined'], [null, 'null']])(
    'makes a sentence of %o',
    (thrown, message) => {
      expect(problemOf(thrown)).toEqual({ code: 'unexpected', message });
    },
  );
});

describe('toasts', () => {
  it('keeps a problem until it is dismissed and lets a note leave', async () => {
    vi.useFakeTimers();
    const toasts = new Toasts();
    toasts.note('Saved.');
    expect(await toasts.watch(Promise.reject({ message: 'Not saved.' }))).toBe(false);
    vi.advanceTimersByTime(60_000);
    expect(toasts.list.map((toast) => toast.message)).toEqual(['Not saved.']);
    toasts.dismiss(toasts.list[0]!.id);
    expect(toasts.list).toEqual([]);
    vi.useRealTimers();
  });

  it('says the same problem once', () => {
    const toasts = new Toasts();
    toasts.problem({ message: 'The disk is full.' });
    toasts.problem({ message: 'The disk is full.' });
    expect(toasts.list).toHaveLength(1);
  });
});
