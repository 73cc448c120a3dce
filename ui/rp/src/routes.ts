export type Page = 'signIn' | 'signUp' | 'account' | 'workstation' | 'admin' | 'missing';

export const paths = {
  signIn: '/',
  signUp: '/sign-up',
  account: '/account',
  workstation: '/workstation',
  admin: '/admin',
} as const;

export const titles: Record<Page, string> = {
  signIn: 'Sign in',
  signUp: 'Create an account',
  account: 'Your account',
  workstation: 'Workstation',
  admin: 'Administration',
  missing: 'No such page',
};

/** The page at a path of this site; a slash at its end does not matter. */
export function pageAt(path: string): Page {
  const bare = path.replace(/\/+$/, '') || '/';
  const found = (Object.keys(paths) as (keyof typeof paths)[]).find((page) => paths[page] === bare);
  return found ?? 'missing';
}

/** Pages that are there for everybody: a session neither opens nor closes them. */
const free: readonly Page[] = ['workstation', 'admin', 'missing'];

/** Where someone who asks for a page ends: the account needs a session, the doors need none. */
export function admit(page: Page, signedIn: boolean): Page {
  if (free.includes(page)) return page;
  if (signedIn) return 'account';
  return page === 'account' ? 'signIn' : page;
}
