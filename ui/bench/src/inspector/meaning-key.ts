/** What a PIN of a key, and the reports to and from keys, are for. */
export const KEY_KINDS: Record<string, string> = {
  'client.hid.sent': 'One report of 64 bytes to the key. A message that does not fit into one is cut into several; the first names its command and its length.',
  'client.hid.received': 'One report of 64 bytes from the key. While it has no answer yet it sends keepalives, which say whether it works or waits for a touch.',
  'client.key-pin.asked': 'The browser asks for the PIN of the key. It never leaves this machine as it was typed: the key gets the encrypted start of its hash.',
  'client.key-pin.answered': 'The person answered the browser. The PIN itself stands nowhere in this timeline.',
  'bench.key.plugged': 'A key was plugged in. It can be picked from now on.',
  'bench.key.unplugged': 'A key was unplugged. What it was asked ended without an answer; the relying party keeps nothing half-made.',
  'bench.key.winked': 'The key was asked to show which one it is, by its light.',
  'device.winked': 'The device was asked to show which one it is, as a key does by its light.',
  'device.plugged': 'A software device of this bench can be reached like any other key from now on.',
  'device.unplugged': 'The software device answers only inside this bench again.',
};

/** What the subcommands of authenticatorClientPIN ask (CTAP 2.3 §6.5.5). */
const SUBCOMMANDS: Record<number, string> = {
  1: 'The client asks how many tries for the PIN are left, before it asks the person.',
  2: 'The client and the key agree on a secret for this exchange, by keys that are made for it.',
  3: 'The client sets the first PIN, encrypted under the agreed secret.',
  4: 'The client changes the PIN: the encrypted hash of the old one, and the new one.',
  5: 'The client sends the encrypted hash of the PIN, and gets a token in return that stands for it.',
  6: 'The key verifies its user by itself, and the client gets a token that stands for that.',
  7: 'The client asks how often the key may still verify its user by itself.',
  9: 'The client sends the encrypted hash of the PIN, and gets a token that is good for what it named: these permissions, this relying party.',
};

export const clientPinMeaning = (subCommand: unknown): string =>
  (typeof subCommand === 'number' ? SUBCOMMANDS[subCommand] : undefined) ?? 'The client speaks with the key about its PIN.';

export const KEY_ANSWERS: Record<string, string> = {
  authenticatorClientPIN: 'The key did what was asked. A PIN token comes encrypted, and is good for a short time.',
};

export const KEY_STATUSES: Record<string, string> = {
  CTAP2_ERR_PIN_INVALID: 'The PIN was wrong. The key counted the try before it compared, and agrees on a new secret.',
  CTAP2_ERR_PIN_AUTH_BLOCKED: 'Three wrong PINs in a row. The key takes no more until it was unplugged and put back.',
  CTAP2_ERR_PIN_AUTH_INVALID: 'The proof of the PIN does not fit this request: the token is not good for it.',
  CTAP2_ERR_PIN_NOT_SET: 'The key has no PIN yet.',
  CTAP2_ERR_PIN_POLICY_VIOLATION: 'The key does not take this PIN: too short, or against its rules.',
  CTAP2_ERR_PUAT_REQUIRED: 'The key does this only with a token that stands for its PIN or its own verification.',
  CTAP2_ERR_UV_BLOCKED: 'The key cannot verify its user by itself any more: the tries are spent. Its PIN still does.',
  CTAP2_ERR_UV_INVALID: 'The key did not recognise its user.',
  CTAP2_ERR_ACTION_TIMEOUT: 'Nobody touched the key in time.',
};
