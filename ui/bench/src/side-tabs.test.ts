// @vitest-environment node
import { expect, it } from 'vitest';
import { chosen, turned } from './side-tabs';

it('brings the device forward while it asks, then the page back', () => {
  const asking = turned(chosen('rp'), true);
  expect(asking.side).toBe('device');
  expect(turned(asking, true)).toEqual(asking);
  expect(turned(asking, false)).toEqual(chosen('rp'));
});

it('stays where the tester went', () => {
  expect(turned(chosen('device'), true)).toEqual(chosen('device'));
  expect(turned(chosen('device'), false)).toEqual(chosen('device'));
  expect(turned(chosen('rp'), false)).toEqual(chosen('rp'));
});
