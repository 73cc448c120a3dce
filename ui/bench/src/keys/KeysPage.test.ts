import { render, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KeySummary } from '../bindings/types';
import { deviceOf } from '../pin/enrolment.fixture';
import { bench } from '../state/bench.svelte';
import { action, benchOf, fresh, gone, role, roles, type Calls } from '../walk/stage.fixture';
import KeysPage from './KeysPage.svelte';
import { factOf, findingOf, keyOf, reportOf, udpKeyOf } from './keys.fixture';
import { keysDesk } from './keys-desk.svelte';

let calls: Calls;

const stand = (keys: KeySummary[], more: object = {}) => {
  bench.state = { ...benchOf(), keys, ...more };
  keysDesk.keep(keys);
};
const open = async () => {
  render(KeysPage);
  await waitFor(() => expect(calls.of('keys_doctor')).toHaveLength(1));
};
const names = () => roles('key-fact').map((row) => row.querySelector('.term')!.textContent);

beforeEach(() => {
  calls = fresh();
  calls.answers['keys_doctor'] = [findingOf('hidraw'), findingOf('udevRule', { state: 'problem', sentence: 'There is no rule.', command: "echo 'a' | sudo tee b" })];
  calls.answers['key_info'] = reportOf();
  keysDesk.chosen = null;
  keysDesk.findings = [];
  keysDesk.open = true;
});
afterEach(async () => {
  stand([]);
  await gone();
});

describe('the Keys page', () => {
  it('says what to do where no key is plugged in, and plugs a software key in', async () => {
    stand([], { devices: [deviceOf({ profile: 'phone' }), deviceOf({ id: 'k', name: 'PIN key A', profile: 'pin-key' })] });
    await open();
    expect(role('keys-empty').textContent).toContain('Plug a security key into this machine');
    await userEvent.click(action('keys-plug'));
    await waitFor(() => expect(calls.of('device_plug')).toEqual([{ device: 'k', way: 'udp' }]));
  });

  it('reads the first key by itself, and explains each member', async () => {
    stand([keyOf(), udpKeyOf(9000)]);
    await open();
    await waitFor(() => expect(names()).toEqual(['versions', 'aaguid', 'options']));
    expect(calls.of('key_info')).toEqual([{ key: 'hid:/dev/hidraw3' }]);
    expect(role('key-name').textContent).toBe('YubiKey FIDO');
    expect(roles('key-answer').map((one) => one.textContent!.trim())).toContain('✓ set · 8 tries left');
    await userEvent.click(action('key-absent'));
    expect(names()).toContain('minPINLength');
  });

  it('says that nothing is in the way, not that all is well, of what only some want', async () => {
    calls.answers['keys_doctor'] = [findingOf('hidraw'), findingOf('uhid', { state: 'optional', command: 'sudo modprobe uhid' })];
    stand([keyOf()]);
    await open();
    await waitFor(() => expect(action('keys-machine').textContent).toContain('✓ nothing in the way'));
  });

  it('is walked by arrow keys, and left by Escape', async () => {
    stand([keyOf(), udpKeyOf(9000)]);
    await open();
    await waitFor(() => expect(document.activeElement?.getAttribute('data-key')).toBe('hid:/dev/hidraw3'));
    await userEvent.keyboard('{ArrowDown}');
    await waitFor(() => expect(role('key-detail').dataset.key).toBe('udp:127.0.0.1:9000'));
    await userEvent.keyboard('{End}');
    await waitFor(() => expect(role('keys-doctor')).not.toBeNull());
    expect(roles('finding').map(({ dataset }) => dataset.state)).toEqual(['problem', 'ok']);
    await userEvent.keyboard('{Escape}');
    expect(keysDesk.open).toBe(false);
  });

  it('lets go of a key that is unplugged, and asks the one that comes in its place', async () => {
    stand([keyOf()]);
    await open();
    await waitFor(() => expect(calls.of('key_info')).toHaveLength(1));
    stand([]);
    await waitFor(() => expect(role('keys-empty')).not.toBeNull());
    stand([keyOf({ name: 'Another' })]);
    await waitFor(() => expect(role('key-name').textContent).toBe('Another'));
    await waitFor(() => expect(calls.of('key_info')).toHaveLength(2));
  });

  it('copies commands, and the whole report as JSON', async () => {
    const user = userEvent.setup();
    stand([keyOf()]);
    await open();
    await waitFor(() => expect(action('key-copy').hasAttribute('disabled')).toBe(false));
    await user.click(action('key-copy'));
    await waitFor(async () => expect(JSON.parse(await navigator.clipboard.readText())).toEqual(reportOf()));
    await user.click(action('keys-machine'));
    await user.click(role('command').querySelector('button')!);
    expect(await navigator.clipboard.readText()).toBe("echo 'a' | sudo tee b");
  });

  it('says what stands in the way of a key, with the command, and asks it nothing', async () => {
    stand([keyOf({ problem: { code: 'noRights', message: 'You have no right to open it.', command: 'sudo chmod a+rw /dev/hidraw3' } })]);
    await open();
    expect(role('key-problem').textContent).toContain('You have no right to open it.');
    expect(role('key-problem').textContent).toContain('sudo chmod a+rw /dev/hidraw3');
    expect(action('key-use').hasAttribute('disabled')).toBe(true);
    expect(calls.of('key_info')).toEqual([]);
  });

  it('says why a key gave no answer, and reads it again when it is told to', async () => {
    calls.refuses['key_info'] = { code: 'keySilent', message: 'The key did not answer. Unplug it and put it back.' };
    stand([keyOf()]);
    await open();
    await waitFor(() => expect(role('key-read-problem').textContent).toContain('The key did not answer.'));
    calls.refuses = {};
    await userEvent.click(action('key-read'));
    await waitFor(() => expect(role('key-read-problem')).toBeNull());
    expect(names()).toContain('versions');
  });

  it('uses a key, and lets it show itself', async () => {
    stand([keyOf(), udpKeyOf(9000)]);
    await open();
    await userEvent.click(action('key-wink'));
    await userEvent.click(action('key-use'));
    await userEvent.click(action('keys-touch'));
    await waitFor(() => expect(calls.of('keys_touch')).toHaveLength(1));
    expect(calls.of('key_wink')).toEqual([{ key: 'hid:/dev/hidraw3' }]);
    expect(calls.of('device_pick')).toEqual([{ device: 'hid:/dev/hidraw3' }]);
  });

  it('shows findings and facts that are alike, as two keys and a strange one give them', async () => {
    const alike = [findingOf('rights', { state: 'problem' }), findingOf('rights', { state: 'problem' }), findingOf('held'), findingOf('held')];
    calls.answers['keys_doctor'] = alike;
    // Map keys -1 and "-1".
    const unknown = { ...factOf(0, '-1', { standing: 'unknown' }), number: null };
    calls.answers['key_info'] = reportOf({ facts: [...reportOf().facts, unknown, unknown], remarks: ['It is odd.', 'It is odd.'] });
    stand([keyOf(), udpKeyOf(9000)]);
    await open();
    await waitFor(() => expect(names()).toEqual(['versions', 'aaguid', 'options', '-1', '-1']));
    expect(roles('key-remark')).toHaveLength(2);
    await userEvent.click(action('keys-machine'));
    expect(roles('finding').map(({ dataset }) => dataset.what)).toEqual(['rights', 'rights', 'held', 'held']);
    await userEvent.click(action('doctor-again'));
    await waitFor(() => expect(calls.of('keys_doctor')).toHaveLength(2));
    expect(roles('finding')).toHaveLength(4);
  });

  it('keeps strange words of a key as text', async () => {
    const report = reportOf();
    report.facts[0]!.shown = '<img src=x onerror=alert(1)>';
    calls.answers['key_info'] = report;
    stand([keyOf({ name: '<b>key</b>' })]);
    await open();
    await waitFor(() => expect(names()).toContain('versions'));
    expect(role('keys-page').querySelector('img')).toBeNull();
    expect(role('key-name').textContent).toBe('<b>key</b>');
  });
});
