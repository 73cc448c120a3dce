import { render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { desk } from '../state/desk.svelte';
import { toasts } from '../state/toasts.svelte';
import { action, deskOf, field, fresh, gone, role, roles, step, summary, walk, type Calls } from './stage.fixture';
import LeaveDialog from './LeaveDialog.svelte';
import WalkPicker from './WalkPicker.svelte';
import { walks } from './walks.svelte';

let calls: Calls;

beforeEach(() => {
  calls = fresh();
});
afterEach(gone);

const shipped = [
  summary('enrolment', { title: 'Alice makes a passkey', last: 'passed' }),
  summary('replay', { title: 'A replayed assertion is refused', tags: ['fault'], last: 'failed' }),
  summary('expired', { title: 'A challenge that came too late', tags: ['clock'] }),
];

const items = () => [...document.querySelectorAll<HTMLElement>('[data-action="walk-item"]')];
const highlighted = () => items().find((item) => item.getAttribute('aria-selected') === 'true')?.dataset.path;

async function open(list = shipped) {
  calls.answers.walk_list = list;
  render(WalkPicker);
  walks.pick();
  await waitFor(() => expect(items()).toHaveLength(list.filter((one) => !one.problem).length));
}

describe('the walk picker', () => {
  it('shows what each walk is for, who takes part and how it ended last', async () => {
    await open();
    const [first, second] = items();
    expect(first!.textContent).toContain('Because.');
    expect(first!.textContent).toContain('2 steps');
    expect(first!.textContent).toContain('✓ passed last time');
    expect(second!.textContent).toContain('✕ failed last time');
    expect(second!.querySelector('[data-tag="fault"]')).not.toBeNull();
  });

  it('opens the first find with Enter, without leaving the search', async () => {
    await open();
    await userEvent.type(field('walk-search'), 'clock');
    await waitFor(() => expect(items()).toHaveLength(1));
    await userEvent.keyboard('{Enter}');
    await waitFor(() => expect(calls.of('walk_open')).toEqual([{ path: 'expired' }]));
    await waitFor(() => expect(walks.picking).toBe(false));
  });

  it('goes up and down by keys', async () => {
    await open();
    field('walk-search').focus();
    expect(highlighted()).toBe('enrolment');
    await userEvent.keyboard('{ArrowDown}{ArrowDown}{ArrowUp}');
    expect(highlighted()).toBe('replay');
    expect(document.getElementById(field('walk-search').getAttribute('aria-activedescendant')!)?.dataset.path).toBe('replay');
    await userEvent.keyboard('{Enter}');
    await waitFor(() => expect(calls.of('walk_open')).toEqual([{ path: 'replay' }]));
  });

  it('begins at the walk that is open', async () => {
    desk.state = deskOf({ showing: 'walk', walk: walk([step(1, 'current')], { path: 'replay' }) });
    await open();
    expect(highlighted()).toBe('replay');
  });

  it('opens a walk once, however often it is pressed', async () => {
    await open();
    await userEvent.dblClick(items()[1]!);
    await waitFor(() => expect(calls.of('walk_open')).toEqual([{ path: 'replay' }]));
  });

  it('asks before another walk ends the run that is under way, and stays when it may not', async () => {
    desk.state = deskOf({ showing: 'walk', walk: walk([step(1, 'passed'), step(2, 'current')], { path: 'replay' }) });
    render(LeaveDialog);
    await open();
    await userEvent.click(items()[0]!);
    expect((await screen.findByRole('alertdialog', { name: 'Open another walk?' })).textContent).toContain('The run ends here');
    await userEvent.click(action('cancel'));
    await waitFor(() => expect(screen.queryByRole('alertdialog')).toBeNull());
    expect([walks.picking, calls.of('walk_open')]).toEqual([true, []]);
    await userEvent.click(items()[0]!);
    await userEvent.click(await waitFor(() => action('walk-open-confirm')));
    await waitFor(() => expect(calls.of('walk_open')).toEqual([{ path: 'enrolment' }]));
    await waitFor(() => expect([walks.picking, walks.leaving]).toEqual([false, null]));
  });

  it('says why a walk could not be opened, and stays', async () => {
    calls.refuses.walk_open = { code: 'portTaken', message: 'No port is free for this walk’s relying party.' };
    await open();
    await userEvent.click(items()[0]!);
    await waitFor(() => expect(toasts.list.map((toast) => toast.message)).toEqual(['No port is free for this walk’s relying party.']));
    expect(walks.picking).toBe(true);
  });

  it('teaches the recorder while there are no own walks', async () => {
    await open();
    expect(role('walk-teach').textContent).toContain('Press Record');
  });

  it('keeps own walks in their own group, and shows what is wrong with a file', async () => {
    const broken = summary('bad', { own: true, file: 'bad.toml', problem: { line: 3, column: 7, message: '"page.sing-in" is no act. Did you mean "page.sign-in"?' } });
    await open([...shipped, summary('mine', { own: true, file: 'mine.toml' }), broken]);
    expect(role('walk-teach')).toBeNull();
    expect(screen.getByRole('group', { name: 'Your own walks' }).textContent).toContain('mine.toml');
    expect(roles('walk-unusable')).toHaveLength(1);
    expect(role('walk-unusable').textContent).toContain('bad.toml · line 3, column 7');
    expect(role('walk-unusable').textContent).toContain('Did you mean "page.sign-in"?');
    expect(screen.getByLabelText('Copy the problem')).not.toBeNull();
  });

  it('says so when nothing fits', async () => {
    await open();
    await userEvent.type(field('walk-search'), 'zebra');
    await waitFor(() => expect(role('walk-none').textContent).toContain('zebra'));
    await userEvent.keyboard('{Enter}');
    expect(calls.of('walk_open')).toEqual([]);
  });

  it('says why the walks cannot be listed', async () => {
    calls.refuses.walk_list = { code: 'folder', message: 'The folder of your walks cannot be read.' };
    render(WalkPicker);
    walks.pick();
    await screen.findByText('The folder of your walks cannot be read.');
    expect(action('walk-item')).toBeNull();
  });
});
