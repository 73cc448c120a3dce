import type { Divider, Lane, Message } from './present';

/** A message from one lane to another. */
export function arrow(from: Lane, to: Lane, title: string, note?: string, tone: Message['tone'] = 'plain'): Message {
  return { shape: 'message', from, to, title, note, tone };
}

/** Something a party did by itself. */
export function note(lane: Lane, title: string, note?: string, tone: Message['tone'] = 'plain'): Message {
  return arrow(lane, lane, title, note, tone);
}

/** What concerns the bench as a whole. */
export function divider(title: string, note?: string, tone?: Divider['tone']): Divider {
  return { shape: 'divider', title, note, tone };
}
