// Generated from the Rust sources by `cargo xtask bindings`. Do not edit.

import { invoke } from "@tauri-apps/api/core";
import type * as t from "./types";

/** Everything the window shows that is not the timeline. */
export const benchState = (): Promise<t.BenchState> =>
  invoke("bench_state");

/** Adds a software device: a `phone`, a `key`, a `pin-key` or a `fingerprint-key`. */
export const deviceAdd = (name: string, profile: string): Promise<t.DeviceSummary> =>
  invoke("device_add", { name, profile });

/** Gives a device another name. */
export const deviceRename = (device: string, name: string): Promise<null> =>
  invoke("device_rename", { device, name });

/** Chooses the device, or the key, that answers the next ceremony. */
export const devicePick = (device: string): Promise<null> =>
  invoke("device_pick", { device });

/** Plugs a software device in; says which key it is there. */
export const devicePlug = (device: string, way: t.PlugWay): Promise<string> =>
  invoke("device_plug", { device, way });

/** Unplugs a software device. */
export const deviceUnplug = (device: string): Promise<null> =>
  invoke("device_unplug", { device });

/** What a key says of itself, each statement explained. */
export const keyInfo = (key: string): Promise<t.KeyReport> =>
  invoke("key_info", { key });

/** Makes a key show which one it is, by its light. */
export const keyWink = (key: string): Promise<null> =>
  invoke("key_wink", { key });

/** Waits until one of the keys is touched, picks that one and says which. */
export const keysTouch = (): Promise<string> =>
  invoke("keys_touch");

/** What stands between this machine and keys, with the commands that help. */
export const keysDoctor = (): Promise<Array<t.KeysFinding>> =>
  invoke("keys_doctor");

/** Asks for the device's PIN and then for a new one, at its prompts. */
export const deviceChangePin = (device: string): Promise<null> =>
  invoke("device_change_pin", { device });

/** Deletes a device's passkeys and PIN. */
export const deviceWipe = (device: string): Promise<null> =>
  invoke("device_wipe", { device });

/** Deletes a device with all it holds. */
export const deviceRemove = (device: string): Promise<null> =>
  invoke("device_remove", { device });

/** Gives a passkey the tester's own name. */
export const passkeyRename = (device: string, credentialId: string, label: string): Promise<null> =>
  invoke("passkey_rename", { device, credentialId, label });

/** Deletes a passkey from its device. */
export const passkeyDelete = (device: string, credentialId: string): Promise<null> =>
  invoke("passkey_delete", { device, credentialId });

/** What the person does at a device's prompt. */
export const promptAnswer = (prompt: number, answer: t.PromptAnswer): Promise<null> =>
  invoke("prompt_answer", { prompt, answer });

/** Runs `navigator.credentials.create()` or `.get()` for a framed page. */
export const credentialsCall = (call: t.CredentialsCall): Promise<t.CredentialsAnswer> =>
  invoke("credentials_call", { call });

/** Ends a running call, as an `AbortSignal` does. */
export const credentialsAbort = (call: string): Promise<null> =>
  invoke("credentials_abort", { call });

/** A stretch of the timeline, oldest first. */
export const timelineRange = (after: number, limit: number): Promise<t.TimelinePage> =>
  invoke("timeline_range", { after, limit });

/** Numbers of the events above `after` that fit the query; looks at 5,000 events at most. */
export const timelineFind = (query: t.TimelineQuery, after: number): Promise<t.TimelineMatches> =>
  invoke("timeline_find", { query, after });

/** An event, what led to it and what it led to. */
export const timelineRelated = (seq: number): Promise<t.TimelineRelated> =>
  invoke("timeline_related", { seq });

/** Forgets the timeline. */
export const timelineClear = (): Promise<null> =>
  invoke("timeline_clear");

/** Writes the timeline, redacted, to the export folder. */
export const timelineSave = (): Promise<t.SavedFile> =>
  invoke("timeline_save");

/** Does what the tester chose when the vault is shut. */
export const vaultWayOut = (way: t.WayOut, passphrase: string | null): Promise<null> =>
  invoke("vault_way_out", { way, passphrase });

/** Starts a relying party again, the first one when none is named, on request at another port. */
export const relyingPartyRetry = (rpId: string | null, anotherPort: boolean): Promise<null> =>
  invoke("relying_party_retry", { rpId, anotherPort });

/** Sets a relying party's data aside (renamed, not deleted) and starts it with none. */
export const relyingPartyStartOver = (rpId: string | null): Promise<null> =>
  invoke("relying_party_start_over", { rpId });

/** Stops a relying party and starts it again on the same data. */
export const relyingPartyRestart = (rpId: string | null): Promise<null> =>
  invoke("relying_party_restart", { rpId });

/** Adds a relying party of this name, at an address made of the name's letters and digits. */
export const relyingPartyAdd = (name: string): Promise<t.RelyingPartySummary> =>
  invoke("relying_party_add", { name });

/** Stops a relying party that was added, and sets its data aside (renamed, not deleted). */
export const relyingPartyRemove = (rpId: string): Promise<null> =>
  invoke("relying_party_remove", { rpId });

/** The token of a relying party's administration; of the first one when none is named. */
export const relyingPartyAdmin = (rpId: string | null): Promise<string> =>
  invoke("relying_party_admin", { rpId });

/** A relying party's policy: `{version, text, policy, problem?}`. */
export const policy = (rpId: string | null): Promise<t.Json> =>
  invoke("policy", { rpId });

/** Changes members of a relying party's policy; says which version is in force then. */
export const policySet = (rpId: string | null, changes: t.Json): Promise<number> =>
  invoke("policy_set", { rpId, changes });

/** Takes an account's PIN away as an administrator. */
export const pinAdminReset = (rpId: string | null, account: string): Promise<null> =>
  invoke("pin_admin_reset", { rpId, account });

/** Takes a device's enrolment away as an administrator. */
export const enrolmentRevoke = (rpId: string | null, enrolment: string): Promise<null> =>
  invoke("enrolment_revoke", { rpId, enrolment });

/** What a relying party noted of its accounts' PINs, oldest first. */
export const audit = (rpId: string | null): Promise<t.Json> =>
  invoke("audit", { rpId });

/** Changes what a device's owner chose: what verifies the user, fingerprint, app lock. */
export const deviceSettings = (device: string, settings: t.DeviceSettings): Promise<null> =>
  invoke("device_settings", { device, settings });

/** Shows a device a code: of an account page to enrol it, or of a workstation to answer. */
export const deviceScan = (device: string, text: string): Promise<t.Scanned> =>
  invoke("device_scan", { device, text });

/** Ends the enrolment under way, once it was confirmed on the relying party's page. */
export const enrolmentContinue = (device: string): Promise<null> =>
  invoke("enrolment_continue", { device });

/** Synchronizes the PIN of an enrolment now. */
export const enrolmentSync = (device: string, enrolment: string): Promise<null> =>
  invoke("enrolment_sync", { device, enrolment });

/** Asks for the account's PIN and lets the relying party check it. */
export const enrolmentVerify = (device: string, enrolment: string): Promise<null> =>
  invoke("enrolment_verify", { device, enrolment });

/** Asks for the account's first PIN and sets it at the relying party. */
export const enrolmentSetPin = (device: string, enrolment: string): Promise<null> =>
  invoke("enrolment_set_pin", { device, enrolment });

/** Asks for the account's PIN and for a new one, and changes it at the relying party. */
export const enrolmentChangePin = (device: string, enrolment: string): Promise<null> =>
  invoke("enrolment_change_pin", { device, enrolment });

/** Deletes an enrolment on a device, with all that is kept of its PIN. */
export const enrolmentForget = (device: string, enrolment: string): Promise<null> =>
  invoke("enrolment_forget", { device, enrolment });

/** Takes the account's PIN away in the device's app, after a passkey's assertion without this PIN. */
export const enrolmentResetPin = (device: string, enrolment: string): Promise<null> =>
  invoke("enrolment_reset_pin", { device, enrolment });

/** Locks a device's app. */
export const deviceLockApp = (device: string): Promise<null> =>
  invoke("device_lock_app", { device });

/** Asks for a PIN and unlocks a device's app. */
export const deviceUnlockApp = (device: string): Promise<null> =>
  invoke("device_unlock_app", { device });

/** Sets what lies between a device and relying parties; all devices when none is named. */
export const deviceNetworkSet = (device: string | null, state: t.NetworkState): Promise<null> =>
  invoke("device_network_set", { device, state });

/** Copies what a device's two stores hold now, to be put back later. */
export const deviceStoresKeep = (device: string): Promise<null> =>
  invoke("device_stores_keep", { device });

/** Puts back what a device's stores held when they were kept, as a restored backup does. */
export const deviceStoresRestore = (device: string, which: t.KeptStores): Promise<null> =>
  invoke("device_stores_restore", { device, which });

/** Copies a device's enrolments to another device, as someone who stole its memory would; says how many. */
export const deviceCopyEnrolments = (from: string, to: string): Promise<number> =>
  invoke("device_copy_enrolments", { from, to });

/** Copies a device's passkeys to another device, as someone who stole its memory would; says how many. */
export const deviceCopyPasskeys = (from: string, to: string): Promise<number> =>
  invoke("device_copy_passkeys", { from, to });

/** Takes a device's power away and gives it back. */
export const devicePowerCycle = (device: string): Promise<null> =>
  invoke("device_power_cycle", { device });

/** Moves the clocks of these parties; of all three when none is named. */
export const clockMove = (parties: Array<t.Party>, motion: t.ClockMotion): Promise<null> =>
  invoke("clock_move", { parties, motion });

/** Sets what lies between pages and the relying party. */
export const networkSet = (state: t.NetworkState): Promise<null> =>
  invoke("network_set", { state });

/** Lets something go wrong with a message that is to come. */
export const faultArm = (fault: t.Fault): Promise<t.ArmedFault> =>
  invoke("fault_arm", { fault });

/** Takes an armed fault away. */
export const faultDisarm = (id: number): Promise<null> =>
  invoke("fault_disarm", { id });

/** Takes every armed fault away. */
export const faultClear = (): Promise<null> =>
  invoke("fault_clear");

/** The messages that faults can name, with their fields. */
export const faultCatalogue = (): Promise<Array<t.FaultableMessage>> =>
  invoke("fault_catalogue");

/** Versions and folders, to paste into a bug report. */
export const about = (): Promise<t.About> =>
  invoke("about");

/** Which bench is shown, and what is played or recorded on it. */
export const deskState = (): Promise<t.DeskState> =>
  invoke("desk_state");

/** Every walk there is. */
export const walkList = (): Promise<Array<t.WalkSummary>> =>
  invoke("walk_list");

/** Opens a walk on a fresh bench and shows that. */
export const walkOpen = (path: string): Promise<null> =>
  invoke("walk_open", { path });

/** Does the next step. */
export const walkStep = (): Promise<null> =>
  invoke("walk_step");

/** Does one step after the other until one fails or none is left. */
export const walkPlay = (): Promise<null> =>
  invoke("walk_play");

/** Stops after the step that is being done. */
export const walkPause = (): Promise<null> =>
  invoke("walk_pause");

/** Reads the walk's file again and opens it on a fresh bench. */
export const walkRestart = (): Promise<null> =>
  invoke("walk_restart");

/** Closes the walk with its bench and shows the tester's own again. */
export const walkClose = (): Promise<null> =>
  invoke("walk_close");

/** Chooses who does the steps. */
export const walkMode = (mode: t.WalkMode): Promise<null> =>
  invoke("walk_mode", { mode });

/** Writes a report of the run as it stands to the export folder. */
export const walkSaveReport = (format: t.ReportFormat): Promise<t.SavedFile> =>
  invoke("walk_save_report", { format });

/** Shows a fresh bench with one device of this profile, and records what the tester does on it. */
export const recordingStart = (profile: string): Promise<null> =>
  invoke("recording_start", { profile });

/** The walk that was recorded so far, as its file will be. */
export const recordingPreview = (): Promise<string> =>
  invoke("recording_preview");

/** Saves the recording as a walk in the tester's folder, and shows the tester's own bench again. */
export const recordingSave = (title: string, why: string): Promise<t.SavedWalk> =>
  invoke("recording_save", { title, why });

/** Forgets the recording and shows the tester's own bench again. */
export const recordingDiscard = (): Promise<null> =>
  invoke("recording_discard");

/** Takes what the framed page says of itself. */
export const pageTold = (report: t.PageReport): Promise<null> =>
  invoke("page_told", { report });
