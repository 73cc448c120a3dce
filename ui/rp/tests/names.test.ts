import { expect, it } from 'vitest';
import { Names } from '../src/names.svelte';

it('follows the user name until the display name is edited', () => {
  const names = new Names();
  names.username = 'ali';
  expect(names.displayName).toBe('ali');
  names.displayName = 'Alice Example';
  names.username = 'alice';
  expect(names.filled()).toEqual({ username: 'alice', displayName: 'Alice Example' });
});

it('uses the user name where the display name was emptied', () => {
  const names = new Names();
  names.username = ' alice ';
  names.displayName = '  ';
  expect(names.filled()).toEqual({ username: 'alice', displayName: 'alice' });
});

it('asks for a user name, and stops asking when one is typed', () => {
  const names = new Names();
  names.username = '   ';
  expect(names.filled()).toBeNull();
  expect(names.problem).toBe('Type a user name.');
  names.username = 'a';
  expect(names.problem).toBeUndefined();
});
