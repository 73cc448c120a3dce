export type Page = 'signIn' | 'signUp' | 'account' | 'missing';

export const paths = { signIn: '/', signUp: '/sign-up', account: '/account' } as const;

export const titles: Record<Page, string> = {
  signIn: 'Sign in',
  signUp: 'Create an account',
  account: 'Your account',
  missing: 'No such page',
};

/** The page at a path of this site; a slash at its end does not matter. */
export function pageAt(path: string): Page {
  const bare = path.replace(/\/+$/, '') || '/';
  const found = (Object.keys(paths) as (keyof typeof paths)[]).find((page) => paths[page] === bare);
  return found ?? 'missing';
}

/** Where someone who asks for a page ends: the account needs a session, the doors need none. */
export function admit(page: Page, signedIn: boolean): Page {
  if (page === 'missing') return page;
  if (signedIn) return 'account';
  return page === 'account' ? 'signIn' : page;
}
