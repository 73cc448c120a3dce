import { Administration } from './admin/administration.svelte';
import { Api, Refusal } from './api';
import type { RelyingParty, Session } from './bindings';
import { explain, type Notice } from './notices';
import { admit, pageAt, paths, type Page } from './routes';

/** Which page this browser is on and who it is signed in as. */
export class Site {
  page = $state<Page>('signIn');
  relyingParty = $state<RelyingParty | null>(null);
  session = $state<Session | null>(null);
  ready = $state(false);
  /** Why the site could not be opened. */
  trouble = $state<Notice | null>(null);
  /** What just happened, said once on the page that follows. */
  news = $state('');

  /** How far the relying party's clock is ahead of this browser's, in milliseconds. */
  #ahead = 0;

  #administration: Administration | null = null;

  constructor(readonly api: Api) {}

  /** Kept while the person looks at other pages: what they typed stays. */
  get administration(): Administration {
    return (this.#administration ??= new Administration(this));
  }

  /** The relying party's time, in Unix milliseconds: what its "ago" is counted by. */
  readonly clock = (): number => Date.now() + this.#ahead;

  /** Asks who the relying party is and whether there is a session, then shows the page asked for. */
  async open(): Promise<void> {
    this.trouble = null;
    try {
      [this.relyingParty, this.session] = await Promise.all([this.api.relyingParty(), this.#whoIsHere()]);
      this.show(pageAt(location.pathname));
      this.ready = true;
    } catch (error) {
      this.trouble = explain(error, 'other', null);
    }
  }

  /** The person followed a link. */
  go(page: keyof typeof paths): void {
    this.news = '';
    history.pushState(null, '', paths[page]);
    this.show(page);
  }

  /** The person went back or forward. */
  returned(): void {
    this.news = '';
    this.show(pageAt(location.pathname));
  }

  /** After a ceremony that bound a session. */
  async signedIn(news = ''): Promise<void> {
    this.session = await this.#whoIsHere();
    this.move(news);
  }

  /** After something else than this page's ceremonies bound or ended a session: the page stays. */
  async lookAgain(): Promise<void> {
    this.session = await this.#whoIsHere();
  }

  /** Learns the relying party's time from an answer of its own; RFC 3339. */
  learnTime(now: string): void {
    const time = Date.parse(now);
    if (!Number.isNaN(time)) this.#ahead = time - Date.now();
  }

  async #whoIsHere(): Promise<Session | null> {
    const session = await this.api.session();
    if (session) this.learnTime(session.now);
    return session;
  }

  async signOut(): Promise<void> {
    await this.api.signOut();
    this.signedOut('You are signed out.');
  }

  /** True when `error` says that the session is over; the sign-in page then says so. */
  sessionEnded(error: unknown): boolean {
    const ended = error instanceof Refusal && error.status === 401;
    if (ended) this.signedOut('Your session has ended. Sign in again.');
    return ended;
  }

  /** Runs an operation that needs the session; when that is over, the sign-in page says so. */
  async inSession<T>(operation: () => Promise<T>): Promise<T> {
    try {
      return await operation();
    } catch (error) {
      this.sessionEnded(error);
      throw error;
    }
  }

  private signedOut(news: string): void {
    this.session = null;
    this.move(news);
  }

  private move(news: string): void {
    this.news = news;
    const page = this.session ? 'account' : 'signIn';
    history.pushState(null, '', paths[page]);
    this.show(page);
  }

  private show(page: Page): void {
    this.page = admit(page, this.session !== null);
    if (this.page !== 'missing' && this.page !== pageAt(location.pathname)) {
      history.replaceState(null, '', paths[this.page]);
    }
  }
}
