import type { AdminAccount, AdminPhone } from '../bindings';

/** What an administrator is asked to confirm. */
export type Ask =
  | { kind: 'reset'; account: AdminAccount }
  | { kind: 'revoke'; account: AdminAccount; phone: AdminPhone };

interface Question {
  title: string;
  description: string;
  confirm: string;
  action: string;
}

export function question(ask: Ask): Question {
  const name = ask.account.account.displayName;
  if (ask.kind === 'reset') {
    return {
      title: `Reset the PIN of ${name}?`,
      description: `The PIN stops working at once, online and on every phone that is online, and a lock is lifted. ${name} signs in by something else, and then chooses a new one on a phone.`,
      confirm: 'Reset PIN',
      action: 'confirm-admin-reset-pin',
    };
  }
  return {
    title: `Revoke “${ask.phone.deviceName}”?`,
    description: `The phone of ${name} gets no more PINs and deletes its copy when it next connects. An offline phone keeps its copy until its validity ends.`,
    confirm: 'Revoke phone',
    action: 'confirm-admin-revoke-phone',
  };
}
