import { screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { by, field, press, reads, role, visit } from './page';
import { gone, json, nobody, refusal, relyingParty, serve, session, type Sent } from './server';

const begun = {
  session: 's1',
  phones: [{ enrolmentId: 'e1', deviceName: 'Phone A', code: 'touchstone-logon:a' }],
  expiresAt: '2026-11-22T14:07:00Z',
  now: session.now,
};

function server(answers: Parameters<typeof serve>[0] = {}): Sent[] {
  let open = false;
  return serve({
    'GET /api/relying-party': () => json(200, relyingParty),
    'GET /api/session': () => (open ? json(200, session) : nobody()),
    'DELETE /api/session': () => {
      open = false;
      return gone();
    },
    'POST /api/workstation/logon/begin': () => json(200, begun),
    'POST /api/workstation/logon/finish': () => {
      open = true;
      return json(200, { account: session.account, workstation: 'DESK-7' });
    },
    ...answers,
  });
}

async function name(username: string, workstation = 'DESK-7') {
  await userEvent.type(await field('logon-username'), username);
  const named = await field('logon-workstation');
  await userEvent.clear(named);
  if (workstation) await userEvent.type(named, workstation);
  await press('logon-begin');
}

describe('a locked workstation', () => {
  it('needs no session, shows the challenge and signs in with the digits of the phone', async () => {
    const log = server();
    visit('/workstation');
    await name('alice');
    expect(await role('scan-code')).toBe('touchstone-logon:a');
    expect(await role('time-left')).toMatch(/^(2:00|1:59)$/);
    expect(document.activeElement).toBe(await field('logon-code'));
    await userEvent.type(await field('logon-code'), '1234 5678');
    await press('logon-finish');
    expect(await role('logon-result')).toBe('Signed in to DESK-7 as Alice Example');
    expect(log.filter(({ method }) => method === 'POST').map(({ body }) => body)).toEqual([
      { username: 'alice', workstation: 'DESK-7' },
      { session: 's1', code: '12345678', enrolmentId: 'e1' },
    ]);
    expect(location.pathname).toBe('/workstation');
    await press('logon-lock');
    await field('logon-username');
  });

  it('says that the digits can be phished', async () => {
    server();
    visit('/workstation');
    expect(await role('logon-caution')).toContain('Not phishing-resistant');
  });

  it('asks for what is missing before it asks the server', async () => {
    const log = server();
    visit('/workstation');
    await press('logon-begin');
    expect(screen.getByText('Type your user name.')).toBeTruthy();
    expect(document.activeElement).toBe(await field('logon-username'));
    await name('alice', '');
    expect(screen.getByText('Type the name of this workstation.')).toBeTruthy();
    expect(log.some(({ method }) => method === 'POST')).toBe(false);
  });

  it('takes eight digits and nothing less', async () => {
    const log = server();
    visit('/workstation');
    await name('alice');
    await userEvent.type(await field('logon-code'), '1234567');
    await press('logon-finish');
    expect(screen.getByText('Type the 8 digits that the phone shows.')).toBeTruthy();
    expect(log.some(({ path }) => path.endsWith('/finish'))).toBe(false);
    await userEvent.type(await field('logon-code'), 'x89');
    expect((await field('logon-code')).value).toBe('12345678');
  });

  it('asks which phone, and shows the challenge of that one', async () => {
    const phones = [...begun.phones, { enrolmentId: 'e2', deviceName: 'Phone B', code: 'touchstone-logon:b' }];
    server({ 'POST /api/workstation/logon/begin': () => json(200, { ...begun, phones }) });
    visit('/workstation');
    await name('alice');
    await reads('scan-code', 'touchstone-logon:a');
    await userEvent.click(screen.getByRole('radio', { name: 'Phone B' }));
    await reads('scan-code', 'touchstone-logon:b');
    await userEvent.click(screen.getByRole('radio', { name: 'Phone A' }));
    await reads('scan-code', 'touchstone-logon:a');
  });

  it("gives the server's reason for a wrong code, and asks for another challenge: each is answered once", async () => {
    server({
      'POST /api/workstation/logon/finish': () => refusal(422, 'wrongCode', 'Wrong code. 9 tries left this hour.'),
    });
    visit('/workstation');
    await name('alice');
    await userEvent.type(await field('logon-code'), '12345678');
    await press('logon-finish');
    await reads('error', 'Wrong code. 9 tries left this hour.');
    expect(by('[data-role="scan-code"]')).toBeNull();
    expect((await field('logon-username')).value).toBe('alice');
    await press('logon-begin');
    expect((await field('logon-code')).value).toBe('');
    expect(by('[data-role="error"]')).toBeNull();
  });

  it('keeps the challenge when the answer did not arrive', async () => {
    const log = server({ 'POST /api/workstation/logon/finish': () => Promise.reject(new TypeError('Failed to fetch')) });
    visit('/workstation');
    await name('alice');
    await userEvent.type(await field('logon-code'), '12345678');
    await press('logon-finish');
    await reads('error', 'does not answer');
    expect(await role('scan-code')).toBe('touchstone-logon:a');
    expect(log.filter(({ path }) => path.endsWith('/begin')).length).toBe(1);
    await press('logon-again');
    await field('logon-username');
    expect(by('[data-role="error"]')).toBeNull();
  });

  it('says at the name that no phone can answer', async () => {
    server({ 'POST /api/workstation/logon/begin': () => json(200, { ...begun, phones: [] }) });
    visit('/workstation');
    await name('nobody');
    expect(await screen.findByText(/No phone can answer for this user name/)).toBeTruthy();
    expect(document.activeElement).toBe(await field('logon-username'));
    expect(by('[data-role="scan-code"]')).toBeNull();
  });

  it('takes no answer once the two minutes are over', async () => {
    server({ 'POST /api/workstation/logon/begin': () => json(200, { ...begun, expiresAt: begun.now }) });
    visit('/workstation');
    await name('alice');
    await waitFor(() => expect(by('[data-action="logon-finish"]')?.hasAttribute('disabled')).toBe(true));
    expect(screen.getAllByText('This challenge has run out.').length).toBeGreaterThan(0);
  });
});
