import type { Problem } from '../bindings/types';

/** A short message at the window's foot. */
export interface Toast {
  id: number;
  tone: 'note' | 'problem';
  message: string;
  /** A text worth copying, such as a file's path. */
  copy?: { text: string; what: string };
  /** What can be done next. */
  next?: { label: string; action: string; run: () => void };
}

const NOTE_STAYS = 10_000;
const MOST = 4;

/** What a rejected command says, whatever was thrown. */
export function problemOf(thrown: unknown): Problem {
  if (typeof thrown === 'object' && thrown !== null && 'message' in thrown) {
    const code = 'code' in thrown ? String(thrown.code) : 'unexpected';
    return { code, message: String(thrown.message) };
  }
  return { code: 'unexpected', message: String(thrown) };
}

export class Toasts {
  list = $state<Toast[]>([]);
  #next = 1;

  /** Says something that went well; it leaves by itself. */
  note(message: string, copy?: Toast['copy'], next?: Toast['next']) {
    const id = this.#add({ tone: 'note', message, copy, next });
    setTimeout(() => this.dismiss(id), NOTE_STAYS);
  }

  /** Says what failed; it stays until it is dismissed. The same problem is said once. */
  problem(thrown: unknown) {
    const { message } = problemOf(thrown);
    if (this.list.some((toast) => toast.message === message)) return;
    this.#add({ tone: 'problem', message });
  }

  dismiss(id: number) {
    this.list = this.list.filter((toast) => toast.id !== id);
  }

  /** Waits for a command and says its problem if it fails; true when it went well. */
  async watch(command: Promise<unknown>): Promise<boolean> {
    try {
      await command;
      return true;
    } catch (thrown) {
      this.problem(thrown);
      return false;
    }
  }

  #add(toast: Omit<Toast, 'id'>): number {
    const id = this.#next++;
    this.list = [...this.list, { id, ...toast }].slice(-MOST);
    return id;
  }
}

export const toasts = new Toasts();
