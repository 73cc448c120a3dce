/**
 * A question takes the keyboard from the framed page or from nothing, never from something that
 * the tester is typing in. The answer gives it back to the page when the question has ended.
 */
export function takeKeyboard(question: HTMLElement): (() => void) | undefined {
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
