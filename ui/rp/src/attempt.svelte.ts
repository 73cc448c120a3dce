import type { RelyingParty } from './bindings';
import type { Course, Stage } from './ceremonies';
import { explain, type Doing, type Notice } from './notices';

/** One thing a person set going on a page: how far it is, what came of it, a way to stop it. */
export class Attempt {
  stage = $state<Stage | 'idle'>('idle');
  notice = $state<Notice | null>(null);
  #stop: AbortController | null = null;

  constructor(
    private readonly doing: Doing,
    private readonly relyingParty: () => RelyingParty | null,
  ) {}

  get running(): boolean {
    return this.stage !== 'idle';
  }

  /** Once the answer is on its way to the server it can no longer be taken back. */
  get stoppable(): boolean {
    return this.stage === 'preparing' || this.stage === 'waiting';
  }

  /** Runs `work` unless something runs already. Its result, or undefined with the notice set. */
  async run<T>(work: (course: Course) => Promise<T>): Promise<T | undefined> {
    if (this.running) return undefined;
    const stop = new AbortController();
    this.#stop = stop;
    this.notice = null;
    this.stage = 'preparing';
    try {
      return await work({ signal: stop.signal, at: (stage) => (this.stage = stage) });
    } catch (error) {
      this.notice = explain(error, this.doing, this.relyingParty());
      return undefined;
    } finally {
      this.#stop = null;
      this.stage = 'idle';
    }
  }

  stop(): void {
    if (this.stoppable) this.#stop?.abort();
  }
}
