import type { CredentialsAnswer, CredentialsCall, PageOrder, PageReport, PageView } from '../bindings/types';
import { problemOf } from '../state/toasts.svelte';

/** What the host needs from the window. */
export interface Seams {
  /** The frame's window, while there is one. */
  frame: () => Window | null;
  call: (call: CredentialsCall) => Promise<CredentialsAnswer>;
  abort: (call: string) => Promise<unknown>;
  /** The frame says where it is; `href` lies within the frame's origin. */
  located: (href: string) => void;
  /** Where the frame's page must be for a walk to act on it and to believe it. */
  origin: () => string | null;
  /** The page says how it stands. Nothing more is told until that was taken. */
  told: (told: Told) => Promise<unknown>;
  /** The codes that the page shows for a phone to scan. */
  shows: (codes: string[]) => void;
  newId: () => string;
}

/** What the window itself has a page do. */
export type OwnAct = { kind: 'adminSignIn'; token: string };

/** What a page says of itself. */
export type Told = Omit<PageReport, 'generation' | 'number'>;

const LONGEST = 500;
/** The most entries of a list on a page. */
const MOST_LISTED = 100;
const MOST_CODES = 8;
const LONGEST_CODE = 4000;

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
  /** What the page is to do; given to it once it has spoken. */
  #order: PageOrder | null = null;
  #given = false;
  /** The order that another relying party's page carries out by coming into the frame. */
  #arriving: number | null = null;
  #spoken = false;
  /** What the page said while what it said before was on its way. */
  #news: Told | null = null;
  #telling = false;
  /** What the window itself has the page at `path` do; its numbers are below those of orders. */
  #own: { id: number; path: string; act: OwnAct; given: boolean; refused: (why: string) => void } | null = null;
  #owns = 0;

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
        this.#begun(event.origin);
        break;
      case 'page':
        if (event.origin === this.seams.origin()) this.#report(source, event.origin, message);
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

  /** Has the page do something, as soon as it can. */
  order(order: PageOrder): void {
    this.#order = order;
    this.#given = false;
    const source = this.seams.frame();
    const origin = this.seams.origin();
    if (source && origin && this.#spoken) this.#give(source, origin);
  }

  /** The order is carried out once a page of the frame's next origin begins. */
  arrives(order: PageOrder): void {
    this.#arriving = order.id;
  }

  /** Has the page at `path` of the frame's origin do something as soon as it stands still; no other page hears of it. */
  act(path: string, act: OwnAct, refused: (why: string) => void): void {
    this.#own = { id: -++this.#owns, path, act, given: false, refused };
  }

  /** Another page comes into the frame. */
  left(): void {
    this.abortAll();
    this.#spoken = false;
    this.#order = null;
    this.#news = null;
    this.#own = null;
    this.seams.shows([]);
  }

  /** The page is gone: ends its calls. Their answers go nowhere. */
  abortAll(): void {
    for (const id of [...this.#running.keys()]) this.#end(id);
  }

  /** A document begins: it has heard of no order, and is busy until it says otherwise. */
  #begun(origin: string) {
    this.#spoken = false;
    this.seams.shows([]);
    if (this.#own) this.#own.given = false;
    if (origin === this.seams.origin()) {
      this.#tell({ busy: true, view: viewOf({}), order: this.#arriving, refused: null });
      this.#arriving = null;
    }
  }

  #report(source: Window, origin: string, message: Record<string, unknown>) {
    const { busy, view, order, refused } = message;
    if (typeof busy !== 'boolean' || !isRecord(view)) return;
    this.seams.shows(codesOf(view.scanCodes));
    this.#ownReport(source, origin, message);
    const answers = this.#given && this.#order !== null && order === this.#order.id;
    this.#tell({
      busy,
      view: viewOf(view),
      order: answers ? this.#order!.id : null,
      refused: answers && refused != null ? text(refused) : null,
    });
    if (answers) this.#order = null;
    this.#spoken = true;
    if (this.#order && !this.#given) this.#give(source, origin);
  }

  /** Gives the window's own act to the page it is meant for, once. */
  #ownReport(source: Window, origin: string, { busy, view, order, refused }: Record<string, unknown>) {
    const own = this.#own;
    if (!own) return;
    if (own.given && order === own.id) {
      this.#own = null;
      if (refused != null) own.refused(text(refused));
    } else if (!own.given && busy === false && (view as Record<string, unknown>).path === own.path) {
      own.given = true;
      source.postMessage({ touchstone: 'act', id: own.id, act: { ...own.act } }, origin);
    }
  }

  #give(source: Window, origin: string) {
    this.#given = true;
    source.postMessage({ touchstone: 'act', id: this.#order!.id, act: { ...this.#order!.act } }, origin);
  }

  /** One report at a time, so that they keep their order; of those in between the newest is enough. */
  #tell(told: Told) {
    const earlier = this.#news?.order == null ? {} : { order: this.#news.order, refused: this.#news.refused };
    this.#news = told.order === null ? { ...told, ...earlier } : told;
    if (!this.#telling) void this.#tellOn();
  }

  async #tellOn() {
    this.#telling = true;
    while (this.#news) {
      const told = this.#news;
      this.#news = null;
      // A walk that waits for what could not be told says so itself.
      await this.seams.told(told).catch(() => undefined);
    }
    this.#telling = false;
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

function viewOf(view: Record<string, unknown>): PageView {
  const told = {
    path: text(view.path),
    signedInAs: given(view.signedInAs),
    error: given(view.error),
    passkeys: texts(view.passkeys),
    scanCodes: codesOf(view.scanCodes),
    digits: given(view.digits),
    pin: given(view.pin),
    phones: texts(view.phones),
  };
  return told;
}

const given = (value: unknown) => (value == null ? null : text(value));
const texts = (value: unknown) => (Array.isArray(value) ? value.slice(0, MOST_LISTED).map(text) : []);

function codesOf(codes: unknown): string[] {
  if (!Array.isArray(codes)) return [];
  return codes.filter((code): code is string => typeof code === 'string' && code.length <= LONGEST_CODE).slice(0, MOST_CODES);
}

/** A page may say anything; what is no text says nothing. */
function text(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, LONGEST) : '';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isId(value: unknown): value is string | number {
  return typeof value === 'number' || (typeof value === 'string' && value.length <= 64);
}
