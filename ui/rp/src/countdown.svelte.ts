/** A moment that is awaited: how long until then, looked at anew four times a second. */
export class Countdown {
  #now = $state(0);
  #ticking: ReturnType<typeof setInterval> | undefined;

  /** `clock`: in Unix milliseconds, the same clock as `until`. */
  constructor(
    readonly until: number,
    private readonly clock: () => number,
  ) {
    this.#now = clock();
  }

  /** In milliseconds; never below 0. */
  get left(): number {
    return Math.max(0, this.until - this.#now);
  }

  get over(): boolean {
    return this.left === 0;
  }

  /** Looks at the clock until the end, or until the returned function is called. */
  run(): () => void {
    this.#look();
    this.#ticking = setInterval(() => this.#look(), 250);
    return () => clearInterval(this.#ticking);
  }

  #look(): void {
    this.#now = this.clock();
    if (this.over) clearInterval(this.#ticking);
  }
}
