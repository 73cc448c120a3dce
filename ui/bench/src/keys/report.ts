import type { KeyFact, KeyFactStanding, KeyReport, KeysFinding } from '../bindings/types';

/** A heading of the page, and the members of authenticatorGetInfo under it. */
export interface Chapter {
  id: string;
  title: string;
  facts: KeyFact[];
}

/** Which members are read together, by their numbers in CTAP 2.3 §6.4. */
const CHAPTERS: readonly (readonly [id: string, title: string, numbers: readonly number[]])[] = [
  ['what', 'What it is', [0x01, 0x03, 0x0e, 0x13, 0x09, 0x1b]],
  ['does', 'What it can do', [0x02, 0x04, 0x0a, 0x16, 0x1a]],
  ['user', 'How it verifies its user', [0x06, 0x0c, 0x0d, 0x11, 0x12, 0x1c, 0x1d]],
  ['holds', 'What it takes and holds', [0x05, 0x07, 0x08, 0x0b, 0x0f, 0x10, 0x14]],
];

/** What CTAP names and no chapter above has, and what it does not name. */
const REST = ['more', 'What else it says'] as const;

/** The facts in chapters; what the key does not tell only where `all` is wanted. */
export function chaptersOf(facts: readonly KeyFact[], all: boolean): Chapter[] {
  const shown = facts.filter(({ standing }) => all || standing !== 'absent');
  const placed = new Set(CHAPTERS.flatMap(([, , numbers]) => numbers));
  const chapters = CHAPTERS.map(([id, title, numbers]) => ({
    id,
    title,
    facts: numbers.flatMap((number) => shown.filter((fact) => fact.number === number)),
  }));
  const rest = shown.filter(({ number }) => number === null || !placed.has(number));
  return [...chapters, { id: REST[0], title: REST[1], facts: rest }].filter((chapter) => chapter.facts.length > 0);
}

/** How many members the key does not tell. */
export const absentIn = (facts: readonly KeyFact[]): number => facts.filter(({ standing }) => standing === 'absent').length;

/** "0x0d", as the specification counts members; none for what has no such number. */
export const memberNumber = (number: number | null): string | null => (number === null ? null : `0x${number.toString(16).padStart(2, '0')}`);

/** The word and the sign beside a fact that is not simply told. */
export const STANDINGS: Record<KeyFactStanding, { sign: string; word: string; tone: 'plain' | 'warn' | 'bad' } | null> = {
  told: null,
  absent: { sign: '–', word: 'not told', tone: 'plain' },
  unknown: { sign: '?', word: 'not in CTAP 2.3', tone: 'warn' },
  malformed: { sign: '✕', word: 'not as the specification says', tone: 'bad' },
};

/** A short answer to a question that is asked of every key. */
export interface Answer {
  id: string;
  question: string;
  answer: string;
  tone: 'good' | 'warn' | 'bad' | 'plain';
  sign: string;
}

const GOOD = { tone: 'good', sign: '✓' } as const;
const PLAIN = { tone: 'plain', sign: '–' } as const;
const WARN = { tone: 'warn', sign: '!' } as const;
const BAD = { tone: 'bad', sign: '✕' } as const;

/** What most people want to know, before all that it says. */
export function answersOf(report: KeyReport): Answer[] {
  const option = (name: string): boolean | undefined => {
    const options = report.facts.find(({ number }) => number === 0x04)?.value;
    const value = typeof options === 'object' && options !== null ? (options as Record<string, unknown>)[name] : undefined;
    return typeof value === 'boolean' ? value : undefined;
  };
  const versions = report.facts.find(({ number }) => number === 0x01)?.value;
  const spoken = Array.isArray(versions) ? versions.filter((one) => typeof one === 'string').sort() : [];
  const newest: string | undefined = spoken.findLast((one) => one.startsWith('FIDO_2')) ?? spoken.at(-1);
  return [
    { id: 'fido', question: 'Speaks', answer: newest ?? 'unclear', ...(newest?.startsWith('FIDO_2') ? GOOD : WARN) },
    { id: 'passkeys', question: 'Passkeys', ...(option('rk') === true ? { answer: 'keeps them', ...GOOD } : { answer: 'cannot keep them', ...WARN }) },
    { id: 'pin', question: 'PIN', ...pinAnswer(report) },
    { id: 'itself', question: 'By itself', ...ownVerification(option('uv'), report.pin.uvRetries) },
  ];
}

type Stands = Pick<Answer, 'answer' | 'tone' | 'sign'>;

/** How the PIN stands, in a few words. */
export function pinAnswer({ pin }: Pick<KeyReport, 'pin'>): Stands {
  if (!pin.supported) return { answer: 'has none', ...PLAIN };
  if (!pin.set) return { answer: 'not set yet', ...WARN };
  if (pin.retries === 0) return { answer: 'blocked', ...BAD };
  if (pin.powerCycleNeeded === true) return { answer: 'unplug it first', ...WARN };
  if (pin.retries === null) return { answer: 'set', ...GOOD };
  const tries = `set · ${pin.retries} ${pin.retries === 1 ? 'try' : 'tries'} left`;
  return { answer: tries, ...(pin.retries <= 3 ? WARN : GOOD) };
}

function ownVerification(uv: boolean | undefined, retries: number | null): Stands {
  if (uv === undefined) return { answer: 'touch only', ...PLAIN };
  if (!uv) return { answer: 'nothing enrolled', ...WARN };
  if (retries === 0) return { answer: 'locked', ...BAD };
  return { answer: 'verifies its user', ...GOOD };
}

/** True when the key can show itself by its light (CTAP 2.3 §11.2.9.2.1); unknown ones may try. */
export const canWink = (report: KeyReport | undefined): boolean => report?.init == null || (report.init.capabilities & 0x01) !== 0;

/** Problems first, then what is not known, then what is well. */
export function sorted(findings: readonly KeysFinding[]): KeysFinding[] {
  const rank = { problem: 0, unknown: 1, optional: 2, ok: 3 };
  return [...findings].sort((one, other) => rank[one.state] - rank[other.state]);
}

export const FINDING_SIGNS = { ok: { sign: '✓', word: 'well' }, problem: { sign: '✕', word: 'problem' }, unknown: { sign: '?', word: 'not known' }, optional: { sign: '–', word: 'only if you want it' } } as const;

/** "1 problem", or that there is none. */
export function doctorSays(findings: readonly KeysFinding[]): string {
  const problems = findings.filter(({ state }) => state === 'problem').length;
  if (problems > 0) return `${problems} ${problems === 1 ? 'thing stands' : 'things stand'} in the way. The commands below mend that.`;
  return 'Nothing stands in the way of keys on this machine.';
}
