import type { Names as Filled } from './ceremonies';

/** The sign-up form: the display name follows the user name until the person edits it. */
export class Names {
  problem = $state<string | undefined>();
  #username = $state('');
  #ownDisplayName = $state<string | null>(null);

  get username(): string {
    return this.#username;
  }

  set username(text: string) {
    this.#username = text;
    this.problem = undefined;
  }

  get displayName(): string {
    return this.#ownDisplayName ?? this.#username;
  }

  set displayName(text: string) {
    this.#ownDisplayName = text;
  }

  /** Both names without spaces around them, or null with the problem said. */
  filled(): Filled | null {
    const username = this.#username.trim();
    if (!username) {
      this.problem = 'Type a user name.';
      return null;
    }
    return { username, displayName: this.displayName.trim() || username };
  }
}
