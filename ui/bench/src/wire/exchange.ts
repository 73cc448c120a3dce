import type { Event, Seq, TimelineRelated } from '../bindings/types';

/** A message of the exchange an event belongs to: "Request #12". */
export interface Part {
  name: string;
  seq: Seq;
}

/** What the kinds of an exchange are called, in the order they are read. */
const NAMES: Record<string, string> = {
  'client.create.called': 'Call',
  'client.get.called': 'Call',
  'client.command.sent': 'Command',
  'rp.request': 'Request',
  'client.command.answered': 'Answer',
  'rp.response': 'Answer',
  'rp.verification': 'Verification',
  'rp.pin.judged': 'Verification',
};

/** Request, verification and answer around an event, itself among them; empty when it has no other. */
export function exchangeOf(related: TimelineRelated): Part[] {
  const { event, causes, effects, siblings } = related;
  if (!event) return [];
  const parts: Event[] = [event];
  if (event.kind === 'rp.request' || event.kind === 'client.command.sent') {
    parts.push(...effects.filter((effect) => isPartOf(effect, event)));
  } else if (causes[0] && isPartOf(event, causes[0])) {
    parts.push(causes[0], ...siblings.filter((sibling) => isPartOf(sibling, causes[0]!)));
  }
  return parts.length < 2 ? [] : parts.sort((one, other) => one.seq - other.seq).map((one) => ({ name: NAMES[one.kind]!, seq: one.seq }));
}

function isPartOf(event: Event, start: Event): boolean {
  if (start.kind === 'rp.request') return ['rp.response', 'rp.verification', 'rp.pin.judged'].includes(event.kind);
  return start.kind === 'client.command.sent' && event.kind === 'client.command.answered';
}

/** The next part after `seq`, from the last to the first. */
export function nextPart(parts: Part[], seq: Seq): Seq | undefined {
  if (parts.length === 0) return undefined;
  return parts[(parts.findIndex((part) => part.seq === seq) + 1) % parts.length]!.seq;
}
