import type { Event } from '../bindings/types';
import { inner, number, text } from '../wire/body';
import { KEY_ANSWERS, KEY_KINDS, KEY_STATUSES, clientPinMeaning } from './meaning-key';
import { PIN_KINDS, PIN_PATHS, PIN_RESPONSES } from './meaning-pin';

const KINDS: Record<string, string> = {
  'client.create.called':
    'The page asks its browser for a new passkey. The browser checks that the page may use this RP ID, then turns to a device.',
  'client.get.called':
    'The page asks its browser for proof of a passkey. Without a list of allowed credentials the device itself finds the account: no user name is needed.',
  'client.create.returned':
    'The browser hands the page the new public key and the attestation. The private key never left the device.',
  'client.get.returned': 'The browser hands the page the signature, the data it covers, and the user handle that names the account.',
  'client.account.chosen': 'The device has no display, so the client asked which account to use.',
  'client.failed':
    'The call ended without a credential. The page learns only this name; browsers keep the reason from it on purpose, so that it learns nothing about the person.',
  'device.prompt.shown': 'The device asks the person. The client waits, and the relying party knows nothing of it.',
  'device.prompt.answered': 'The person answered on the device, or nobody did.',
  'device.pin.checked':
    'The device compared the PIN by itself. The try was counted, durably, before the comparison, so that pulling the plug gives no free guess.',
  'device.pin.set': 'The device keeps a hash of the PIN, sealed in its vault. The PIN itself is stored nowhere.',
  'device.passkey.created': 'The device made a key pair for this relying party and account, and stored it sealed.',
  'device.passkey.used':
    'The device signed with the passkey. Its counter was raised, durably, before the signature was made.',
  'device.passkey.renamed': 'Only the label in this window changed. The relying party is not told.',
  'device.passkey.deleted':
    'The private key is gone from the device. The relying party still lists the passkey until it is deleted there too.',
  'device.reset': 'Passkeys and PIN are gone from the device. Relying parties are not told.',
  'device.failed': 'Something under the device broke. The request ends with an error status.',
  'rp.request': 'The page, running in the browser, calls its server.',
  'rp.response': 'The server answers the page.',
  'rp.verification':
    'The relying party checks the response step by step, in the order of WebAuthn Level 3. One failed step refuses it.',
  'rp.account.created': 'The account exists from now on. It was made only after its first passkey had been verified.',
  'rp.session.bound': 'The browser’s session now belongs to the account. The cookie that carries it was set anew.',
  'rp.session.ended': 'The session is no longer good. The passkey stays.',
};

/** What the tester did to the bench, and walks. */
const BENCH: Record<string, string> = {
  'bench.clock.moved': 'The tester moved a clock. Challenges, sessions and prompts end by the clock of the party that keeps them.',
  'bench.network.set': 'The tester set what lies between pages and the relying party. Messages that are lost are lost on purpose.',
  'bench.network.lost': 'The network lost this message, as the tester set it to. The connection closed without an answer.',
  'bench.relyingParty.restarted': 'The relying party stopped and started again. Accounts, passkeys and sessions are stored; what it had under way is forgotten.',
  'bench.fault.armed': 'The tester armed a fault. It waits for the next message of that name and direction.',
  'bench.fault.applied': 'The armed fault happened to this message. What went wrong after it was asked for.',
  'bench.fault.missed': 'The message came, but the fault could not be applied to it: the reason is on the left. It stays armed.',
  'bench.fault.disarmed': 'The fault no longer waits: it was spent or taken away.',
  'bench.device.cloned': 'Another device now holds the same keys and counters, as if its memory had been stolen. A relying party can notice by the counter.',
  'bench.device.powerCycled': 'The device lost its power and got it back. What it had in mind is gone; what it stores is not.',
  'bench.page.impersonated':
    'A page that is not the relying party’s own got a challenge from it. What the device signs for that page names the page’s origin.',
  'bench.logons.flooded':
    'A program asks for one question of a workstation after the other and guesses the eight digits of each.',
  'bench.walk.started': 'A walk begins, on a bench of its own.',
  'bench.walk.step': 'A step of the walk: what follows belongs to it.',
  'bench.walk.ended': 'The walk has ended. The player at the foot shows each step with what was expected.',
};

const COMMANDS: Record<string, string> = {
  authenticatorMakeCredential:
    'The client asks the device for a new credential. The device wants the person’s consent, makes a key pair for this RP ID, and returns the public key.',
  authenticatorGetAssertion:
    'The client asks the device to sign the hash of the client data with a credential of this RP ID.',
  authenticatorGetNextAssertion: 'The client asks for the next account’s assertion; the first answer said that there are several.',
  authenticatorGetInfo: 'The client asks what the device can do: versions, extensions, options, algorithms, limits.',
  authenticatorSelection: 'The client asks the person to touch the device that shall be used.',
  authenticatorReset: 'The client asks the device to delete everything it holds.',
};

const ANSWERS: Record<string, string> = {
  authenticatorMakeCredential:
    'The device made a key pair and answers with the public key, inside authenticator data that says what it checked: presence, verification. The private key stays.',
  authenticatorGetAssertion:
    'The device signed. The signature covers the authenticator data and the hash of the client data, so neither can be changed on the way.',
  authenticatorGetInfo: 'The device says what it can do. The client decides by it which options it may send.',
  authenticatorReset: 'Everything on the device is gone.',
};

const PATHS: Record<string, string> = {
  '/api/registration/begin':
    'Registration starts: the server makes a challenge, good once and for a few minutes, and says what kind of passkey it wants.',
  '/api/registration/finish': 'Registration ends: the page sends the new public key; the server takes the 29 steps of section 7.1.',
  '/api/authentication/begin': 'Sign-in starts: the server makes a challenge, good once and for a few minutes. It does not know yet who comes.',
  '/api/authentication/finish': 'Sign-in ends: the page sends the signature; the server takes the 25 steps of section 7.2.',
  '/api/session': 'The page asks who is signed in, or signs out.',
  '/api/passkeys': 'The page asks for the account’s passkeys.',
};

const RESPONSES: Record<string, string> = {
  '/api/registration/begin':
    'The options: who the relying party is, for whom the passkey is made, which algorithms it takes, and the challenge that the answer must carry.',
  '/api/registration/finish': 'The passkey is stored with its account, and the browser is signed in.',
  '/api/authentication/begin': 'The options: the RP ID, the challenge that the answer must carry, and that the person must be verified.',
  '/api/authentication/finish': 'The passkey named the account by its user handle, and the browser is signed in.',
};

/** What a message is for, in a sentence or two. */
export function meaningOf(event: Event, cause: Event | undefined): string {
  if (event.kind.startsWith('client.command.')) {
    const command = text(event, 'command') ?? text(cause, 'command') ?? '';
    const told = command === 'authenticatorClientPIN' ? clientPinMeaning(inner(event, 'request', 'subCommand')) : COMMANDS[command];
    if (event.kind === 'client.command.sent') return told ?? 'The client sends a command to the device.';
    if (text(event, 'status') === 'CTAP2_OK') return ANSWERS[command] ?? KEY_ANSWERS[command] ?? 'The device did what was asked.';
    return STATUSES[text(event, 'status') ?? ''] ?? KEY_STATUSES[text(event, 'status') ?? ''] ?? told ?? 'The device answers the command.';
  }
  if (event.kind === 'rp.request') return PATHS[text(event, 'path') ?? ''] ?? PIN_PATHS[text(event, 'path') ?? ''] ?? KINDS['rp.request']!;
  if (event.kind === 'rp.response') return responseMeaning(event, cause);
  if (event.kind === 'bench.call.refused') {
    return 'The page called and no device could be asked: the reason is on the left. The page learns only NotAllowedError, as in any browser.';
  }
  const known = BENCH[event.kind] ?? PIN_KINDS[event.kind] ?? KEY_KINDS[event.kind];
  if (known) return known;
  if (event.kind.startsWith('bench.')) return 'Something about the bench itself; nothing crossed a wire.';
  return KINDS[event.kind] ?? 'This window has no words for this kind of event yet. Its content is on the left.';
}

function responseMeaning(event: Event, request: Event | undefined): string {
  const status = number(event, 'status') ?? 0;
  const path = text(request, 'path') ?? '';
  const told = RESPONSES[path] ?? PIN_RESPONSES[path];
  if (status < 400) return told ?? KINDS['rp.response']!;
  const error = inner(event, 'body', 'error');
  const message = typeof error === 'object' && error !== null && 'message' in error ? error.message : undefined;
  if (typeof message === 'string') return message;
  return status === 401 ? 'Nobody is signed in.' : 'The server refused the request.';
}

const STATUSES: Record<string, string> = {
  CTAP2_ERR_NO_CREDENTIALS: 'The device holds no credential for this RP ID.',
  CTAP2_ERR_CREDENTIAL_EXCLUDED: 'The device already holds a credential that the relying party listed as excluded.',
  CTAP2_ERR_OPERATION_DENIED: 'The person declined.',
  CTAP2_ERR_KEEPALIVE_CANCEL: 'The client cancelled the request.',
  CTAP2_ERR_USER_ACTION_TIMEOUT: 'Nobody answered the device in time.',
  CTAP2_ERR_PIN_BLOCKED: 'All tries for the PIN are spent. Only a wipe helps.',
  CTAP2_ERR_KEY_STORE_FULL: 'The device has no room for another credential.',
  CTAP2_ERR_UNSUPPORTED_ALGORITHM: 'The device knows none of the algorithms the relying party accepts.',
};
