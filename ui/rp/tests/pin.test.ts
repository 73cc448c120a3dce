import { screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PinStanding } from '../src/bindings';
import { action, browser, by, press, reads, role, visit } from './page';
import { gone, json, noPin, nobody, phone, refusal, relyingPartyServer, session } from './server';

const enrolled = {
  enrolmentId: 'e1',
  deviceName: 'Phone A',
  enrolledAt: '2026-11-20T10:00:00Z',
  lastSyncAt: '2026-11-22T14:00:00Z',
  failures: 2,
  pinVersion: 3,
  mayBeCopied: true,
};
const active: PinStanding = { ...noPin, status: 'active', pinVersion: 3, phones: [enrolled] };
const made = { offer: 'o1', code: 'touchstone-enrol:abc', expiresAt: '2026-11-22T14:10:00Z', now: session.now };
const assertion = { challenge: 'VA' };

beforeEach(() => void browser());
afterEach(() => Reflect.deleteProperty(navigator, 'credentials'));

describe('the PIN on the account page', () => {
  it('shows the state and each phone', async () => {
    relyingPartyServer(true, { 'GET /api/pin': () => json(200, active) });
    visit('/account');
    expect(await role('pin-status')).toBe('Active');
    const row = by('[data-pin-phone="e1"]')!;
    expect(row.textContent).toContain('Phone A');
    expect(row.textContent).toContain('Synced 5 minutes ago');
    expect(row.textContent).toContain('2 wrong offline tries');
    expect(await role('pin-phone-copied')).toContain('May be a copy');
  });

  it('offers no reset where there is no PIN, and nothing at all where PINs are off', async () => {
    relyingPartyServer(true);
    visit('/account');
    await action('pin-set-up');
    expect(by('[data-action="pin-reset"]')).toBeNull();
    relyingPartyServer(true, { 'GET /api/pin': () => json(200, { ...noPin, status: 'off' }) });
    await press('pin-refresh');
    await reads('pin-status', 'Switched off');
    expect(by('[data-action="pin-set-up"]')).toBeNull();
  });

  it('removes a phone only after the person confirmed', async () => {
    let phones = [enrolled];
    const log = relyingPartyServer(true, {
      'GET /api/pin': () => json(200, { ...active, phones }),
      'DELETE /api/pin/phones/e1': () => {
        phones = [];
        return gone();
      },
    });
    visit('/account');
    await press('pin-remove-phone');
    expect(within(await screen.findByRole('alertdialog')).getByText('Remove “Phone A”?')).toBeTruthy();
    expect(log.some(({ method }) => method === 'DELETE')).toBe(false);
    await press('confirm-pin-remove-phone');
    await waitFor(() => expect(by('[data-pin-phone]')).toBeNull());
  });

  it('says a campaign until the person puts it off, where it can be', async () => {
    const endsAt = '2026-12-03T09:30:00Z';
    relyingPartyServer(true, { 'GET /api/pin': () => json(200, { ...active, campaign: { endsAt, mustChange: false } }) });
    visit('/account');
    await press('pin-campaign-skip');
    expect(by('[data-role="pin-campaign"]')).toBeNull();
    relyingPartyServer(true, { 'GET /api/pin': () => json(200, { ...active, campaign: { endsAt, mustChange: true } }) });
    await press('pin-refresh');
    await reads('pin-campaign', 'the time for that is over');
    expect(by('[data-action="pin-campaign-skip"]')).toBeNull();
  });

  it('leads to the sign-in page when the session ended', async () => {
    relyingPartyServer(true);
    visit('/account');
    await action('pin-set-up');
    relyingPartyServer(true, { 'POST /api/pin/offers': nobody });
    await press('pin-set-up');
    await reads('notice', 'Your session has ended');
  });
});

describe('setting up a phone', () => {
  /** A server at which a phone claims the offer after `looks` looks. */
  function offering(looks: number, more: Parameters<typeof relyingPartyServer>[1] = {}) {
    let looked = 0;
    let standing = noPin;
    return relyingPartyServer(true, {
      'GET /api/pin': () => json(200, standing),
      'POST /api/pin/offers': () => json(201, made),
      'GET /api/pin/offers/o1': () => {
        looked += 1;
        return looked <= looks
          ? json(200, { state: 'open' })
          : json(200, { state: 'claimed', deviceName: 'Phone A', digits: '123456' });
      },
      'POST /api/pin/offers/o1/begin': () => json(200, { ceremony: 'c1', publicKey: assertion }),
      'POST /api/pin/offers/o1/finish': () => {
        standing = { ...noPin, phones: [enrolled] };
        return gone();
      },
      ...more,
    });
  }

  it('shows the code as a picture and as text, and how long it works', async () => {
    offering(0);
    visit('/account');
    await press('pin-set-up');
    expect(await role('scan-code')).toBe('touchstone-enrol:abc');
    expect(screen.getByRole('img', { name: /QR code/ }).querySelector('path')!.getAttribute('d')).toMatch(/^M/);
    expect(await role('time-left')).toMatch(/^(5:00|4:59)$/);
  });

  it('says when no phone has scanned it yet, then shows the digits before anything is confirmed', async () => {
    const log = offering(1);
    const { get } = browser();
    visit('/account');
    await press('pin-set-up');
    await press('pin-continue');
    await reads('notice', 'No phone has scanned this code yet');
    await press('pin-continue');
    expect(await role('pin-digits')).toBe('123 456');
    expect(await role('pin-phone-name')).toBe('Phone A');
    expect(get).not.toHaveBeenCalled();
    await waitFor(() => expect(document.activeElement).toBe(by('[data-role="pin-digits"]')));
    await press('pin-confirm-digits');
    await reads('pin-set-up-done', 'Go on at Phone A');
    expect(get.mock.calls[0]).toMatchObject([{ publicKey: assertion }]);
    expect(log.find(({ path }) => path.endsWith('/finish'))?.body).toEqual({ ceremony: 'c1', credential: { id: phone.id } });
    await press('pin-done');
    await waitFor(() => expect(by('[data-pin-phone="e1"]')).not.toBeNull());
  });

  it('uses no passkey where the policy asks for digits only', async () => {
    const log = offering(0, {
      'GET /api/pin': () => json(200, { ...noPin, policy: { ...noPin.policy, enrolment: 'digits' } }),
      'POST /api/pin/offers/o1/confirm': gone,
    });
    const { get } = browser();
    visit('/account');
    await press('pin-set-up');
    await press('pin-continue');
    await press('pin-confirm-digits');
    await role('pin-set-up-done');
    expect(get).not.toHaveBeenCalled();
    expect(log.some(({ path }) => path.endsWith('/begin'))).toBe(false);
  });

  it('confirms nothing when the digits differ', async () => {
    const log = offering(0);
    visit('/account');
    await press('pin-set-up');
    await press('pin-continue');
    await press('pin-refuse-digits');
    await reads('error', 'the digits differ');
    expect(log.some(({ path }) => /begin|finish|confirm/.test(path))).toBe(false);
    await press('pin-new-code');
    expect(await role('scan-code')).toBe(made.code);
  });

  it("keeps the digits and gives the server's reason when the passkey is refused", async () => {
    offering(0, {
      'POST /api/pin/offers/o1/finish': () => refusal(422, 'challenge', 'The challenge is another. Start again.'),
    });
    visit('/account');
    await press('pin-set-up');
    await press('pin-continue');
    await press('pin-confirm-digits');
    await reads('error', 'The challenge is another. Start again.');
    expect(await role('pin-digits')).toBe('123 456');
  });

  it('gives up a code whose time is over', async () => {
    offering(0, { 'POST /api/pin/offers': () => json(201, { ...made, expiresAt: made.now }) });
    visit('/account');
    await press('pin-set-up');
    await reads('error', 'the time for this code is over');
    expect(by('[data-role="scan-code"]')).toBeNull();
  });

  it('begins anew when a further phone is set up before the last one was acknowledged', async () => {
    let codes = 0;
    offering(0, {
      'POST /api/pin/offers': () => {
        codes += 1;
        return json(201, { ...made, code: `touchstone-enrol:${codes}` });
      },
    });
    visit('/account');
    await press('pin-set-up');
    await press('pin-continue');
    await press('pin-confirm-digits');
    await role('pin-set-up-done');
    by('[data-action="pin-set-up"]')!.click();
    await reads('scan-code', 'enrol:2');
    await action('pin-continue');
  });

  it('begins with a fresh code each time it is opened', async () => {
    let codes = 0;
    offering(0, {
      'POST /api/pin/offers': () => {
        codes += 1;
        return json(201, { ...made, code: `touchstone-enrol:${codes}` });
      },
    });
    visit('/account');
    await press('pin-set-up');
    await reads('scan-code', 'enrol:1');
    await press('cancel');
    await waitFor(() => expect(by('[data-role="scan-code"]')).toBeNull());
    await press('pin-set-up');
    await reads('scan-code', 'enrol:2');
  });
});

describe('resetting the PIN', () => {
  const resettable = (finish: () => Response) => {
    let standing: PinStanding = { ...active, status: 'locked' };
    return relyingPartyServer(true, {
      'GET /api/pin': () => json(200, standing),
      'POST /api/pin/reset/begin': () => json(200, { ceremony: 'c2', publicKey: assertion }),
      'POST /api/pin/reset/finish': () => {
        const answer = finish();
        if (answer.ok) standing = { ...noPin, phones: [enrolled] };
        return answer;
      },
    });
  };

  it('says what is needed, and on success what happens on each phone', async () => {
    const log = resettable(gone);
    visit('/account');
    await press('pin-reset');
    expect((await screen.findByRole('dialog')).textContent).toContain('something else than this PIN');
    await press('confirm-pin-reset');
    await reads('pin-reset-done', 'The old PIN no longer works.');
    expect(screen.getByRole('dialog').textContent).toContain('Phone A deletes its copy');
    expect(log.find(({ path }) => path === '/api/pin/reset/finish')?.body).toEqual({ ceremony: 'c2', credential: { id: phone.id } });
    await press('pin-done');
    await reads('pin-status', 'No PIN');
  });

  it('gives the reason of a refusal and leaves the PIN as it is', async () => {
    const sentence = 'The PIN is not reset: you were verified by this PIN. Use a fingerprint or another device.';
    resettable(() => refusal(422, 'anotherFactor', sentence));
    visit('/account');
    await press('pin-reset');
    await press('confirm-pin-reset');
    await reads('error', sentence);
    await press('cancel');
    expect(await role('pin-status')).toBe('Locked');
  });
});
