import { promptAnswer } from '../bindings/commands';
import { toasts } from '../state/toasts.svelte';
import { Answers } from './prompt';

/** Where the window's answers to prompts go. */
export const answers = new Answers(promptAnswer, (thrown) => toasts.problem(thrown));
