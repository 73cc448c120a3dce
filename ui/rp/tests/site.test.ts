import { screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { action, browser, by, press, role, visit } from './page';
import { gone, json, nobody, phone, refusal, relyingPartyServer, serve, session } from './server';

beforeEach(() => void browser());
afterEach(() => Reflect.deleteProperty(navigator, 'credentials'));

describe('the account page', () => {
  it("counts times by the relying party's clock, not by the browser's", async () => {
    relyingPartyServer(true, { 'GET /api/session': () => json(200, { ...session, now: '2026-11-22T17:00:00Z' }) });
    visit('/account');
    expect(await role('signed-in-since')).toBe('3 hours ago');
    await waitFor(() => expect(by('[data-role="passkeys"]')!.textContent).toContain('2 days ago'));
  });
});

describe('signing up', () => {
  it('makes an account from the user name alone and ends on the account page', async () => {
    const log = relyingPartyServer(false);
    visit('/');
    await press('go-sign-up');
    expect(location.pathname).toBe('/sign-up');
    await userEvent.type(by('[data-field="username"]')!, 'alice');
    expect(by<HTMLInputElement>('[data-field="displayName"]')!.value).toBe('alice');
    await press('create-account');
    expect(await role('account-name')).toBe('Alice Example');
    expect(location.pathname).toBe('/account');
    const posts = log.filter((sent) => sent.method === 'POST');
    expect(posts).toMatchObject([
      { method: 'POST', path: '/api/registration/begin', body: { username: 'alice', displayName: 'alice' } },
      { method: 'POST', path: '/api/registration/finish', body: { ceremony: 'r1', credential: { id: phone.id } } },
    ]);
  });

  it('asks for the user name before it asks the server', async () => {
    const log = relyingPartyServer(false);
    visit('/sign-up');
    await press('create-account');
    expect(screen.getByText('Type a user name.')).toBeTruthy();
    expect(document.activeElement).toBe(by('[data-field="username"]'));
    expect(log.some((sent) => sent.method === 'POST')).toBe(false);
  });

  it("shows the server's refusal and keeps what was typed", async () => {
    relyingPartyServer(false, {
      'POST /api/registration/begin': () => refusal(409, 'usernameTaken', 'The user name alice is taken. Choose another.'),
    });
    visit('/sign-up');
    await action('create-account');
    await userEvent.type(by('[data-field="username"]')!, 'alice');
    await press('create-account');
    expect(await role('error')).toBe('The user name alice is taken. Choose another.');
    expect(by<HTMLInputElement>('[data-field="username"]')!.value).toBe('alice');
  });
});

describe('signing in', () => {
  it('needs no user name', async () => {
    const log = relyingPartyServer(false);
    visit('/');
    await press('sign-in');
    expect(await role('account-name')).toBe('Alice Example');
    expect(log.filter((sent) => sent.method === 'POST').map((sent) => sent.body)).toEqual([
      {},
      { ceremony: 'a1', credential: { id: phone.id } },
    ]);
  });

  it('shows the failing step beside the refusal', async () => {
    const failing = { section: '7.2', step: 11, name: 'challenge', outcome: 'failed', expected: 'a', actual: 'b' };
    relyingPartyServer(false, {
      'POST /api/authentication/finish': () =>
        json(422, {
          error: { code: 'challengeUsed', message: 'The challenge was already used. Start again.' },
          verification: { verified: false, steps: [failing] },
        }),
    });
    visit('/');
    await press('sign-in');
    expect(await role('error')).toBe('The challenge was already used. Start again.');
    expect(await role('failed-steps')).toContain('Step 11 of WebAuthn §7.2: challenge');
  });

  it('shows that it waits for the passkey, and can be cancelled', async () => {
    relyingPartyServer(false);
    browser(() => new Promise(() => {})).get.mockImplementation(
      (...[options]: unknown[]) =>
        new Promise((_, reject) => {
          const { signal } = options as { signal: AbortSignal };
          signal.addEventListener('abort', () => reject(signal.reason));
        }),
    );
    visit('/');
    await press('sign-in');
    const button = await action('sign-in');
    await waitFor(() => expect(button.textContent).toContain('Waiting for your passkey'));
    expect(button.getAttribute('aria-busy')).toBe('true');
    await press('cancel');
    expect(await role('notice')).toBe('Cancelled. You are not signed in.');
    expect((await action('sign-in')).textContent).toContain('Sign in with a passkey');
  });

  it('says what to do in a browser without WebAuthn', async () => {
    relyingPartyServer(false);
    vi.stubGlobal('PublicKeyCredential', undefined);
    visit('/');
    expect(await role('error')).toContain('This browser cannot use passkeys');
    expect((await action('sign-in')).hasAttribute('disabled')).toBe(true);
  });
});

describe('the account page', () => {
  it('sends a signed-out visitor to the sign-in page', async () => {
    relyingPartyServer(false);
    visit('/account');
    await action('sign-in');
    expect(location.pathname).toBe('/');
  });

  it('signs out and says so', async () => {
    const log = relyingPartyServer(true);
    visit('/account');
    await press('sign-out');
    expect(await role('notice')).toBe('You are signed out.');
    expect(location.pathname).toBe('/');
    expect(log.at(-1)).toMatchObject({ method: 'DELETE', path: '/api/session' });
  });

  it('adds a passkey without sending a name', async () => {
    const second = { ...phone, id: 'c2Vjb25k', label: 'Key B' };
    let added = false;
    const log = relyingPartyServer(true, {
      'POST /api/registration/finish': () => {
        added = true;
        return json(201, { account: session.account, passkey: second, verification: { verified: true, steps: [] } });
      },
      'GET /api/passkeys': () => json(200, { passkeys: added ? [phone, second] : [phone] }),
    });
    visit('/account');
    await press('add-passkey');
    await screen.findByText('Key B');
    expect(log.find((sent) => sent.path === '/api/registration/begin')?.body).toEqual({});
  });

  it('says that the device already has one', async () => {
    relyingPartyServer(true);
    browser(() => Promise.reject(new DOMException('', 'InvalidStateError')));
    visit('/account');
    await press('add-passkey');
    expect(await role('error')).toContain('already has a passkey for this account');
  });

  it('renames a passkey in its place', async () => {
    const log = relyingPartyServer(true, {
      [`PATCH /api/passkeys/${phone.id}`]: ({ body }) => json(200, { ...phone, ...(body as object) }),
    });
    visit('/account');
    await press('rename-passkey');
    const field = by<HTMLInputElement>('[data-field="passkey-label"]')!;
    await userEvent.clear(field);
    await userEvent.type(field, 'My phone{Enter}');
    expect(await role('passkey-label')).toBe('My phone');
    expect(log.at(-1)?.body).toEqual({ label: 'My phone' });
    expect(document.activeElement).toBe(await action('rename-passkey'));
  });

  it('deletes only after the person confirmed', async () => {
    const log = relyingPartyServer(true, { [`DELETE /api/passkeys/${phone.id}`]: gone });
    visit('/account');
    await press('delete-passkey');
    const dialog = await screen.findByRole('alertdialog');
    expect(within(dialog).getByText('Delete “Phone A”?')).toBeTruthy();
    expect(log.some((sent) => sent.method === 'DELETE')).toBe(false);
    await press('confirm-delete-passkey');
    await waitFor(() => expect(by('[data-passkey]')).toBeNull());
  });

  it('gives the reason why the last passkey stays', async () => {
    relyingPartyServer(true, {
      [`DELETE /api/passkeys/${phone.id}`]: () => refusal(409, 'lastPasskey', 'This is your only passkey. Add another first.'),
    });
    visit('/account');
    await press('delete-passkey');
    await press('confirm-delete-passkey');
    expect(await role('error')).toBe('This is your only passkey. Add another first.');
    expect(by('[data-passkey]')).not.toBeNull();
  });

  it('leads to the sign-in page when the session ended meanwhile', async () => {
    relyingPartyServer(true, { [`PATCH /api/passkeys/${phone.id}`]: nobody });
    visit('/account');
    await press('rename-passkey');
    await press('save-passkey-label');
    expect(await role('notice')).toBe('Your session has ended. Sign in again.');
    expect(location.pathname).toBe('/');
  });
});

describe('a server that is gone', () => {
  it('is said, and the site opens at the next try', async () => {
    const log = serve({});
    visit('/account');
    expect(await role('error')).toContain('does not answer');
    expect(log.length).toBeGreaterThan(0);
    relyingPartyServer(true);
    await press('retry');
    expect(await role('account-name')).toBe('Alice Example');
  });
});

it('says when there is no page at the address', async () => {
  relyingPartyServer(false);
  visit('/nowhere');
  await screen.findByText('No page here');
  expect(location.pathname).toBe('/nowhere');
});
