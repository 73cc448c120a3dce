import { createSubscriber } from 'svelte/reactivity';

const subscribe = createSubscriber((update) => {
  const ticking = setInterval(update, 250);
  return () => clearInterval(ticking);
});

/** The time in Unix milliseconds; what reads it in an effect or a template is told four times a second. */
export function now(): number {
  subscribe();
  return Date.now();
}
