import { render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RelyingPartySummary } from '../bindings/types';
import { bench } from '../state/bench.svelte';
import { toasts } from '../state/toasts.svelte';
import { action, benchOf, field, fresh, gone, role, type Calls } from '../walk/stage.fixture';
import PartyDialogs from './PartyDialogs.svelte';
import RelyingPartyPane from './RelyingPartyPane.svelte';
import { frame } from './frame.svelte';
import { partyTasks } from './party-tasks.svelte';

let calls: Calls;

const acme: RelyingPartySummary = { name: 'Acme', rpId: 'localhost', origin: 'http://localhost:7780', further: false, problem: null };
const bank: RelyingPartySummary = { name: 'Bank', rpId: 'bank.localhost', origin: 'http://bank.localhost:7781', further: true, problem: null };

const stand = (...relyingParties: RelyingPartySummary[]) => (bench.state = { ...benchOf(), relyingParties });
const page = () => role('rp-frame') as HTMLIFrameElement;
const pick = async (menu: string, item: string) => {
  await userEvent.click(action(menu));
  await waitFor(() => expect(document.querySelector(item)).not.toBeNull());
  await userEvent.click(document.querySelector(item)!);
};

beforeEach(() => {
  calls = fresh();
  bench.party = null;
  frame.wanted = null;
  partyTasks.current = null;
});
afterEach(gone);

describe('several relying parties', () => {
  it('are switched between in the head of their pane', async () => {
    stand(acme, bank);
    render(RelyingPartyPane);
    expect(page().src).toBe('http://localhost:7780/');
    await pick('rp-switch', '[data-rp="bank.localhost"]');
    await waitFor(() => expect(page().src).toBe('http://bank.localhost:7781/'));
    expect(role('rp-name').textContent).toBe('Bank');
  });

  it('are none of the head while there is one', () => {
    stand(acme);
    render(RelyingPartyPane);
    expect(action('rp-switch')).toBeNull();
    expect(role('rp-name').textContent).toBe('Acme');
  });

  it('are shown again from the first when the chosen one is gone', async () => {
    stand(acme, bank);
    bench.party = 'bank.localhost';
    render(RelyingPartyPane);
    expect(page().src).toBe('http://bank.localhost:7781/');
    stand(acme);
    await waitFor(() => expect(page().src).toBe('http://localhost:7780/'));
  });

  it('bring a page of another one into the frame', async () => {
    stand(acme, bank);
    render(RelyingPartyPane);
    frame.open('bank.localhost', '/account');
    await waitFor(() => expect(page().src).toBe('http://bank.localhost:7781/account'));
    expect(frame.wanted).toBeNull();
  });
});

describe('the relying party’s menu', () => {
  it('opens the workstation in the frame', async () => {
    stand(acme);
    render(RelyingPartyPane);
    await pick('rp-menu', '[data-action="rp-workstation"]');
    await waitFor(() => expect(page().src).toBe('http://localhost:7780/workstation'));
  });

  it('hands the administration its token through the bridge, never in the address', async () => {
    calls.answers.relying_party_admin = 'canary-token';
    stand(acme);
    render(RelyingPartyPane);
    await pick('rp-menu', '[data-action="rp-admin"]');
    await waitFor(() => expect(page().src).toBe('http://localhost:7780/admin'));
    expect(calls.of('relying_party_admin')).toEqual([{ rpId: 'localhost' }]);
    const given = vi.spyOn(page().contentWindow!, 'postMessage').mockImplementation(() => undefined);
    const view = { path: '/admin', signedInAs: null, error: null, passkeys: [], scanCodes: [] };
    const event = new MessageEvent('message', { data: { touchstone: 'page', busy: false, view }, origin: 'http://localhost:7780', source: page().contentWindow });
    window.dispatchEvent(event);
    expect(given.mock.calls).toEqual([[{ touchstone: 'act', id: -1, act: { kind: 'adminSignIn', token: 'canary-token' } }, 'http://localhost:7780']]);
    expect(document.documentElement.outerHTML).not.toContain('canary-token');
    expect(JSON.stringify(calls.of('page_told'))).not.toContain('canary-token');
  });

  it('says why there is no token', async () => {
    calls.refuses.relying_party_admin = { code: 'relyingPartyDown', message: 'The relying party does not run.' };
    stand(acme);
    render(RelyingPartyPane);
    await pick('rp-menu', '[data-action="rp-admin"]');
    await waitFor(() => expect(toasts.list.map(({ message }) => message)).toEqual(['The relying party does not run.']));
    expect(page().src).toBe('http://localhost:7780/');
  });

  it('stops and starts it', async () => {
    stand(acme, bank);
    bench.party = 'bank.localhost';
    render(RelyingPartyPane);
    await pick('rp-menu', '[data-action="rp-restart"]');
    await waitFor(() => expect(calls.of('relying_party_restart')).toEqual([{ rpId: 'bank.localhost' }]));
  });
});

describe('the relying parties’ dialogs', () => {
  it('add one and show it', async () => {
    calls.answers.relying_party_add = bank;
    stand(acme, bank);
    render(PartyDialogs);
    partyTasks.current = { kind: 'add' };
    await waitFor(() => expect(field('rp-name')).not.toBeNull());
    await userEvent.click(action('rp-add-confirm'));
    await screen.findByText(/A relying party needs a name/);
    await userEvent.type(field('rp-name'), ' Bank {Enter}');
    await waitFor(() => expect(calls.of('relying_party_add')).toEqual([{ name: 'Bank' }]));
    await waitFor(() => expect(bench.party).toBe('bank.localhost'));
  });

  it('remove one only after a question, and stay with the problem', async () => {
    calls.refuses.relying_party_remove = { code: 'busy', message: 'It is starting. Try again.' };
    stand(acme, bank);
    render(PartyDialogs);
    partyTasks.current = { kind: 'remove', party: bank };
    await screen.findByText(/Bank stops and leaves the bench/);
    await userEvent.click(action('rp-remove-confirm'));
    await screen.findByText('It is starting. Try again.');
    expect(calls.of('relying_party_remove')).toEqual([{ rpId: 'bank.localhost' }]);
  });
});
