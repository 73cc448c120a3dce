// Generated from the Rust commands by `cargo xtask bindings`. Do not edit.

import { invoke } from "@tauri-apps/api/core";
import type * as t from "./types";

export const benchState = (): Promise<t.BenchState> => invoke("bench_state");
export const deviceAdd = (name: string, profile: string): Promise<t.DeviceSummary> => invoke("device_add", { name, profile });
export const deviceRename = (device: string, name: string): Promise<null> => invoke("device_rename", { device, name });
export const devicePick = (device: string): Promise<null> => invoke("device_pick", { device });
export const deviceChangePin = (device: string): Promise<null> => invoke("device_change_pin", { device });
export const deviceWipe = (device: string): Promise<null> => invoke("device_wipe", { device });
export const deviceRemove = (device: string): Promise<null> => invoke("device_remove", { device });
export const passkeyRename = (device: string, credentialId: string, label: string): Promise<null> => invoke("passkey_rename", { device, credentialId, label });
export const passkeyDelete = (device: string, credentialId: string): Promise<null> => invoke("passkey_delete", { device, credentialId });
export const promptAnswer = (prompt: number, answer: t.PromptAnswer): Promise<null> => invoke("prompt_answer", { prompt, answer });
export const credentialsCall = (call: t.CredentialsCall): Promise<t.CredentialsAnswer> => invoke("credentials_call", { call });
export const credentialsAbort = (call: string): Promise<null> => invoke("credentials_abort", { call });
export const timelineRange = (after: number, limit: number): Promise<t.TimelinePage> => invoke("timeline_range", { after, limit });
export const timelineClear = (): Promise<null> => invoke("timeline_clear");
export const timelineSave = (): Promise<t.SavedFile> => invoke("timeline_save");
export const vaultWayOut = (way: t.WayOut, passphrase: string | null): Promise<null> => invoke("vault_way_out", { way, passphrase });
export const relyingPartyRetry = (anotherPort: boolean): Promise<null> => invoke("relying_party_retry", { anotherPort });
export const about = (): Promise<t.About> => invoke("about");
