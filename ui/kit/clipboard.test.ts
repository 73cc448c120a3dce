import { afterEach, expect, it, vi } from 'vitest';
import { copyText } from './clipboard';

function clipboard(writeText: (text: string) => Promise<void>) {
  Object.defineProperty(navigator, 'clipboard', { value: { writeText }, configurable: true });
}

afterEach(() => {
  Reflect.deleteProperty(navigator, 'clipboard');
  Reflect.deleteProperty(document, 'execCommand');
});

it('writes to the clipboard', async () => {
  const writeText = vi.fn(async () => {});
  clipboard(writeText);
  expect(await copyText('abc')).toBe(true);
  expect(writeText).toHaveBeenCalledWith('abc');
});

it('copies by selection where a frame may not write, and leaves nothing behind', async () => {
  clipboard(() => Promise.reject(new DOMException('', 'NotAllowedError')));
  let selected = '';
  document.execCommand = () => {
    selected = (document.activeElement as HTMLTextAreaElement).value;
    return true;
  };
  expect(await copyText('abc')).toBe(true);
  expect(selected).toBe('abc');
  expect(document.querySelector('textarea')).toBeNull();
});

it('says so when neither way works', async () => {
  expect(await copyText('abc')).toBe(false);
});
