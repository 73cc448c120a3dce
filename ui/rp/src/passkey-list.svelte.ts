import type { Passkey } from './bindings';
import { explain, type Notice } from './notices';
import type { Site } from './site.svelte';

/** The passkeys of the account in this session. */
export class PasskeyList {
  /** Null until they were loaded. */
  passkeys = $state<Passkey[] | null>(null);
  /** Why they could not be loaded. */
  notice = $state<Notice | null>(null);

  constructor(readonly site: Site) {}

  async load(): Promise<void> {
    this.notice = null;
    try {
      this.passkeys = await this.site.inSession(() => this.site.api.passkeys());
    } catch (error) {
      this.notice = explain(error, 'other', this.site.relyingParty);
    }
  }

  async rename(id: string, label: string): Promise<void> {
    const renamed = await this.site.inSession(() => this.site.api.renamePasskey(id, label));
    this.passkeys = this.passkeys?.map((old) => (old.id === id ? renamed : old)) ?? null;
  }

  async delete(id: string): Promise<void> {
    await this.site.inSession(() => this.site.api.deletePasskey(id));
    this.passkeys = this.passkeys?.filter((passkey) => passkey.id !== id) ?? null;
  }
}
