/** A page of a relying party that the tester wants to see. */
export interface Wanted {
  rpId: string;
  path: string;
}

/** The frame of the relying party's pane, for the window's other parts. */
class Frame {
  /** What it shall show next; the pane takes it from here. */
  wanted = $state.raw<Wanted | null>(null);
  /** The codes that its page shows for a phone to scan. */
  codes = $state.raw<readonly string[]>([]);

  /** Brings a relying party's page into the frame. */
  open(rpId: string, path: string) {
    this.wanted = { rpId, path };
  }
}

export const frame = new Frame();
