import { untrack } from 'svelte';
import { desk } from '../state/desk.svelte';
import { actsItself } from '../walk/hold';

/**
 * A question takes the keyboard from the framed page or from nothing, never from something that
 * the tester is typing in, and not while a walk answers. The answer gives it back to the page when the question has ended.
 */
export function takeKeyboard(question: HTMLElement): (() => void) | undefined {
  if (untrack(() => actsItself(desk.walk))) return undefined;
  const before = document.activeElement;
  const free = before === null || before === document.body || before instanceof HTMLIFrameElement || question.contains(before);
  if (!free) return undefined;
  (question.querySelector<HTMLElement>('[data-first]') ?? question).focus({ preventScroll: true });
  return () => {
    const after = document.activeElement;
    if (before instanceof HTMLIFrameElement && (question.contains(after) || after === document.body)) {
      before.focus({ preventScroll: true });
    }
  };
}
