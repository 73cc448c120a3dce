import { cleanup, render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, it } from 'vitest';
import type { Event } from '../bindings/types';
import { bench } from '../state/bench.svelte';
import RelatedEvents from './RelatedEvents.svelte';

afterEach(cleanup);

const event = (seq: number): Event => ({ seq, cause: null, party: 'bench', kind: 'bench.network.set', wall: 0, partyTime: null, body: { state: { kind: 'online' } }, raw: null, deliberate: false }) as unknown as Event;
const links = () => screen.getAllByRole('button').filter((button) => button.dataset.action === 'related');
const related = (effects: Event[]) => ({ event: null, causes: [], effects, siblings: [], frames: [] });

it('shows the first effects, and the others on request until another event is read', async () => {
  const effects = Array.from({ length: 15 }, (_, index) => event(index + 2));
  const { rerender } = render(RelatedEvents, { event: event(1), related: related(effects) });
  expect(links()).toHaveLength(12);
  await userEvent.click(screen.getByRole('button', { name: 'and 3 more' }));
  expect(links()).toHaveLength(15);
  expect(screen.queryByText(/more$/)).toBeNull();
  await userEvent.click(links()[14]!);
  expect(bench.selected).toBe(16);
  await rerender({ event: event(30), related: related(effects) });
  expect(links()).toHaveLength(12);
});
