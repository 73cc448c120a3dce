import { render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ArmedFault, DeviceSummary } from '../bindings/types';
import { deviceOf } from '../pin/enrolment.fixture';
import { bench } from '../state/bench.svelte';
import { desk } from '../state/desk.svelte';
import { toasts } from '../state/toasts.svelte';
import { action, benchOf, catalogue, deskOf, field, finish, fresh, gone, role, roles, step, summary, walk, type Calls } from '../walk/stage.fixture';
import { walks } from '../walk/walks.svelte';
import HeadBar from './HeadBar.svelte';

let calls: Calls;

beforeEach(() => {
  calls = fresh();
});
afterEach(gone);

const head = () => render(HeadBar, { onabout: () => undefined, onkeyboard: () => undefined });
const running = walk([step(1, 'passed'), step(2, 'current')]);

describe('the network in the head', () => {
  it('says how it stands and changes it', async () => {
    head();
    expect(action('network-chip').textContent).toContain('online');
    expect(action('network-chip').dataset.bent).toBe('false');
    await userEvent.click(action('network-chip'));
    await userEvent.click(action('network-offline'));
    await waitFor(() => expect(calls.of('network_set')).toEqual([{ state: { kind: 'offline' } }]));
  });

  it('says in words and with a sign that it is bent', () => {
    bench.state = benchOf({ network: { kind: 'answerLost', requests: 2, path: null } });
    head();
    expect(action('network-chip').textContent).toContain('next 2 answers lost, bent on purpose');
    expect(action('network-chip').dataset.bent).toBe('true');
    expect(action('network-chip').querySelector('svg.sign')).not.toBeNull();
  });

  it('takes the number that was typed', async () => {
    head();
    await userEvent.click(action('network-chip'));
    await userEvent.clear(field('network-slow'));
    await userEvent.type(field('network-slow'), '250{Enter}');
    await waitFor(() => expect(calls.of('network_set')).toEqual([{ state: { kind: 'slow', millis: 250 } }]));
  });

  it('says why it could not be changed', async () => {
    calls.refuses.network_set = { code: 'portTaken', message: 'Another program has taken the relying party’s port.' };
    head();
    await userEvent.click(action('network-chip'));
    await userEvent.click(action('network-server-down'));
    await waitFor(() => expect(toasts.list.map((toast) => toast.message)).toEqual(['Another program has taken the relying party’s port.']));
  });
});

describe('the network of a device', () => {
  const phones = (...names: string[]) => names.map((name) => deviceOf({ id: name, name }));
  const stand = (devices: DeviceSummary[], activeDevice = devices[0]!.id) => (bench.state = { ...benchOf(), devices, activeDevice });

  it('is bent beside that of the pages', async () => {
    stand(phones('A'));
    head();
    expect(action('device-network-chip').textContent).toContain('online');
    await userEvent.click(action('device-network-chip'));
    await userEvent.click(action('device-network-offline'));
    await waitFor(() => expect(calls.of('device_network_set')).toEqual([{ device: 'A', state: { kind: 'offline' } }]));
    expect(calls.of('network_set')).toEqual([]);
  });

  it('says in words and with a sign that it is bent, and has no server to stop', async () => {
    stand([deviceOf({ network: { kind: 'offline' } })]);
    head();
    expect(action('device-network-chip').textContent).toContain('offline, bent on purpose');
    await userEvent.click(action('device-network-chip'));
    expect(roles('device-network-state').map((one) => one.dataset.state)).toEqual(['online', 'offline', 'slow', 'lossy', 'answer-lost']);
  });

  it('is bent for all of them at once', async () => {
    stand(phones('A', 'B'));
    head();
    await userEvent.click(action('device-network-chip'));
    await userEvent.click(action('device-network-whose-all'));
    await userEvent.click(action('device-network-offline'));
    await waitFor(() => expect(calls.of('device_network_set')).toEqual([{ device: null, state: { kind: 'offline' } }]));
  });

  it('loses only the answers of one path, and keeps that path when the number changes', async () => {
    calls.answers.fault_catalogue = [...catalogue, { message: 'POST /pin/exchange', direction: 'response', fields: [], effects: ['drop'] }];
    stand(phones('A'));
    head();
    await userEvent.click(action('device-network-chip'));
    const path = field('device-network-answer-lost-path') as unknown as HTMLSelectElement;
    await waitFor(() => expect([...path.options].map(({ text }) => text)).toEqual(['all paths', '/pin/exchange']));
    await userEvent.selectOptions(path, '/pin/exchange');
    await userEvent.click(action('device-network-answer-lost'));
    const lost = { kind: 'answerLost', requests: 1, path: '/pin/exchange' } as const;
    await waitFor(() => expect(calls.of('device_network_set')).toEqual([{ device: 'A', state: lost }]));
    stand(phones('A').map((phone) => ({ ...phone, network: lost })));
    await waitFor(() => expect(path.value).toBe('/pin/exchange'));
    await userEvent.clear(field('device-network-answer-lost'));
    await userEvent.type(field('device-network-answer-lost'), '3');
    await userEvent.click(action('device-network-answer-lost-change'));
    await waitFor(() => expect(calls.of('device_network_set')[1]).toEqual({ device: 'A', state: { ...lost, requests: 3 } }));
  });

  it('is none for a security key', () => {
    stand([deviceOf({ profile: 'key' })]);
    head();
    expect((action('device-network-chip') as HTMLButtonElement).disabled).toBe(true);
  });
});

describe('the clock in the head', () => {
  it('skips for all parties, or for one', async () => {
    head();
    await userEvent.click(action('clock-chip'));
    await userEvent.click(action('clock-skip-6m'));
    await userEvent.click(action('clock-party-relyingParty'));
    await userEvent.click(action('clock-skip-1d'));
    await waitFor(() =>
      expect(calls.of('clock_move')).toEqual([
        { parties: [], motion: { kind: 'skip', millis: 360_000 } },
        { parties: ['relyingParty'], motion: { kind: 'skip', millis: 86_400_000 } },
      ]),
    );
  });

  it('reads an amount, goes back by it, and refuses what is none', async () => {
    head();
    await userEvent.click(action('clock-chip'));
    await userEvent.type(field('clock-amount'), 'soon');
    await userEvent.click(action('clock-skip'));
    await screen.findByText('Write a length of time, such as 90s, 6m, 1h 30m or 1d.');
    expect(calls.of('clock_move')).toEqual([]);
    await userEvent.clear(field('clock-amount'));
    await userEvent.type(field('clock-amount'), '1h 30m');
    await userEvent.click(action('clock-back'));
    await waitFor(() => expect(calls.of('clock_move')).toEqual([{ parties: [], motion: { kind: 'back', millis: 5_400_000 } }]));
  });

  it('changes the speed and finds the way back', async () => {
    head();
    await userEvent.click(action('clock-chip'));
    await userEvent.click(action('clock-rate-60'));
    await userEvent.click(action('clock-rate-0'));
    await userEvent.click(action('clock-reset'));
    await waitFor(() => expect(calls.of('clock_move').map(({ motion }) => motion)).toEqual([{ kind: 'run', rate: 60 }, { kind: 'run', rate: 0 }, { kind: 'reset' }]));
  });

  it('shows how far it was moved', () => {
    const state = benchOf();
    bench.state = benchOf({ clocks: state.seams.clocks.map((clock) => ({ ...clock, now: clock.now + 21_600_000, offsetMillis: 21_600_000, moved: true })) });
    head();
    expect(action('clock-chip').textContent).toContain('+6 h, bent on purpose');
  });
});

describe('the faults in the head', () => {
  const armed: ArmedFault[] = [{ id: 4, left: 1, fault: { message: finish, direction: 'request', times: 1, effect: { kind: 'drop' } } }];

  it('arms what the form says', async () => {
    head();
    expect(action('fault-chip').textContent).toContain('none');
    await userEvent.click(action('fault-chip'));
    await waitFor(() => expect(field('fault-message').value).toBe(finish));
    await userEvent.selectOptions(field('fault-field'), 'credential.response.userHandle');
    await userEvent.click(action('fault-change-set'));
    await userEvent.type(field('fault-value'), 'bWFsbG9yeQ');
    await userEvent.clear(field('fault-times'));
    await userEvent.type(field('fault-times'), '2');
    await userEvent.click(action('fault-arm'));
    const effect = { kind: 'tamper', field: 'credential.response.userHandle', change: { kind: 'set', value: 'bWFsbG9yeQ' } };
    await waitFor(() => expect(calls.of('fault_arm')).toEqual([{ fault: { message: finish, direction: 'request', times: 2, effect } }]));
  });

  it('offers only what the other half can suffer', async () => {
    head();
    await userEvent.click(action('fault-chip'));
    await waitFor(() => expect(field('fault-message').value).toBe(finish));
    await userEvent.selectOptions(field('fault-direction'), 'response');
    expect([...field('fault-effect').querySelectorAll('option')].map((option) => option.value)).toEqual(['drop', 'delay']);
    expect(field('fault-field')).toBeNull();
    await userEvent.click(action('fault-arm'));
    await waitFor(() => expect(calls.of('fault_arm')).toEqual([{ fault: { message: finish, direction: 'response', times: 1, effect: { kind: 'drop' } } }]));
  });

  it('takes a field that is written out, and an earlier message by its event', async () => {
    head();
    await userEvent.click(action('fault-chip'));
    await waitFor(() => expect(field('fault-message').value).toBe(finish));
    await userEvent.selectOptions(field('fault-field'), 'Another one, written out');
    await userEvent.type(field('fault-field-written'), '.0');
    await userEvent.click(action('fault-arm'));
    await waitFor(() => expect(calls.of('fault_arm')[0]).toMatchObject({ fault: { effect: { field: 'credential.response.signature.0' } } }));
    await userEvent.selectOptions(field('fault-effect'), 'replay');
    await userEvent.type(field('fault-earlier'), '41');
    await userEvent.click(action('fault-arm'));
    await waitFor(() => expect(calls.of('fault_arm')[1]).toMatchObject({ fault: { effect: { kind: 'replay', earlier: 41 } } }));
  });

  it('says why a fault was refused, beside the form', async () => {
    calls.refuses.fault_arm = { code: 'noEarlierMessage', message: 'No such message was sent yet, so there is nothing to replay.' };
    head();
    await userEvent.click(action('fault-chip'));
    await waitFor(() => expect(field('fault-message').value).toBe(finish));
    await userEvent.selectOptions(field('fault-effect'), 'replay');
    await userEvent.click(action('fault-arm'));
    await screen.findByText('No such message was sent yet, so there is nothing to replay.');
  });

  it('lists what is armed and disarms it', async () => {
    bench.state = benchOf({ faults: armed });
    head();
    expect(action('fault-chip').textContent).toContain('1 armed, bent on purpose');
    await userEvent.click(action('fault-chip'));
    await waitFor(() => expect(roles('fault-armed')).toHaveLength(1));
    expect(role('fault-armed').textContent).toContain(`The next request ${finish} will be dropped.`);
    await userEvent.click(action('fault-disarm'));
    await waitFor(() => expect(calls.of('fault_disarm')).toEqual([{ id: 4 }]));
    await userEvent.click(action('fault-clear'));
    await waitFor(() => expect(calls.of('fault_clear')).toHaveLength(1));
  });
});

describe('the gold button', () => {
  it('offers a walk, then steps through it', async () => {
    head();
    expect(action('primary').textContent).toContain('Play a walk');
    await userEvent.click(action('primary'));
    expect(walks.picking).toBe(true);
    desk.state = deskOf({ showing: 'walk', walk: running });
    await waitFor(() => expect(action('primary').dataset.does).toBe('step'));
    await userEvent.click(action('primary'));
    expect(calls.of('walk_step')).toHaveLength(1);
    expect(action('walk-chip').textContent).toContain('Alice makes a passkey');
  });

  it('goes on to the next walk at the end', async () => {
    walks.list = [summary('enrolment'), summary('replay')];
    desk.state = deskOf({ showing: 'walk', walk: { ...running, verdict: 'passed' } });
    head();
    await userEvent.click(action('primary'));
    await waitFor(() => expect(calls.of('walk_open')).toEqual([{ path: 'replay' }]));
  });

  it('runs a walk that failed again, once its proof is kept', async () => {
    desk.state = deskOf({ showing: 'walk', walk: { ...running, verdict: 'failed' } });
    head();
    await userEvent.click(action('primary'));
    expect(walks.leaving).toEqual({ to: 'restart' });
    expect(calls.of('walk_restart')).toEqual([]);
    calls.answers.walk_save_report = { path: 'exports/replay.html', events: 40 };
    await walks.saveReport('html');
    await userEvent.click(action('primary'));
    await waitFor(() => expect(calls.of('walk_restart')).toHaveLength(1));
  });

  it('does nothing twice while a step is being done', async () => {
    desk.state = deskOf({ showing: 'walk', walk: { ...running, busy: true } });
    head();
    await userEvent.click(action('primary'));
    expect(calls.of('walk_step')).toHaveLength(0);
  });
});

describe('in a narrow window', () => {
  it('keeps everything within reach behind one button', async () => {
    vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener() {}, removeEventListener() {} }));
    head();
    expect(action('save-timeline')).toBeNull();
    action('more').focus();
    await userEvent.keyboard('{Enter}');
    await waitFor(() => expect(action('save-timeline')).not.toBeNull());
    expect(['record', 'keyboard', 'about', 'theme-dark'].filter((name) => !action(name))).toEqual([]);
    await userEvent.click(action('record'));
    expect(walks.recorder).toBe('start');
  });

  it('records only from the tester’s own bench', () => {
    desk.state = deskOf({ showing: 'walk', walk: running });
    head();
    expect(action('record')).toBeNull();
  });
});
