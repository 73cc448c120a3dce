import type { RelyingPartySummary } from '../bindings/types';

/** What the relying parties' dialogs are asked to do; the dialogs themselves stand once in the window. */
export type PartyTask = { kind: 'add' } | { kind: 'remove'; party: RelyingPartySummary };

class PartyTasks {
  current = $state.raw<PartyTask | null>(null);
}

export const partyTasks = new PartyTasks();
