import type { FaultableMessage, NetworkState } from '../bindings/types';
import { delayText } from './spans';

export type NetworkKind = NetworkState['kind'];

/** A state the network can be put in. */
export interface NetworkChoice {
  kind: NetworkKind;
  /** As walks write it. */
  name: string;
  label: string;
  /** What then happens to messages. */
  sentence: string;
  /** Its number, where it has one. */
  number?: { label: string; unit: string; least: number; most: number; first: number };
}

export const NETWORKS: readonly NetworkChoice[] = [
  { kind: 'online', name: 'online', label: 'Online', sentence: 'Everything gets through.' },
  { kind: 'offline', name: 'offline', label: 'Offline', sentence: 'No request gets through: the connection closes without an answer.' },
  {
    kind: 'slow',
    name: 'slow',
    label: 'Slow',
    sentence: 'Every request arrives late.',
    number: { label: 'How late', unit: 'ms', least: 1, most: 600_000, first: 2000 },
  },
  {
    kind: 'lossy',
    name: 'lossy',
    label: 'Lossy',
    sentence: 'Requests and answers get lost by chance.',
    number: { label: 'How many of a hundred', unit: '%', least: 0, most: 100, first: 30 },
  },
  {
    kind: 'answerLost',
    name: 'answer-lost',
    label: 'Answer lost',
    sentence: 'The relying party acts, and its answer never arrives. Then all gets through again.',
    number: { label: 'How many answers', unit: 'answers', least: 1, most: 1000, first: 1 },
  },
  { kind: 'serverDown', name: 'server-down', label: 'Server down', sentence: 'The relying party is stopped: its port refuses connections.' },
];

const DEVICE_SENTENCES: Partial<Record<NetworkKind, string>> = {
  online: 'The device reaches relying parties by itself, and they reach it.',
  offline: 'The device reaches nobody: it checks PINs by what it keeps, or not at all.',
};

/** The states of a device's own network. A server that is down is down for pages too. */
export const DEVICE_NETWORKS: readonly NetworkChoice[] = NETWORKS.filter(({ kind }) => kind !== 'serverDown').map((choice) => ({
  ...choice,
  sentence: DEVICE_SENTENCES[choice.kind] ?? choice.sentence,
}));

export const networkChoice = (kind: NetworkKind): NetworkChoice => NETWORKS.find((choice) => choice.kind === kind)!;

/** Where the calls go that a network lies under: pages' begin with `/api/`, phones' with `/pin/`. */
export type CallsTo = '/api/' | '/pin/';

/** The paths whose answers can be named, and the one that is set; those with an id in them name no call. */
export function answerPaths(catalogue: readonly FaultableMessage[], calls: CallsTo, set: string | null): string[] {
  const known = catalogue.map(({ message }) => message.split(' ')[1] ?? '').filter((path) => path.startsWith(calls) && !path.includes('{'));
  return [...new Set(set === null ? known : [...known, set])].sort();
}

/** The path whose answers alone get lost, where the state names one. */
export const pathOf = (state: NetworkState | null): string | null => (state?.kind === 'answerLost' ? state.path : null);

/**
 * The state with this number in it; numbers outside the state's bounds are moved to them. `path` is for answers that
 * get lost: only those to it.
 */
export function networkState(kind: NetworkKind, number?: number, path: string | null = null): NetworkState {
  const bounds = networkChoice(kind).number;
  const wanted = Number.isFinite(number) ? number! : (bounds?.first ?? 0);
  const value = bounds ? Math.min(bounds.most, Math.max(bounds.least, Math.round(wanted))) : 0;
  switch (kind) {
    case 'slow':
      return { kind, millis: value };
    case 'lossy':
      return { kind, percent: value };
    case 'answerLost':
      return { kind, requests: value, path };
    default:
      return { kind };
  }
}

/** The number a state carries. */
export function numberOf(state: NetworkState): number | null {
  switch (state.kind) {
    case 'slow':
      return state.millis;
    case 'lossy':
      return state.percent;
    case 'answerLost':
      return state.requests;
    default:
      return null;
  }
}

/** The present state in as few words as the head has room for. */
export function networkText(state: NetworkState): string {
  switch (state.kind) {
    case 'slow':
      return `slow, ${delayText(state.millis)}`;
    case 'lossy':
      return `lossy, ${state.percent} %`;
    case 'answerLost':
      return state.requests === 1 ? 'next answer lost' : `next ${state.requests} answers lost`;
    default:
      return networkChoice(state.kind).label.toLowerCase();
  }
}

/** The present state as a sentence. */
export function networkSentence(state: NetworkState): string {
  const only = state.kind === 'answerLost' && state.path ? ` Only answers to ${state.path}.` : '';
  return networkChoice(state.kind).sentence + only;
}
