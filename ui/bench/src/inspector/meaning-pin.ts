/** What PIN synchronization's events are for. */
export const PIN_KINDS: Record<string, string> = {
  'device.enrolment.claimed':
    'The device read the page’s code and gave the relying party its new key. Both show six digits made of all the keys: if they differ, somebody stands between them.',
  'device.enrolment.made': 'The relying party signed the enrolment. Device and relying party each hold the other’s key from now on; the PIN itself did not cross.',
  'device.enrolment.forgotten': 'The device deleted the enrolment: its key, its count of wrong tries, and what it kept for offline checks.',
  'device.pin.exchange':
    'The device raised its counter, stored it, and begins an exchange: fresh keys on both sides, signed with the keys of the enrolment. A counter that is not above the last one is refused as a replay.',
  'device.pin.synced':
    'The device checked the relying party’s signature before it opened the payload, found versions and time not older than what it has seen, and replaced what it keeps in one write. The count of wrong tries stays.',
  'device.pin.acknowledged': 'The device told the relying party what arrived, and how often a wrong PIN was tried offline. Only now does the relying party count the synchronization as done.',
  'device.pin.answered': 'The relying party compared the PIN and answered, sealed and signed. The PIN crossed only inside this exchange, under a key made for it.',
  'device.pin.refused':
    'The exchange ended here. A refusal changes something on the device only when the relying party signed it; an answer that the device does not believe changes nothing, and what it keeps stays.',
  'device.pin.unreachable': 'No answer that counts: for the device the server is away. What it keeps is good until its validity ends, and not a second longer.',
  'device.pin.state': 'Whether the device can check the PIN by itself changed. Only valid and expiring can.',
  'device.pin.offline':
    'The device compared the PIN by itself. The try was counted in both of its stores before the comparison, so that pulling the plug gives no free guess. The relying party knows nothing of it until the next synchronization.',
  'device.pin.push': 'The relying party tells the versions that it has, signed. It is only a hint: the device begins a synchronization when they are newer, and a forged one costs one exchange.',
  'device.pin.stream': 'The device keeps a connection on which the relying party tells of news. It opens it with a challenge signed by the enrolment’s key.',
  'device.verification.done': 'The device verified its user, and will say so in the authenticator data of the relying parties named here; of all, where none is named.',
  'device.verification.impossible':
    'The device found no way to verify its user, and the request ends here: no assertion leaves it, and the relying party never hears of it. That is the barrier before any relying party’s rules apply.',
  'device.fingerprint.checked': 'The simulated reader compared a finger. After too many that do not match, only a PIN will do.',
  'device.app.locked': 'The device’s app asks for a PIN before its enrolments are used by hand.',
  'device.app.unlocked': 'The device’s app is open again.',
  'device.logon.answered':
    'The device checked that the challenge is signed by its relying party, and shows an answer made of the PIN just typed and a key from the last exchange. No network was needed. Whoever has the code is let in: this is not resistant to phishing.',
  'device.logon.refused': 'The device does not answer this challenge: it is too old, not for it, or not signed by its relying party.',
  'device.settings.changed': 'The device’s owner chose how it verifies its user.',
  'rp.pin.offered': 'The relying party invites the account to enrol a phone. The invitation is good once and for a short time.',
  'rp.pin.claimed': 'A phone took the invitation and gave its key. Nothing is trusted yet: the person compares six digits and confirms.',
  'rp.pin.confirmed': 'The person confirmed the phone’s and the server’s keys. The challenge of that passkey ceremony was made of both, so the passkey’s signature covers them.',
  'rp.pin.enrolled': 'The phone is enrolled for the account’s PIN.',
  'rp.pin.judged': 'The relying party checks a phone’s request step by step. An unknown phone takes as long as a wrong signature, and gets the same answer.',
  'rp.pin.checked': 'The relying party compared the PIN with the hash it holds. It counts attempts by itself, apart from the tries that devices count offline.',
  'rp.pin.set': 'The relying party holds a hash of the account’s new PIN, sealed under a key that is not in its database. Devices are told that there is a newer version.',
  'rp.pin.acknowledged': 'The phone proved that it holds what was sent. The relying party records the synchronization now, with the wrong tries that the phone counted.',
  'rp.pin.locked': 'The PIN is of no use until it is reset; a right one does not help. Devices learn it, signed, at their next exchange.',
  'rp.pin.reset': 'The PIN is cleared and its lock is gone. The person sets a new one at the next chance online.',
  'rp.pin.pushed': 'Phones whose stream is open are told that there is something newer. The others learn it when they come back.',
  'rp.pin.revoked': 'The phone’s key is not accepted any more. What the phone keeps ends by itself, at the latest with its validity.',
  'rp.pin.streams': 'A phone’s connection for news was opened or closed.',
  'rp.policy.changed': 'The relying party’s policy has a higher version from now on. Devices are told to synchronize, and take what concerns them.',
  'rp.policy.refused': 'The policy’s file cannot be used. The last good policy stays in force.',
  'rp.factor.judged': 'The relying party held the way in which the user was verified against its policy. It knows the way only as far as the authenticator signed it (extension uvm).',
  'rp.logon.begun': 'A workstation asks for somebody whose phone may be offline: the relying party signs a challenge for each enrolled phone. It is good once and for two minutes.',
  'rp.logon.finished': 'The code was the one for this challenge: the account is logged on at the workstation. The challenge is spent.',
  'rp.logon.refused': 'The code was not accepted. Ten wrong ones an hour lock this way in until a sign-in online.',
  'bench.deviceNetwork.set': 'The tester set what lies between a device and relying parties. Pages have a network of their own.',
  'bench.relyingParty.added': 'The tester added a relying party, with accounts, a policy and an origin of its own.',
  'bench.relyingParty.removed': 'The tester removed a relying party. Its folder was renamed, not deleted.',
  'bench.stores.kept': 'The tester copied what the device’s two stores hold, to put it back later.',
  'bench.stores.restored': 'The tester put a store back as it was. Counters that stand in both stores show it: the higher one counts, and the server sees an exchange counter that goes back.',
  'bench.push.forged': 'A push that another key signed is put on the phone’s stream. The phone refuses it by its signature.',
  'bench.enrolments.copied': 'Another device now holds the same keys, as if both stores had been stolen. The relying party notices by the exchange counter.',
};

/** What the device asks its relying party by itself. */
export const PIN_PATHS: Record<string, string> = {
  '/pin/enrol/claim': 'The device takes up the code that it scanned, and sends its new key for this account.',
  '/pin/enrol/finish': 'The device signs the enrolment; the relying party signs it once the person has confirmed it on the page.',
  '/pin/exchange': 'The device begins an exchange: a fresh key, a nonce and its counter, signed by the enrolment’s key.',
  '/pin/online': 'The second round of the exchange: what the person typed, sealed under a key made for this exchange.',
  '/pin/sync/ack': 'The device confirms what arrived, by a code only the exchange’s two ends can make.',
  '/pin/stream/challenge': 'The device asks for a challenge, to open its connection for news.',
  '/pin/stream': 'The device opens its connection for news: the challenge, signed.',
  '/api/pin': 'The page asks how the account’s PIN stands, and which phones are enrolled.',
  '/api/pin/offers': 'The page asks for a code that enrols a phone.',
  '/api/pin/reset/begin': 'The page asks to reset the PIN: with a passkey whose user is verified without this PIN.',
  '/api/pin/reset/finish': 'The page sends the signature that allows the reset.',
  '/api/workstation/logon/begin': 'The workstation asks for challenges for the account’s phones. Nobody is signed in.',
  '/api/workstation/logon/finish': 'The workstation sends the code that the person read from the phone.',
};

/** What the relying party answers to these. */
export const PIN_RESPONSES: Record<string, string> = {
  '/pin/enrol/claim': 'Who the relying party is, the account, and the server’s key for this enrolment.',
  '/pin/exchange': 'The server’s fresh key and the payload, sealed, and a signature over both: the device verifies it before it opens anything.',
  '/pin/online': 'What came of it, sealed and signed in the same exchange.',
  '/pin/sync/ack': 'The synchronization is recorded.',
  '/pin/stream': 'The connection stays open: a signed beat every 30 seconds, and a push when there is news.',
  '/api/pin/offers': 'The text of the code: where the relying party is, and a secret that is good once.',
  '/api/workstation/logon/begin': 'A challenge for each phone, signed by the key of its enrolment.',
};
