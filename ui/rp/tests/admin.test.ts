import { screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';
import { details, locks, spoken } from '../src/admin/words';
import type { AdminAccount, AuditEntry } from '../src/bindings';
import { action, by, field, press, reads, role, visit } from './page';
import { policy } from './policy';
import { gone, json, nobody, refusal, relyingParty, serve, session, type Sent } from './server';

const phone = {
  enrolmentId: 'e1',
  deviceName: 'Phone A',
  enrolledAt: '2026-11-20T10:00:00Z',
  lastSyncAt: '2026-11-22T14:00:00Z',
  failures: 5,
  pinVersion: 3,
  syncCounter: 9,
  mayBeCopied: false,
};
const alice: AdminAccount = {
  account: session.account,
  pin: {
    status: 'locked',
    pinVersion: 3,
    attemptsLeft: 0,
    unlockEpoch: 1,
    locked: true,
    expiresAt: null,
    extraUsesLeft: 0,
    logonLocked: true,
    phones: [phone],
  },
};
const entry = (number: number): AuditEntry => ({
  number,
  at: '2026-11-22T14:00:00Z',
  account: 'alice',
  who: 'device',
  what: 'pinLocked',
  detail: { number },
});

/** An administration whose token is `right`. */
function server(letIn: boolean, answers: Parameters<typeof serve>[0] = {}): Sent[] {
  let open = letIn;
  const guarded = (answer: () => Response) => () => (open ? answer() : nobody());
  return serve({
    'GET /api/relying-party': () => json(200, relyingParty),
    'GET /api/session': nobody,
    'POST /api/admin/session': ({ headers }) => {
      open = headers.authorization === 'Bearer right';
      return open ? json(200, { expiresAt: session.now, now: session.now }) : refusal(401, 'wrongToken', 'This is not the administrator’s token. Take it from the file admin-token.');
    },
    'DELETE /api/admin/session': () => {
      open = false;
      return gone();
    },
    'GET /api/admin/policy': guarded(() => json(200, policy)),
    'GET /api/admin/accounts': guarded(() => json(200, { accounts: [alice], now: session.now })),
    ...answers,
  });
}

describe('the door of the administration', () => {
  it('sends the token in one header, keeps it nowhere and opens', async () => {
    const log = server(false);
    visit('/admin');
    await userEvent.type(await field('admin-token'), 'wrong');
    await press('admin-sign-in');
    await reads('error', 'not the administrator’s token');
    expect((await field('admin-token')).value).toBe('');
    await userEvent.type(await field('admin-token'), 'right{Enter}');
    expect(await role('policy-version')).toBe('4');
    const sent = log.filter(({ path }) => path === '/api/admin/session');
    expect(sent.map(({ headers, body }) => [headers.authorization, body])).toEqual([
      ['Bearer wrong', undefined],
      ['Bearer right', undefined],
    ]);
    expect(log.filter(({ headers }) => headers.authorization).length).toBe(2);
    expect(JSON.stringify([{ ...localStorage }, { ...sessionStorage }, location.href])).not.toContain('right');
    expect(document.body.innerHTML).not.toContain('right"');
  });

  it('asks for the token before it asks the server', async () => {
    const log = server(false);
    visit('/admin');
    await press('admin-sign-in');
    expect(screen.getByText('Paste the token.')).toBeTruthy();
    expect(log.some(({ method }) => method === 'POST')).toBe(false);
  });

  it('is open while the session lasts, and asks again when it ended', async () => {
    server(true);
    visit('/admin');
    await role('policy-version');
    server(false);
    await press('admin-tab-accounts');
    await reads('notice', 'has ended. Enter the token again');
    await field('admin-token');
  });

  it('closes', async () => {
    server(true);
    visit('/admin');
    await press('admin-sign-out');
    await field('admin-token');
  });
});

describe('the policy', () => {
  const change = async (name: string, text: string) => {
    const input = await field(`policy-${name}`);
    await userEvent.clear(input);
    await userEvent.type(input, text);
  };

  it('is saved as changed, on top of the version that was read', async () => {
    const log = server(true, {
      'PUT /api/admin/policy': ({ body }) => json(200, { ...policy, version: 5, policy: (body as { policy: object }).policy }),
    });
    visit('/admin');
    expect((await action('admin-policy-save')).hasAttribute('disabled')).toBe(true);
    await change('pin.online-attempts', '3');
    await userEvent.click(await field('policy-passkeys.biometrics'));
    await reads('policy-news', '2 unsaved changes');
    await press('admin-policy-save');
    await reads('policy-news', 'Version 5 is in force');
    const pin = { ...(policy.policy.pin as object), 'online-attempts': 3 };
    expect(log.find(({ method }) => method === 'PUT')?.body).toEqual({
      version: 4,
      policy: { passkeys: { required: true, biometrics: false }, pin },
    });
  });

  it("puts the server's sentence at the field, and keeps what was typed", async () => {
    const message = 'Passkeys are required, yet neither biometrics nor offline use is allowed. Allow one of them.';
    server(true, {
      'PUT /api/admin/policy': () => json(422, { error: { code: 'contradiction', message, field: 'passkeys.biometrics' } }),
    });
    visit('/admin');
    await userEvent.click(await field('policy-passkeys.biometrics'));
    await press('admin-policy-save');
    await reads('error', message);
    expect(by('[data-setting="passkeys.biometrics"] [data-role="error"]')).not.toBeNull();
    expect((await field('policy-passkeys.biometrics')).checked).toBe(false);
    expect(await role('policy-version')).toBe('4');
  });

  it.each([
    ['another policy came first', { code: 'policyMoved', message: 'Another policy came first. Reload it.' }],
    ['a member is not in the form', { code: 'policyUnusable', message: 'There is no member "x".', field: 'pin.x' }],
  ])('gives the reason below the form when %s', async (_, error) => {
    server(true, { 'PUT /api/admin/policy': () => json(409, { error }) });
    visit('/admin');
    await change('pin.history', '7');
    await press('admin-policy-save');
    await reads('error', error.message);
    expect((await field('policy-pin.history')).value).toBe('7');
  });

  it('sends nothing that is no number', async () => {
    const log = server(true);
    visit('/admin');
    await change('pin.history', 'many');
    await press('admin-policy-save');
    await reads('error', 'Type a whole number of PINs.');
    expect(document.activeElement).toBe(await field('policy-pin.history'));
    expect(log.some(({ method }) => method === 'PUT')).toBe(false);
  });

  it('keeps unsaved changes while other tabs and pages are looked at, and asks before they are lost', async () => {
    server(true, { 'GET /api/admin/audit?after=0': () => json(200, { entries: [], now: session.now }) });
    const site = visit('/admin');
    await change('pin.history', '7');
    await press('admin-tab-locks');
    await press('admin-tab-policy');
    expect((await field('policy-pin.history')).value).toBe('7');
    site.go('workstation');
    await field('logon-username');
    site.go('admin');
    expect((await field('policy-pin.history')).value).toBe('7');
    const unload = new Event('beforeunload', { cancelable: true });
    window.dispatchEvent(unload);
    expect(unload.defaultPrevented).toBe(true);
    await press('admin-sign-out');
    await screen.findByRole('alertdialog');
    await press('confirm-admin-leave');
    await field('admin-token');
    const calm = new Event('beforeunload', { cancelable: true });
    window.dispatchEvent(calm);
    expect(calm.defaultPrevented).toBe(false);
  });

  it('can be discarded', async () => {
    server(true);
    visit('/admin');
    await change('pin.history', '7');
    await press('admin-policy-discard');
    expect((await field('policy-pin.history')).value).toBe('3');
  });

  it('says what is wrong with the file on the disk', async () => {
    server(true, { 'GET /api/admin/policy': () => json(200, { ...policy, problem: { file: 'policy.toml', line: 3, column: 1, message: 'There is no member "ofline".' } }) });
    visit('/admin');
    await reads('error', 'policy.toml, line 3, column 1: There is no member "ofline". The policy below stays in force.');
  });
});

describe('accounts and phones', () => {
  it('resets a PIN only after the administrator confirmed', async () => {
    const log = server(true, { [`POST /api/admin/accounts/${alice.account.id}/pin/reset`]: gone });
    visit('/admin');
    await press('admin-tab-accounts');
    await press('admin-reset-pin');
    await screen.findByRole('alertdialog');
    expect(log.some(({ method }) => method === 'POST')).toBe(false);
    await press('confirm-admin-reset-pin');
    await waitFor(() => expect(screen.queryByRole('alertdialog')).toBeNull());
    expect(log.some(({ path }) => path.endsWith('/pin/reset'))).toBe(true);
  });

  it('revokes a phone only after the administrator confirmed, and says why not', async () => {
    server(true, { 'DELETE /api/admin/enrolments/e1': () => refusal(404, 'noSuchEnrolment', 'That phone is gone already. Reload the list.') });
    visit('/admin');
    await press('admin-tab-accounts');
    await press('admin-revoke-phone');
    await press('confirm-admin-revoke-phone');
    await reads('error', 'That phone is gone already.');
  });

  it('lists each lock with its way out', async () => {
    server(true);
    visit('/admin');
    await press('admin-tab-locks');
    const list = await role('admin-locks');
    expect(list).toContain('The PIN is locked');
    expect(list).toContain('Workstation codes are refused');
    expect(list).toContain('Phone A is locked: 5 wrong offline PINs');
  });

  it('counts a phone as locked from the limit on, and never without one', () => {
    const open = { ...alice, pin: { ...alice.pin, locked: false, logonLocked: false } };
    expect(locks([open], 6)).toEqual([]);
    expect(locks([open], 5).map(({ id }) => id)).toEqual(['e1']);
    expect(locks([open], 0)).toEqual([]);
    const copied = { ...open, pin: { ...open.pin, phones: [{ ...phone, mayBeCopied: true }] } };
    expect(locks([copied], 0)).toMatchObject([{ what: expect.stringContaining('may be a copy'), way: expect.stringContaining('Revoke it') }]);
  });
});

describe('the audit log', () => {
  const log60 = () =>
    server(true, {
      'GET /api/admin/audit?after=0': () => json(200, { entries: Array.from({ length: 60 }, (_, at) => entry(at + 1)), now: session.now }),
      [`GET /api/admin/audit?after=0&account=${alice.account.id}`]: () => json(200, { entries: [entry(9)], now: session.now }),
    });
  const shown = () => [...document.querySelectorAll('[data-role="admin-audit"] li')].map((row) => /no\. (\d+)/.exec(row.textContent)![1]);

  it('shows the newest first, a page at a time', async () => {
    log60();
    visit('/admin');
    await press('admin-tab-audit');
    await waitFor(() => expect(shown()[0]).toBe('60'));
    expect(shown().length).toBe(25);
    await press('admin-audit-older');
    await press('admin-audit-older');
    expect(shown()).toEqual(['10', '9', '8', '7', '6', '5', '4', '3', '2', '1']);
    expect((await action('admin-audit-older')).hasAttribute('disabled')).toBe(true);
    await press('admin-audit-newer');
    expect(shown()[0]).toBe('35');
  });

  it('asks on while answers are full, and for what is new at a refresh', async () => {
    const many = (from: number, count: number) => () =>
      json(200, { entries: Array.from({ length: count }, (_, at) => entry(from + at + 1)), now: session.now });
    const log = server(true, {
      'GET /api/admin/audit?after=0': many(0, 500),
      'GET /api/admin/audit?after=500': many(500, 20),
      'GET /api/admin/audit?after=520': many(520, 1),
    });
    visit('/admin');
    await press('admin-tab-audit');
    await waitFor(() => expect(shown()[0]).toBe('520'));
    await press('admin-audit-refresh');
    await waitFor(() => expect(shown()[0]).toBe('521'));
    expect(log.filter(({ path }) => path.includes('/audit')).length).toBe(3);
  });

  it('shows one account alone', async () => {
    log60();
    visit('/admin');
    await press('admin-tab-audit');
    await waitFor(() => expect(shown()[0]).toBe('60'));
    await userEvent.selectOptions(by('[data-field="admin-audit-account"]')!, 'alice');
    await waitFor(() => expect(shown()).toEqual(['9']));
  });

  it.each([
    ['pinLocked', 'PIN locked'],
    ['resetByAdministrator', 'Reset by administrator'],
    ['enrolmentId', 'Enrolment ID'],
    ['device', 'Device'],
  ])('says %s in words', (name, words) => {
    expect(spoken(name)).toBe(words);
  });
});

describe("an entry's details", () => {
  it('are one fact a line, and one line a change of the policy', () => {
    const changes = [
      { member: 'pin.validity', from: '8h', to: '0' },
      { member: 'pin.campaign.grace', from: null, to: 14 },
    ];
    expect(details({ detail: { version: 5, why: null, changes } })).toEqual([
      'Version: 5',
      'pin.validity: 8h → 0',
      'pin.campaign.grace: null → 14',
    ]);
    expect(details({ detail: { changes: [] } })).toEqual(['Changes: []']);
  });
});

vi.setConfig({ testTimeout: 20_000 });
