import { Refusal } from './api';
import { Attempt } from './attempt.svelte';
import { Countdown } from './countdown.svelte';
import type { Account, LogonBegun, LogonFinished, LogonPhone } from './bindings';
import type { Site } from './site.svelte';

/** The digits of an answer (RFC 6287, HOTP-SHA256-8). */
export const CODE_LENGTH = 8;

export interface SignedIn {
  workstation: string;
  account: Account;
}

/** A workstation's locked screen: who signs in, the challenge their phone answers, the answer. */
export class Logon {
  workstation = $state('WORKSTATION-1');
  username = $state('');
  /** What is missing in the field of that name. */
  problem = $state<{ field: 'workstation' | 'username' | 'code'; text: string } | null>(null);
  begun = $state<LogonBegun | null>(null);
  countdown = $state<Countdown | null>(null);
  /** The phone whose challenge is shown. */
  chosen = $state<string | null>(null);
  signedIn = $state<SignedIn | null>(null);
  readonly attempt: Attempt;
  #code = $state('');

  constructor(private readonly site: Site) {
    this.attempt = new Attempt('other', () => site.relyingParty);
  }

  get code(): string {
    return this.#code;
  }

  /** People read it in groups: only the digits are kept. */
  set code(text: string) {
    this.#code = text.replace(/\D/g, '').slice(0, CODE_LENGTH);
    this.problem = null;
  }

  get phone(): LogonPhone | null {
    const { begun } = this;
    return begun?.phones.find((phone) => phone.enrolmentId === this.chosen) ?? begun?.phones[0] ?? null;
  }

  /** The person said who they are: asks for a challenge. */
  async begin(): Promise<void> {
    const workstation = this.workstation.trim();
    const username = this.username.trim();
    this.problem = !workstation
      ? { field: 'workstation', text: 'Type the name of this workstation.' }
      : !username
        ? { field: 'username', text: 'Type your user name.' }
        : null;
    if (this.problem) return;
    await this.attempt.run(async () => {
      const begun = await this.site.api.beginLogon(username, workstation);
      if (begun.phones.length === 0) {
        this.problem = {
          field: 'username',
          text: 'No phone can answer for this user name. Check the name, or sign in with a passkey and look at your PIN: a phone must have it and have synchronized lately.',
        };
        return;
      }
      this.site.learnTime(begun.now);
      this.countdown = new Countdown(Date.parse(begun.expiresAt), this.site.clock);
      this.begun = begun;
      this.chosen = null;
      this.#code = '';
    });
  }

  /** The person typed what the phone shows. */
  async finish(): Promise<void> {
    const { begun } = this;
    if (!begun) return;
    if (this.#code.length !== CODE_LENGTH) {
      this.problem = { field: 'code', text: `Type the ${CODE_LENGTH} digits that the phone shows.` };
      return;
    }
    await this.attempt.run(async () => {
      const { account, workstation } = await this.#answer(begun.session);
      this.signedIn = { account, workstation };
      await this.site.lookAgain();
    });
    this.#code = '';
  }

  /** Right or wrong, an answer that was judged ends the challenge; one that was lost does not. */
  async #answer(session: string): Promise<LogonFinished> {
    try {
      const finished = await this.site.api.finishLogon(session, this.#code, this.phone?.enrolmentId);
      this.#forget();
      return finished;
    } catch (error) {
      if (error instanceof Refusal) this.#forget();
      throw error;
    }
  }

  /** Back to who signs in. */
  again(): void {
    this.#forget();
    this.attempt.notice = null;
  }

  #forget(): void {
    this.begun = this.countdown = this.chosen = this.problem = null;
    this.#code = '';
  }

  /** Signs out, and shows the locked screen again. */
  async lock(): Promise<void> {
    await this.attempt.run(async () => {
      await this.site.api.signOut();
      await this.site.lookAgain();
      this.signedIn = null;
      this.username = '';
    });
  }
}
