import { render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { WalkState } from '../bindings/types';
import { bench } from '../state/bench.svelte';
import { desk } from '../state/desk.svelte';
import { toasts } from '../state/toasts.svelte';
import { again, failureText } from './player';
import PlayerStrip from './PlayerStrip.svelte';
import { action, benchOf, check, deskOf, fresh, gone, role, roles, step, walk, type Calls } from './stage.fixture';
import { walks } from './walks.svelte';

let calls: Calls;
let onshow: ReturnType<typeof vi.fn<(seq: number) => void>>;
let ongo: ReturnType<typeof vi.fn<(place: string) => void>>;

/** Which media queries hold. */
let media: (query: string) => boolean;

beforeEach(() => {
  calls = fresh();
  onshow = vi.fn();
  ongo = vi.fn();
  media = () => false;
  vi.stubGlobal('matchMedia', (query: string) => ({ matches: media(query), addEventListener() {}, removeEventListener() {} }));
});
afterEach(gone);

function show(state: WalkState) {
  desk.state = deskOf({ generation: 2, showing: 'walk', walk: state });
  return render(PlayerStrip, { walk: state, onshow, ongo });
}

const card = (number: number) => document.querySelector<HTMLElement>(`[data-role="walk-card"][data-number="${number}"]`)!;
const opened = () => roles('walk-card').filter((one) => one.dataset.open === 'true').map((one) => one.dataset.number);

const held = check({ held: true, actual: 'alice', event: 40 });
const differs = check({ expected: 'device phone: passkeys[0].signCount is 1', held: false, actual: '2', event: 41, difference: 'The sign counter is 2, not 1.' });
const running = walk([step(1, 'passed', { checks: [held] }), step(2, 'current', { checks: [check()] }), step(3, 'ahead')]);
const failed = walk([step(1, 'passed'), step(2, 'failed', { sentence: 'The sign counter is 2, not 1.', checks: [held, differs] }), step(3, 'skipped')], { verdict: 'failed' });

/** Of which nothing is lost yet. */
const fresher = walk([step(1, 'current'), step(2, 'ahead')]);

describe('the player strip', () => {
  it('opens the step that comes next, with what it expects', () => {
    show(running);
    expect(opened()).toEqual(['2']);
    expect(roles('walk-card').map((one) => one.dataset.outcome)).toEqual(['passed', 'current', 'ahead']);
    expect(roles('walk-check').map((one) => one.dataset.held)).toEqual(['none']);
    expect(role('walk-progress').textContent).toBe('2 of 3');
    expect(screen.getByRole('progressbar').getAttribute('aria-valuenow')).toBe('1');
  });

  it('shows expected beside actual on a card that is opened, and follows the walk when it goes on', async () => {
    const { rerender } = show(running);
    await userEvent.click(card(1).querySelector('button')!);
    expect(opened()).toEqual(['1']);
    expect(role('walk-check').textContent).toMatch(/✓.*account is alice.*alice/);
    await userEvent.click(action('walk-check-event'));
    expect(onshow).toHaveBeenCalledWith(40);
    await rerender({ walk: walk([step(1, 'passed'), step(2, 'passed'), step(3, 'current')]) });
    expect(opened()).toEqual(['3']);
  });

  it('steps, plays, runs again', async () => {
    show(fresher);
    await userEvent.click(action('walk-step'));
    await userEvent.click(action('walk-play'));
    await userEvent.click(action('walk-restart'));
    expect(['walk_step', 'walk_play', 'walk_restart'].map((name) => calls.of(name).length)).toEqual([1, 1, 1]);
  });

  it('takes n for a step and the space bar for play and pause', async () => {
    const { rerender } = show(running);
    card(2).querySelector('button')!.focus();
    await userEvent.keyboard('n');
    expect(calls.of('walk_step')).toHaveLength(1);
    await userEvent.keyboard(' ');
    expect(calls.of('walk_play')).toHaveLength(1);
    await rerender({ walk: { ...running, playing: true } });
    await userEvent.keyboard(' ');
    expect(calls.of('walk_pause')).toHaveLength(1);
    expect(opened()).toEqual(['2']);
  });

  it('takes the keyboard back from the page when a step has moved it there', async () => {
    const { rerender } = show(running);
    const frame = document.body.appendChild(document.createElement('iframe'));
    card(2).querySelector('button')!.focus();
    frame.focus();
    expect(document.activeElement).toBe(frame);
    await rerender({ walk: walk([step(1, 'passed'), step(2, 'passed'), step(3, 'current')]) });
    expect(document.activeElement).toBe(card(2).querySelector('button'));
    await userEvent.keyboard('n');
    expect(calls.of('walk_step')).toHaveLength(1);
    frame.focus();
    await rerender({ walk: walk([step(1, 'passed'), step(2, 'passed'), step(3, 'current')], { mode: 'youDoIt', busy: true }) });
    expect(document.activeElement).toBe(frame);
    frame.remove();
  });

  it('gives a button that rested during a step the keyboard again', async () => {
    const { rerender } = show(running);
    action('walk-step').focus();
    action('walk-step').blur();
    await rerender({ walk: walk([step(1, 'passed'), step(2, 'passed'), step(3, 'current')]) });
    expect(document.activeElement).toBe(action('walk-step'));
  });

  it('presses only the button that has the focus', async () => {
    show(fresher);
    action('walk-restart').focus();
    await userEvent.keyboard(' ');
    expect(calls.of('walk_restart')).toHaveLength(1);
    expect(calls.of('walk_play')).toHaveLength(0);
  });

  it('does no second step while one is being done', async () => {
    show({ ...running, busy: true });
    expect(action('walk-step')).toHaveProperty('disabled', true);
    card(2).querySelector('button')!.focus();
    await userEvent.keyboard('n');
    expect(calls.of('walk_step')).toHaveLength(0);
  });

  it('moves between cards by arrow keys', async () => {
    show(running);
    card(2).querySelector('button')!.focus();
    await userEvent.keyboard('{ArrowRight}');
    expect(opened()).toEqual(['3']);
    await userEvent.keyboard('{ArrowRight}{Home}');
    expect(opened()).toEqual(['1']);
    expect(document.activeElement).toBe(card(1).querySelector('button'));
  });

  it('tells the tester what to do and where, in the tester’s own turn', async () => {
    show({ ...running, mode: 'youDoIt' });
    expect(role('walk-instruction').textContent).toBe('Touch phone.');
    expect(role('walk-place').textContent).toBe('On the device, at the left.');
    await userEvent.click(action('walk-go'));
    expect(ongo).toHaveBeenCalledWith('device');
    await userEvent.click(action('walk-do-it'));
    expect(calls.of('walk_step')).toHaveLength(1);
    expect(action('walk-play')).toHaveProperty('disabled', true);
  });

  it('points at the browser when that is what asks', () => {
    bench.state = { ...benchOf(), prompt: { id: 1, asker: 'client', device: null, key: null, rpId: 'localhost', deadline: Date.now() + 60_000, question: { kind: 'chooseAccount', accounts: [] } } };
    show({ ...running, mode: 'youDoIt' });
    expect(role('walk-place').dataset.place).toBe('browser');
  });

  it('says so when only the walk can do a step', () => {
    show(walk([step(1, 'current', { act: 'client.phish' })], { mode: 'youDoIt' }));
    expect(role('walk-place').textContent).toContain('Only the walk can do this');
    expect(action('walk-go')).toBeNull();
  });

  it('changes who does the steps', async () => {
    show(running);
    await userEvent.click(action('walk-mode-you'));
    await userEvent.click(action('walk-mode-play'));
    expect(calls.of('walk_mode')).toEqual([{ mode: 'youDoIt' }]);
  });

  it('stops at the step that failed and says what differs', async () => {
    show(failed);
    expect(role('walk-verdict').textContent).toContain('✕ Failed at step 2');
    expect(role('walk-difference').textContent).toBe('The sign counter is 2, not 1.');
    expect(opened()).toEqual(['2']);
    expect(roles('walk-check').map((one) => one.dataset.held)).toEqual(['true', 'false']);
    expect(action('walk-step')).toHaveProperty('disabled', true);
    await userEvent.click(action('walk-show-event'));
    expect(onshow).toHaveBeenCalledWith(41);
  });

  it('still says what differs when the steps are folded away', async () => {
    media = (query) => query.includes('max-height');
    show(failed);
    expect(roles('walk-card')).toEqual([]);
    expect(role('walk-difference').textContent).toBe('The sign counter is 2, not 1.');
    expect(action('walk-show-event')).not.toBeNull();
    await userEvent.click(action('walk-fold'));
    expect(roles('walk-card')).toHaveLength(3);
    expect(roles('walk-difference')).toHaveLength(1);
  });

  it('says at the end what held, and saves a report', async () => {
    calls.answers.walk_save_report = { path: 'reports/enrolment.html', events: 40 };
    show(walk([step(1, 'passed', { checks: [held] })], { verdict: 'passed', tookMillis: 4200 }));
    expect(role('walk-verdict').textContent).toMatch(/✓\s+Passed\s+1 step, 1 check as expected in 4 s/);
    action('walk-save-report').focus();
    await userEvent.keyboard('{Enter}');
    await waitFor(() => expect(action('walk-save-report-junit')).not.toBeNull());
    await userEvent.click(action('walk-save-report-html'));
    await waitFor(() => expect(calls.of('walk_save_report')).toEqual([{ format: 'html' }]));
    await waitFor(() => expect(toasts.list[0]?.message).toBe('Saved the report to reports/enrolment.html'));
  });

  it('asks before it ends a run, by closing it or by running it again', async () => {
    show(running);
    await userEvent.click(action('walk-close'));
    expect((await screen.findByRole('alertdialog')).textContent).toContain('Your own devices and timeline come back as they were.');
    expect(action('walk-leave-report')).toBeNull();
    await userEvent.click(action('cancel'));
    await waitFor(() => expect(screen.queryByRole('alertdialog')).toBeNull());
    await userEvent.click(action('walk-restart'));
    await screen.findByRole('alertdialog', { name: 'Run the walk again?' });
    expect([calls.of('walk_close'), calls.of('walk_restart')]).toEqual([[], []]);
    await userEvent.click(action('walk-restart-confirm'));
    await waitFor(() => expect(calls.of('walk_restart')).toHaveLength(1));
    await waitFor(() => expect(walks.leaving).toBeNull());
  });

  it('closes at once where nothing is lost', async () => {
    show(walk([step(1, 'passed')], { verdict: 'passed' }));
    await userEvent.click(action('walk-close'));
    await waitFor(() => expect(calls.of('walk_close')).toHaveLength(1));
    expect(screen.queryByRole('alertdialog')).toBeNull();
  });

  it('keeps the proof of a run that failed until it has a report, or the tester lets it go', async () => {
    calls.answers.walk_save_report = { path: 'exports/replay.html', events: 40 };
    show(failed);
    await userEvent.click(action('walk-close'));
    expect((await screen.findByRole('alertdialog')).textContent).toContain('no report of this run is saved');
    await userEvent.click(action('walk-leave-report'));
    await waitFor(() => expect(calls.of('walk_save_report')).toEqual([{ format: 'html' }]));
    await waitFor(() => expect(action('walk-leave-report')).toBeNull());
    expect(calls.of('walk_close')).toHaveLength(0);
    await userEvent.click(action('walk-close-confirm'));
    await waitFor(() => expect(calls.of('walk_close')).toHaveLength(1));
    await waitFor(() => expect(screen.queryByRole('alertdialog')).toBeNull());
    await userEvent.click(action('walk-restart'));
    await waitFor(() => expect(calls.of('walk_restart')).toHaveLength(1));
    // Another run has no report yet.
    desk.state = deskOf({ generation: 3, showing: 'walk', walk: failed });
    await userEvent.click(action('walk-restart'));
    await screen.findByRole('alertdialog');
    expect(calls.of('walk_restart')).toHaveLength(1);
  });

  it('copies what differs with its place and the command that shows it again', async () => {
    show({ ...failed, path: 'built-in:pin-sync/01-first.toml' });
    expect(role('walk-where').textContent).toBe('01-first.toml:9');
    expect(role('walk-seed').textContent).toBe('seed 1');
    expect(failureText({ ...failed, path: 'built-in:pin-sync/01-first.toml' }, failed.steps[1]!)).toBe(
      ['The sign counter is 2, not 1.', 'fixtures/walks/pin-sync/01-first.toml:9 (step 2: Step 2)', 'again: touchstone walk fixtures/walks/pin-sync/01-first.toml --seed 1'].join('\n'),
    );
    expect(again({ ...failed, path: "/walks of mine/it's.toml", seed: '7' })).toBe(String.raw`touchstone walk '/walks of mine/it'\''s.toml' --seed 7`);
    expect(screen.getByLabelText('Copy the failure')).not.toBeNull();
  });

  it('says why it could not start anew', () => {
    show({ ...running, problem: { code: 'machineRefused', message: 'No folder could be made for this run.' } });
    expect(role('walk-verdict').textContent).toContain('✕ No folder could be made for this run.');
  });
});
