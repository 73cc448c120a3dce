import { plural } from '$kit/plural';
import type { WalkSummary } from '../bindings/types';

/** Walks under one heading. */
export interface WalkGroup {
  label: string;
  own: boolean;
  walks: WalkSummary[];
}

/** The walks to choose from: those that fit the search, and those no search can help. */
export interface PickerList {
  groups: WalkGroup[];
  /** Files that are no walk, with why. */
  unusable: WalkSummary[];
  /** The walks of all groups, in the order shown. */
  inOrder: WalkSummary[];
}

const words = (text: string) => text.toLowerCase().split(/\s+/).filter(Boolean);

const BUILT_IN = 'built-in:';

/** Where a walk of the bench lies under the others, or nothing. */
const folderOf = ({ path }: WalkSummary) => path.replace(BUILT_IN, '').split('/').slice(0, -1).join('/');

/** What a search finds a walk by, beside its words: the tester's own lie in one folder, which finds none. */
const placeOf = (walk: WalkSummary) => (walk.own ? walk.file : walk.path.replace(BUILT_IN, ''));

/** True when every word of the search is somewhere in what the walk shows, or in its file's path. */
export function fits(walk: WalkSummary, search: string): boolean {
  const all = [walk.title, walk.why, walk.file, placeOf(walk), ...walk.tags, ...walk.steps].join('\n').toLowerCase();
  return words(search).every((word) => all.includes(word));
}

export function pickerList(walks: readonly WalkSummary[], search: string): PickerList {
  const found = walks.filter((walk) => fits(walk, search));
  const usable = found.filter((walk) => walk.problem === null);
  const groups = grouped(usable);
  return { groups, unusable: found.filter((walk) => walk.problem !== null), inOrder: groups.flatMap((group) => group.walks) };
}

/** The walks of the bench, those of each folder under its name, then the tester's own. */
function grouped(walks: readonly WalkSummary[]): WalkGroup[] {
  const ofBench = walks.filter((walk) => !walk.own);
  const shipped = [...new Set(ofBench.map(folderOf))].map((folder) => ({
    label: folder ? `Walks of the bench: ${folder}` : 'Walks of the bench',
    own: false,
    walks: ofBench.filter((walk) => folderOf(walk) === folder),
  }));
  const own = walks.filter((walk) => walk.own);
  return own.length === 0 ? shipped : [...shipped, { label: 'Your own walks', own: true, walks: own }];
}

export const stepCount = (walk: WalkSummary): string => plural(walk.steps.length, 'step');

/** Where an unusable file went wrong, as editors take it, and why. */
export function problemText(walk: WalkSummary): string {
  const { problem } = walk;
  return problem ? `${walk.file}:${problem.line}:${problem.column}: ${problem.message}` : '';
}

/** The highlighted path after a key, or none when the key moves nothing. */
export function movedTo(key: string, list: readonly WalkSummary[], path: string | null): string | null {
  const last = list.length - 1;
  if (last < 0) return null;
  const here = list.findIndex((walk) => walk.path === path);
  const to = { ArrowDown: Math.min(last, here + 1), ArrowUp: Math.max(0, here - 1), PageDown: Math.min(last, here + 5), PageUp: Math.max(0, here - 5) }[key];
  return to === undefined ? null : list[to]!.path;
}

/** The walk after this one, in the order of the picker. */
export function nextWalk(walks: readonly WalkSummary[], path: string): WalkSummary | null {
  const { inOrder } = pickerList(walks, '');
  const here = inOrder.findIndex((walk) => walk.path === path);
  return here < 0 ? null : (inOrder[here + 1] ?? null);
}

/** The walk a first visit offers: the first of the bench’s own that can be played. */
export function firstWalk(walks: readonly WalkSummary[]): WalkSummary | null {
  const [first = null] = pickerList(walks, '').inOrder.filter((walk) => !walk.own);
  return first;
}
