import type { Attempt } from '../attempt.svelte';
import type { AuditEntry } from '../bindings';
import type { Administration } from './administration.svelte';

/** How many entries one page of the list shows. */
export const PAGE = 25;

/** How many entries one answer has at most. */
const ANSWER = 500;

/** How many answers are asked for in a row: what lies behind them is loaded on demand. */
const ANSWERS = 20;

/** The log of transitions, newest first, a page at a time. */
export class Audit {
  /** Oldest first, as the server gives them; null until they were loaded. */
  entries = $state.raw<AuditEntry[] | null>(null);
  /** There may be later ones that were not asked for. */
  more = $state(false);
  /** An account's id; empty for all. */
  account = $state('');
  page = $state(0);
  readonly loading: Attempt;

  constructor(private readonly administration: Administration) {
    this.loading = administration.attempt();
  }

  get pages(): number {
    return Math.max(1, Math.ceil((this.entries?.length ?? 0) / PAGE));
  }

  /** What the page shows, newest first. */
  get shown(): AuditEntry[] {
    const end = (this.entries?.length ?? 0) - this.page * PAGE;
    return (this.entries ?? []).slice(Math.max(0, end - PAGE), Math.max(0, end)).reverse();
  }

  turn(by: number): void {
    this.page = Math.min(Math.max(0, this.page + by), this.pages - 1);
  }

  async filter(account: string): Promise<void> {
    this.account = account;
    this.forget();
    await this.load();
  }

  /** Asks for what came after the last entry known. */
  async load(): Promise<void> {
    const { administration, account } = this;
    await this.loading.run(async () => {
      let known = this.entries ?? [];
      this.more = true;
      for (let asked = 0; asked < ANSWERS && this.more; asked += 1) {
        const after = known.at(-1)?.number ?? 0;
        const { entries, now } = await administration.inSession(() => administration.site.api.admin.audit(after, account));
        // Another account was chosen meanwhile.
        if (account !== this.account) return;
        administration.site.learnTime(now);
        known = [...known, ...entries];
        this.more = entries.length >= ANSWER;
        this.entries = known;
      }
      this.page = 0;
    });
  }

  forget(): void {
    this.entries = null;
    this.page = 0;
    this.more = false;
  }
}
