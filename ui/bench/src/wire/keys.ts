/** What a key does to the event that is read. */
export type Act = 'back' | 'forward' | 'cause' | 'effect' | 'exchange' | 'copy';

type Pressed = Pick<KeyboardEvent, 'key' | 'altKey' | 'ctrlKey' | 'metaKey' | 'getModifierState'>;

/** None for keys that do nothing to it. `[` and `]` may need AltGr. */
export function actOf(event: Pressed): Act | null {
  const third = event.getModifierState('AltGraph');
  if (event.metaKey || (event.ctrlKey && !third)) return null;
  if (event.key === '[') return 'cause';
  if (event.key === ']') return 'effect';
  if (third) return null;
  if (event.altKey) return event.key === 'ArrowLeft' ? 'back' : event.key === 'ArrowRight' ? 'forward' : null;
  if (event.key === 'r') return 'exchange';
  if (event.key === 'c') return 'copy';
  return null;
}

/** Whether a key asks for the search: Ctrl+F and Cmd+F anywhere, `/` where nobody types. */
export function asksForSearch(event: Pick<KeyboardEvent, 'key' | 'altKey' | 'ctrlKey' | 'metaKey'>, typing: boolean): boolean {
  if (event.altKey) return false;
  if (event.ctrlKey || event.metaKey) return event.key.toLowerCase() === 'f' && event.ctrlKey !== event.metaKey;
  return event.key === '/' && !typing;
}
