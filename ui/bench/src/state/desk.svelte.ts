import { listen, type UnlistenFn } from '@tauri-apps/api/event';
import { deskState } from '../bindings/commands';
import type { DeskState } from '../bindings/types';

/** What the window knows of the desk: whose bench is shown, the walk that is open, the recording under way. */
export class DeskStore {
  /** None until the desk has answered for the first time. */
  state = $state.raw<DeskState | null>(null);

  walk = $derived(this.state?.walk ?? null);
  recording = $derived(this.state?.recording ?? null);
  showing = $derived(this.state?.showing ?? 'own');
  /** Rises when another bench is shown; 0 until the desk has answered. */
  generation = $derived(this.state?.generation ?? 0);

  /** Listens, then asks how it stands. `switched` learns of every other bench that is shown. */
  async connect(switched: (generation: number) => void): Promise<() => void> {
    const show = (state: DeskState) => {
      const before = this.generation;
      // What was asked for earlier may arrive after news.
      if (state.generation < before) return;
      this.state = state;
      if (state.generation !== before) switched(state.generation);
    };
    const stop: UnlistenFn = await listen<DeskState>('desk-state', ({ payload }) => show(payload));
    show(await deskState());
    return stop;
  }
}

export const desk = new DeskStore();
