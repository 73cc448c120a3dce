import { render, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KeySummary, Prompt, Question } from '../bindings/types';
import DevicePane from '../device/DevicePane.svelte';
import { deviceOf } from '../pin/enrolment.fixture';
import { bench } from '../state/bench.svelte';
import { action, benchOf, fresh, gone, role, type Calls } from '../walk/stage.fixture';
import { keyOf, reportOf, udpKeyOf } from './keys.fixture';
import { keysDesk } from './keys-desk.svelte';

let calls: Calls;

const phone = deviceOf({ id: 'a', name: 'Phone A' });
const stand = (keys: KeySummary[], activeDevice: string, prompt: Prompt | null = null, devices = [phone]) =>
  (bench.state = { ...benchOf(), devices, keys, activeDevice, prompt });
const asks = (question: Question): Prompt => ({ id: 3, asker: 'client', device: null, key: keyOf().id, rpId: 'localhost', deadline: Date.now() + 60_000, question });

beforeEach(() => {
  calls = fresh();
  calls.answers['key_info'] = reportOf();
  keysDesk.open = false;
});
afterEach(async () => {
  keysDesk.keep([]);
  await gone();
});

describe('a key in use', () => {
  it('says who it is and how its PIN stands', async () => {
    stand([keyOf()], keyOf().id);
    render(DevicePane);
    expect(role('device-name').textContent).toBe('YubiKey FIDO');
    await waitFor(() => expect(role('key-pin-fact').textContent).toBe('set · 8 tries left'));
    await userEvent.click(action('key-wink'));
    expect(calls.of('key_wink')).toEqual([{ key: keyOf().id }]);
    await userEvent.click(action('key-details'));
    expect(keysDesk.open).toBe(true);
    expect(keysDesk.shown([udpKeyOf(9000), keyOf()])).toEqual({ kind: 'key', id: keyOf().id });
  });

  it('is read once, and again when a call has ended: not with every news of the bench', async () => {
    stand([keyOf()], keyOf().id);
    render(DevicePane);
    await waitFor(() => expect(role('key-pin-fact')).not.toBeNull());
    stand([keyOf()], keyOf().id);
    stand([keyOf(), udpKeyOf(9000)], keyOf().id);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(calls.of('key_info')).toHaveLength(1);
    bench.ended++;
    await waitFor(() => expect(calls.of('key_info')).toHaveLength(2));
  });

  it('shows that it waits for a touch, or for its PIN', async () => {
    stand([keyOf()], keyOf().id, asks({ kind: 'keyTouch', purpose: 'signIn' }));
    render(DevicePane);
    expect(role('key-pane').textContent).toContain('Touch it now');
    stand([keyOf()], keyOf().id, asks({ kind: 'keyPin', purpose: 'enter', triesLeft: 8, last: false, problem: null, minLength: 4, maxBytes: 63 }));
    await waitFor(() => expect(role('key-pane').textContent).toContain('The browser asks for it'));
  });

  it('that is unplugged is missed at once, and found again', async () => {
    stand([keyOf()], keyOf().id);
    render(DevicePane);
    stand([], keyOf().id);
    bench.state = { ...bench.state!, unpluggedKey: 'YubiKey FIDO' };
    await waitFor(() => expect(role('key-away').textContent).toContain('/dev/hidraw3'));
    expect(role('device-name').textContent).toBe('YubiKey FIDO');
    stand([keyOf()], keyOf().id);
    await waitFor(() => expect(role('key-pane')).not.toBeNull());
  });

  it('that is unplugged is not taken for a device of this bench that bears its name', async () => {
    const away = { unpluggedKey: 'Blue key' };
    const devices = [deviceOf({ id: 'b', name: 'Blue key', profile: 'key' })];
    bench.state = { ...benchOf(), devices, activeDevice: 'udp:127.0.0.1:9000', ...away };
    render(DevicePane);
    expect(role('key-away').textContent).toContain('Put it back and it goes on');
    bench.state = { ...bench.state, unpluggedDevice: 'b' };
    await waitFor(() => expect(action('key-plug-again')).not.toBeNull());
    await userEvent.click(action('key-plug-again'));
    expect(calls.of('device_plug')).toEqual([{ device: 'b', way: 'udp' }]);
  });

  it('that may not be opened says which command gives the right, and is asked nothing', async () => {
    stand([keyOf({ problem: { code: 'noRights', message: 'You have no right to open it.', command: 'sudo chmod a+rw /dev/hidraw3' } })], keyOf().id);
    render(DevicePane);
    expect(role('command').textContent).toContain('sudo chmod a+rw /dev/hidraw3');
    expect(calls.of('key_info')).toEqual([]);
  });
});

describe('a software device that is plugged in', () => {
  const plugged = deviceOf({ id: 'a', name: 'Phone A', plugged: { way: 'udp', key: 'udp:127.0.0.1:9000' } });

  it('is still seen as the device, and can be unplugged', async () => {
    stand([udpKeyOf(9000, { device: 'a' })], 'udp:127.0.0.1:9000', null, [plugged]);
    render(DevicePane);
    expect(role('device-name').textContent).toBe('Phone A');
    expect(role('plugged').textContent).toContain('127.0.0.1:9000');
    await userEvent.click(action('device-unplug-now'));
    expect(calls.of('device_unplug')).toEqual([{ device: 'a' }]);
  });

  it('is plugged in from its menu', async () => {
    calls.answers['device_plug'] = 'udp:127.0.0.1:9000';
    stand([], 'a');
    render(DevicePane);
    await userEvent.click(action('device-menu'));
    (await waitFor(() => action('device-plug'))).focus();
    await userEvent.keyboard('{ArrowRight}');
    await userEvent.click(await waitFor(() => action('device-plug-udp')));
    await waitFor(() => expect(calls.of('device_plug')).toEqual([{ device: 'a', way: 'udp' }]));
  });
});

it('picks keys in the menu of devices', async () => {
  stand([keyOf(), udpKeyOf(9000)], 'a');
  render(DevicePane);
  await userEvent.click(action('device-menu'));
  await waitFor(() => expect(action('keys-touch')).not.toBeNull());
  await userEvent.click(document.querySelector(`[data-key="${keyOf().id}"]`)!);
  await waitFor(() => expect(calls.of('device_pick')).toEqual([{ device: keyOf().id }]));
});
