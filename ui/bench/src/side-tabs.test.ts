// @vitest-environment node
import { expect, it } from 'vitest';
import { chosen, turned } from './side-tabs';

it('brings the device forward while it asks, then the page back', () => {
  const asking = turned(chosen('rp'), 'device');
  expect(asking.side).toBe('device');
  expect(turned(asking, 'device')).toEqual(asking);
  expect(turned(asking, null)).toEqual(chosen('rp'));
});

it('brings the page forward while its browser asks', () => {
  const asking = turned(chosen('device'), 'rp');
  expect(asking.side).toBe('rp');
  expect(turned(asking, null)).toEqual(chosen('device'));
});

it('ends where it began when the device and then the browser ask', () => {
  expect(turned(turned(turned(chosen('rp'), 'device'), 'rp'), null)).toEqual(chosen('rp'));
});

it('stays where the tester went', () => {
  expect(turned(chosen('device'), 'device')).toEqual(chosen('device'));
  expect(turned(chosen('device'), null)).toEqual(chosen('device'));
  expect(turned(chosen('rp'), null)).toEqual(chosen('rp'));
});
