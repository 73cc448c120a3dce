/** What helps beside trying again, when the relying party does not run. */
export type WayOut = 'anotherPort' | 'startOver';

const WAYS_OUT: Record<string, WayOut[]> = {
  portTaken: ['anotherPort'],
  portUnusable: ['anotherPort'],
  databaseCorrupt: ['startOver'],
  databaseNewer: ['startOver'],
};

/** By the code of the problem; a folder that cannot be written, or a full disk, only needs mending. */
export function waysOutOf(code: string | undefined): WayOut[] {
  return WAYS_OUT[code ?? ''] ?? [];
}
