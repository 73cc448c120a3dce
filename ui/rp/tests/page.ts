import { render, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, vi } from 'vitest';
import { Api } from '../src/api';
import App from '../src/App.svelte';
import { Site } from '../src/site.svelte';
import { phone } from './server';

/** The person's browser: its passkey answers with `credential`, or as `answer` says. */
export function browser(answer: () => Promise<unknown> = async () => ({ toJSON: () => ({ id: phone.id }) })) {
  const same = (json: unknown) => json;
  vi.stubGlobal('isSecureContext', true);
  vi.stubGlobal(
    'PublicKeyCredential',
    Object.assign(class {}, { parseCreationOptionsFromJSON: same, parseRequestOptionsFromJSON: same }),
  );
  const credentials = { create: vi.fn(answer), get: vi.fn(answer) };
  Object.defineProperty(navigator, 'credentials', { value: credentials, configurable: true });
  return credentials;
}

export function visit(path: string): Site {
  history.replaceState(null, '', path);
  const site = new Site(new Api());
  render(App, { site });
  return site;
}

export const by = <T extends HTMLElement>(selector: string) => document.querySelector<T>(selector);
export const action = (name: string) => waitFor(() => by(`[data-action="${name}"]`) ?? expect.fail(name));
export const press = async (name: string) => userEvent.click(await action(name));
export const field = (name: string) =>
  waitFor(() => by<HTMLInputElement>(`[data-field="${name}"]`) ?? expect.fail(name));
export const role = (name: string) => waitFor(() => by(`[data-role="${name}"]`)?.textContent?.trim() ?? expect.fail(name));
/** Waits until the role's text is as wished. */
export const reads = (name: string, wished: string | RegExp) =>
  waitFor(() => expect(by(`[data-role="${name}"]`)?.textContent?.trim()).toMatch(wished));
