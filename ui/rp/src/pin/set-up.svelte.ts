import { Attempt } from '../attempt.svelte';
import { confirmPhone } from '../ceremonies';
import { Countdown } from '../countdown.svelte';
import type { OfferMade, OfferStanding } from '../bindings';
import type { Pin } from './pin.svelte';

/** Where the set-up of a phone is. `lost`: the code ran out, or the person said that the digits differ. */
export type Phase = 'making' | 'scan' | 'compare' | 'done' | 'lost';

/** One phone is set up for the PIN: a code to scan, digits to compare, a passkey to confirm with. */
export class SetUp {
  /** Null until the server made it. */
  made = $state<OfferMade | null>(null);
  countdown = $state<Countdown | null>(null);
  offer = $state<Pick<OfferStanding, 'state' | 'deviceName' | 'digits'>>({ state: 'open' });
  /** The person asked, and no phone had scanned the code. */
  unclaimed = $state(false);
  differs = $state(false);
  readonly attempt: Attempt;

  constructor(private readonly pin: Pin) {
    this.attempt = new Attempt('setUpPin', () => pin.site.relyingParty);
  }

  get phase(): Phase {
    if (!this.made || !this.countdown) return 'making';
    const { state } = this.offer;
    if (state === 'confirmed' || state === 'enrolled') return 'done';
    if (this.differs || state === 'expired' || this.countdown.over) return 'lost';
    return state === 'claimed' ? 'compare' : 'scan';
  }

  /** The name of the phone that scanned the code. */
  get phone(): string {
    return this.offer.deviceName ?? 'the phone';
  }

  /** Whether a passkey confirms the phone, or the comparison of digits alone. */
  get byPasskey(): boolean {
    return this.pin.standing?.policy.enrolment !== 'digits';
  }

  /** Asks for a code; also for another one. */
  async begin(): Promise<void> {
    this.made = this.countdown = null;
    this.offer = { state: 'open' };
    this.unclaimed = this.differs = false;
    await this.attempt.run(async () => {
      const { site } = this.pin;
      const made = await site.inSession(() => site.api.offerPin());
      site.learnTime(made.now);
      this.countdown = new Countdown(Date.parse(made.expiresAt), site.clock);
      this.made = made;
    });
  }

  /** The person scanned the code and goes on. */
  async look(): Promise<void> {
    this.unclaimed = false;
    await this.attempt.run(async () => {
      await this.#refresh();
      this.unclaimed = this.offer.state === 'open';
    });
  }

  /** The digits are the same on both sides. */
  async confirm(): Promise<void> {
    const { site } = this.pin;
    const offer = this.made?.offer;
    if (!offer) return;
    await this.attempt.run(async (course) => {
      await site.inSession(() =>
        this.byPasskey ? confirmPhone(site.api, offer, course) : site.api.confirmOffer(offer),
      );
      this.offer = { ...this.offer, state: 'confirmed' };
      await this.pin.load();
    });
  }

  /** The digits differ: the code is given up, and what claimed it is never confirmed. */
  refuse(): void {
    this.differs = true;
  }

  async #refresh(): Promise<void> {
    const { site } = this.pin;
    const offer = this.made?.offer;
    if (offer) this.offer = await site.inSession(() => site.api.pinOffer(offer));
  }
}
