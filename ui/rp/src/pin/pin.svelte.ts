import { resetPin, type Course } from '../ceremonies';
import type { PinStanding } from '../bindings';
import { explain, type Notice } from '../notices';
import type { Site } from '../site.svelte';

/** The PIN of the account in this session, as the relying party last told it. */
export class Pin {
  /** Null until it was loaded. */
  standing = $state<PinStanding | null>(null);
  /** Why it could not be loaded. */
  notice = $state<Notice | null>(null);
  /** The person decided to answer a campaign later; until the page is left. */
  skipped = $state(false);

  constructor(readonly site: Site) {}

  async load(): Promise<void> {
    this.notice = null;
    try {
      const standing = await this.site.inSession(() => this.site.api.pin());
      this.site.learnTime(standing.now);
      this.standing = standing;
    } catch (error) {
      this.notice = explain(error, 'other', this.site.relyingParty);
    }
  }

  async removePhone(enrolmentId: string): Promise<void> {
    await this.site.inSession(() => this.site.api.removePinPhone(enrolmentId));
    await this.load();
  }

  async reset(course: Course): Promise<void> {
    await this.site.inSession(() => resetPin(this.site.api, course));
    await this.load();
  }
}
