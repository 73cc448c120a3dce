import {
  recordingDiscard,
  recordingStart,
  walkClose,
  walkList,
  walkMode,
  walkOpen,
  walkPause,
  walkPlay,
  walkRestart,
  walkSaveReport,
  walkStep,
} from '../bindings/commands';
import type { ReportFormat, WalkMode, WalkSummary } from '../bindings/types';
import { desk } from '../state/desk.svelte';
import { problemOf, toasts } from '../state/toasts.svelte';
import { nextWalk } from './picker';
import { lostWith, primaryOf, type Leaving } from './player';

const OFFERED = 'touchstone-walk-offered';

/** What the tester does with walks: which there are, and what is open over the window. */
export class Walks {
  list = $state.raw<WalkSummary[]>([]);
  /** Why the walks cannot be listed. */
  problem = $state('');
  /** True while the picker is open. */
  picking = $state(false);
  /** What the tester wants to do that ends the run, while the window asks whether it may. */
  leaving = $state.raw<Leaving | null>(null);
  /** The bench whose run has a report, by its generation. */
  reported = $state<number | null>(null);
  /** Which dialog of the recorder is open. */
  recorder = $state<'start' | 'save' | 'discard' | null>(null);
  /** The walk that is being opened. */
  opening = $state<string | null>(null);
  /** False once the tester has played a walk, or said not now. */
  offering = $state(localStorage.getItem(OFFERED) === null);

  async load() {
    try {
      this.list = (await walkList()) ?? [];
      this.problem = '';
    } catch (thrown) {
      this.problem = problemOf(thrown).message;
    }
  }

  pick() {
    this.picking = true;
    void this.load();
  }

  open = (path: string) => this.leave({ to: 'open', path });

  private async opens(path: string) {
    if (this.opening !== null) return;
    this.opening = path;
    this.offered();
    if (await toasts.watch(walkOpen(path))) this.picking = false;
    this.opening = null;
  }

  offered() {
    this.offering = false;
    localStorage.setItem(OFFERED, 'yes');
  }

  step = () => void toasts.watch(walkStep());
  play = () => void toasts.watch(walkPlay());
  pause = () => void toasts.watch(walkPause());
  mode = (mode: WalkMode) => void toasts.watch(walkMode(mode));

  restart = () => void this.leave({ to: 'restart' });
  close = () => void this.leave({ to: 'close' });

  /** What of the open run is lost when it ends. */
  get lost() {
    return desk.walk && lostWith(desk.walk, this.reported === desk.generation);
  }

  /** Leaves the run, or asks first where something of it is lost. */
  private async leave(leaving: Leaving) {
    if (this.lost === null) await this.end(leaving);
    else this.leaving = leaving;
  }

  async end(leaving: Leaving) {
    if (leaving.to === 'open') await this.opens(leaving.path);
    else await toasts.watch(leaving.to === 'close' ? walkClose() : walkRestart());
    // What stood in the way is told beside the window; the question was answered.
    this.leaving = null;
  }

  next = () => {
    const after = desk.walk && nextWalk(this.list, desk.walk.path);
    if (after) void this.open(after.path);
    else this.pick();
  };

  async saveReport(format: ReportFormat) {
    const { generation } = desk;
    await toasts.watch(
      walkSaveReport(format).then(({ path }) => {
        this.reported = generation;
        toasts.note(`Saved the report to ${path}`, { text: path, what: 'path' });
      }),
    );
  }

  async record(profile: string): Promise<boolean> {
    const started = await toasts.watch(recordingStart(profile));
    if (started) this.recorder = null;
    return started;
  }

  async discard() {
    if (await toasts.watch(recordingDiscard())) this.recorder = null;
  }

  /** The step that the gold button names. */
  primary = () => {
    switch (primaryOf(desk.state)) {
      case 'pick':
        return this.pick();
      case 'step':
      case 'do-it':
        return this.step();
      case 'pause':
        return this.pause();
      case 'restart':
        return this.restart();
      case 'next':
        return this.next();
      case 'save':
        this.recorder = 'save';
    }
  };
}

export const walks = new Walks();
