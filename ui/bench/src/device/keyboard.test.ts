import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { desk } from '../state/desk.svelte';
import { deskOf, fresh, gone, step, walk } from '../walk/stage.fixture';
import { takeKeyboard } from './keyboard';

let question: HTMLElement;

beforeEach(() => {
  fresh();
  question = document.body.appendChild(document.createElement('button'));
});
afterEach(() => {
  question.remove();
  gone();
});

const during = (mode: 'play' | 'youDoIt', verdict: 'running' | 'passed' = 'running') => {
  desk.state = deskOf({ generation: 2, showing: 'walk', walk: walk([step(1, 'current')], { mode, verdict }) });
};

describe('a question', () => {
  it('takes the keyboard from nothing', () => {
    takeKeyboard(question);
    expect(document.activeElement).toBe(question);
  });

  it('leaves it alone while a walk answers, and takes it where the tester does', () => {
    during('play');
    takeKeyboard(question);
    expect(document.activeElement).toBe(document.body);
    during('youDoIt');
    takeKeyboard(question);
    expect(document.activeElement).toBe(question);
  });

  it('takes it after the walk', () => {
    during('play', 'passed');
    takeKeyboard(question);
    expect(document.activeElement).toBe(question);
  });
});
