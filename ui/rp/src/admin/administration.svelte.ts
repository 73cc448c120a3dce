import { Refusal } from '../api';
import { Attempt } from '../attempt.svelte';
import type { AdminAccount } from '../bindings';
import type { Site } from '../site.svelte';
import { Audit } from './audit.svelte';
import { PolicyForm } from './policy-form.svelte';

export type Tab = 'policy' | 'accounts' | 'locks' | 'audit';

/** The administrator's page: whether they are let in, and what each tab shows. */
export class Administration {
  /** Null until the server said it. */
  letIn = $state<boolean | null>(null);
  /** Said once beside the field for the token. */
  news = $state('');
  tab = $state<Tab>('policy');
  /** Null until they were loaded. */
  accounts = $state<AdminAccount[] | null>(null);
  readonly entering: Attempt;
  readonly loading: Attempt;
  readonly policy: PolicyForm;
  readonly audit: Audit;

  constructor(readonly site: Site) {
    this.entering = this.attempt();
    this.loading = this.attempt();
    this.policy = new PolicyForm(this);
    this.audit = new Audit(this);
  }

  get clock(): () => number {
    return this.site.clock;
  }

  attempt(): Attempt {
    return new Attempt('other', () => this.site.relyingParty);
  }

  /** Opens the page: a session of before may still hold. */
  async open(): Promise<void> {
    await this.entering.run(async () => {
      try {
        const policy = await this.site.api.admin.policy();
        if (!this.policy.dirty) this.policy.take(policy);
        this.letIn = true;
      } catch (error) {
        if (!(error instanceof Refusal && error.status === 401)) throw error;
        this.letIn = false;
      }
    });
    if (this.letIn) await this.loadAccounts();
  }

  async signIn(token: string): Promise<void> {
    this.news = '';
    await this.entering.run(async () => {
      await this.site.api.admin.signIn(token);
      this.policy.take(await this.site.api.admin.policy());
      this.letIn = true;
    });
    if (this.letIn) await this.loadAccounts();
  }

  async signOut(): Promise<void> {
    await this.entering.run(async () => {
      await this.inSession(() => this.site.api.admin.signOut());
      this.#leave('You left the administration.');
    });
  }

  async show(tab: Tab): Promise<void> {
    this.tab = tab;
    if (tab === 'policy') await this.policy.refresh();
    else if (tab === 'audit') await this.audit.load();
    else await this.loadAccounts();
  }

  async loadAccounts(): Promise<void> {
    await this.loading.run(async () => {
      const { accounts, now } = await this.inSession(() => this.site.api.admin.accounts());
      this.site.learnTime(now);
      this.accounts = accounts;
    });
  }

  async resetPin(account: string): Promise<void> {
    await this.inSession(() => this.site.api.admin.resetPin(account));
    await this.loadAccounts();
  }

  async revoke(enrolmentId: string): Promise<void> {
    await this.inSession(() => this.site.api.admin.revoke(enrolmentId));
    await this.loadAccounts();
  }

  /** Runs what needs the administrator's session; when that is over, the token is asked for again. */
  async inSession<T>(operation: () => Promise<T>): Promise<T> {
    try {
      return await operation();
    } catch (error) {
      if (error instanceof Refusal && error.status === 401) this.#leave('Your session as administrator has ended. Enter the token again.');
      throw error;
    }
  }

  #leave(news: string): void {
    this.letIn = false;
    this.news = news;
    this.accounts = null;
    this.audit.forget();
  }
}
