import type { CredentialsAnswer, CredentialsCall } from '../bindings/types';
import { problemOf } from '../state/toasts.svelte';

/** What the host needs from the window. */
export interface Seams {
  /** The frame's window, while there is one. */
  frame: () => Window | null;
  call: (call: CredentialsCall) => Promise<CredentialsAnswer>;
  abort: (call: string) => Promise<unknown>;
  /** The frame says where it is; `href` lies within the frame's origin. */
  located: (href: string) => void;
  newId: () => string;
}

/** The most calls one frame may have open. */
const MOST_CALLS = 8;

/**
 * The window's side of the bridge: runs the `navigator.credentials` calls of the framed page.
 * A message counts only when it comes from the frame itself; the origin is the browser's word
 * in the message event, never the page's.
 */
export class BridgeHost {
  /** From the page's name for a call to ours. */
  readonly #running = new Map<string | number, string>();

  constructor(private readonly seams: Seams) {}

  /** For `window.addEventListener('message', …)`. */
  readonly receive = (event: MessageEvent): void => {
    const source = this.seams.frame();
    if (!source || event.source !== source || !isLocalOrigin(event.origin)) return;
    const message: unknown = event.data;
    if (!isRecord(message)) return;
    switch (message.touchstone) {
      case 'credentials':
        void this.#run(source, event.origin, message);
        break;
      case 'begin':
        this.abortAll();
        break;
      case 'abort':
        if (isId(message.id)) this.#end(message.id);
        break;
      case 'location':
        if (typeof message.href === 'string' && isWithin(message.href, event.origin)) {
          this.seams.located(message.href);
        }
        break;
    }
  };

  /** The page is gone: ends its calls. Their answers go nowhere. */
  abortAll(): void {
    for (const id of [...this.#running.keys()]) this.#end(id);
  }

  async #run(source: Window, origin: string, message: Record<string, unknown>) {
    const { id, method, publicKey, mediation } = message;
    if (!isId(id)) return;
    // A page counts its calls from one: a number that runs already belongs to the page before.
    this.#end(id);
    const reply = (answer: CredentialsAnswer) => source.postMessage({ touchstone: 'answer', id, answer }, origin);
    if ((method !== 'create' && method !== 'get') || !isRecord(publicKey)) {
      reply({ outcome: 'exception', name: 'TypeError', message: 'The bridge was given no such call.' });
      return;
    }
    if (this.#running.size >= MOST_CALLS) {
      reply({ outcome: 'exception', name: 'NotAllowedError', message: 'Too many calls are open. End one first.' });
      return;
    }
    const call = this.seams.newId();
    this.#running.set(id, call);
    const answer = await this.#answer({
      call,
      origin,
      method,
      publicKey,
      mediation: typeof mediation === 'string' ? mediation : null,
    });
    if (this.#running.get(id) !== call) return;
    this.#running.delete(id);
    reply(answer);
  }

  async #answer(call: CredentialsCall): Promise<CredentialsAnswer> {
    try {
      return await this.seams.call(call);
    } catch (thrown) {
      return { outcome: 'exception', name: 'UnknownError', message: problemOf(thrown).message };
    }
  }

  #end(id: string | number) {
    const call = this.#running.get(id);
    if (call === undefined) return;
    this.#running.delete(id);
    // A call that has just ended cannot be aborted, and needs not be.
    this.seams.abort(call).catch(() => undefined);
  }
}

/** `http://localhost` or a name below it: all that the bench frames. */
export function isLocalOrigin(origin: string): boolean {
  return /^http:\/\/([a-z0-9-]+\.)*localhost(:\d{1,5})?$/.test(origin);
}

function isWithin(href: string, origin: string): boolean {
  return URL.canParse(href) && new URL(href).origin === origin;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isId(value: unknown): value is string | number {
  return typeof value === 'number' || (typeof value === 'string' && value.length <= 64);
}
