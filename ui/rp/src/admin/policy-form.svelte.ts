import { Refusal } from '../api';
import type { AdminPolicy } from '../bindings';
import type { Attempt } from '../attempt.svelte';
import type { Administration } from './administration.svelte';
import { changes, problems, toDraft, toPolicy, type Draft, type Value } from './draft';
import { settings } from './settings';

/** The policy in force, and the form that changes it. */
export class PolicyForm {
  /** Null until it was loaded. */
  saved = $state<AdminPolicy | null>(null);
  draft = $state<Draft>({});
  /** What is wrong, by the setting's place in the file. */
  faults = $state<Record<string, string>>({});
  /** What was just done, said once. */
  news = $state('');
  /** The policy in force, as the form would hold it. */
  inForce = $state<Draft>({});
  readonly saving: Attempt;

  constructor(private readonly administration: Administration) {
    this.saving = administration.attempt();
  }

  /** The places that differ from the policy in force. */
  get changed(): string[] {
    return this.saved ? changes(this.draft, this.inForce) : [];
  }

  get dirty(): boolean {
    return this.changed.length > 0;
  }

  take(policy: AdminPolicy): void {
    this.saved = policy;
    this.inForce = toDraft(policy.policy);
    this.draft = toDraft(policy.policy);
    this.faults = {};
    this.saving.notice = null;
  }

  set(key: string, value: Value): void {
    this.draft[key] = value;
    this.news = '';
    delete this.faults[key];
  }

  /** Back to the policy in force, which may be another by now. */
  async discard(): Promise<void> {
    if (this.saved) this.take(this.saved);
    this.news = 'Your changes are discarded.';
    await this.refresh();
  }

  /** Looks at the policy in force anew, unless that would lose what was typed. */
  async refresh(): Promise<void> {
    if (this.dirty) return;
    await this.saving.run(async () => {
      this.take(await this.administration.inSession(() => this.#api.policy()));
    });
  }

  async save(): Promise<void> {
    const { saved } = this;
    if (!saved) return;
    this.news = '';
    this.faults = problems(this.draft);
    if (Object.keys(this.faults).length > 0) return;
    const policy = toPolicy($state.snapshot(this.draft) as Draft, $state.snapshot(saved.policy) as AdminPolicy['policy']);
    await this.saving.run(async () => {
      try {
        this.take(await this.administration.inSession(() => this.#api.putPolicy({ version: saved.version, policy })));
        this.news = `Saved. Version ${this.saved?.version} is in force, and phones that are online are told.`;
      } catch (error) {
        const field = error instanceof Refusal && settings.find(({ key }) => key === error.field);
        if (!field) throw error;
        this.faults = { [field.key]: (error as Refusal).message };
      }
    });
  }

  get #api() {
    return this.administration.site.api.admin;
  }
}
