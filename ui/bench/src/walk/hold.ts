import type { WalkState } from '../bindings/types';

/** True while a walk acts by itself: on the framed page, and at the device's prompts. */
export const actsItself = (walk: WalkState | null): boolean => walk !== null && walk.mode === 'play' && walk.verdict === 'running';

/** Controls that rest while a step is under way, and lose the keyboard by that. */
const RESTING = '#walk-strip, #walk-strip *, [data-action="primary"]';

/**
 * Keeps the keyboard where the tester left it while a walk acts: the page focuses fields of its
 * own, and the player's keys would go there.
 */
export class Hold {
  #last: Element | null = null;

  constructor() {
    this.#notice(document.activeElement);
  }

  /** For `focusin` on the document. */
  readonly noticed = ({ target }: Event): void => this.#notice(target);

  /** Takes the keyboard back from a frame that nobody points at, and from nowhere. */
  takeBack(): void {
    const now = document.activeElement;
    const strayed = now instanceof HTMLIFrameElement ? !now.matches(':hover') : now === document.body && this.#last?.matches(RESTING);
    if (strayed && this.#last instanceof HTMLElement && this.#last.isConnected) this.#last.focus({ preventScroll: true });
  }

  #notice(target: unknown) {
    if (target instanceof HTMLElement && !(target instanceof HTMLIFrameElement) && target !== document.body) this.#last = target;
  }
}
