//! The one list of commands. Each is a method of the same name: of the bench
//! that is shown, or of the desk itself; without it this does not compile. The
//! window's TypeScript and the permissions are generated from this list.

use bench::api::*;
use tauri::{State, Wry, ipc::Invoke};
use timeline::Party;
use walks::{api::*, desk::Desk};

/// A command as the generators see it.
#[cfg(test)]
pub(crate) struct Command {
    pub(crate) name: &'static str,
    pub(crate) documentation: &'static str,
    /// Names with their TypeScript types.
    pub(crate) arguments: Vec<(&'static str, String)>,
    pub(crate) answer: String,
}

macro_rules! commands {
    (
        bench {$(
            #[doc = $bench_doc:literal]
            $of_bench:ident($($bench_argument:ident: $bench_shape:ty),*) -> $bench_answer:ty;
        )+}
        desk {$(
            #[doc = $desk_doc:literal]
            $of_desk:ident($($desk_argument:ident: $desk_shape:ty),*) -> $desk_answer:ty;
        )+}
    ) => {
        $(
            #[doc = $bench_doc]
            #[tauri::command]
            pub(crate) async fn $of_bench(desk: State<'_, Desk>, $($bench_argument: $bench_shape),*) -> Result<$bench_answer, Problem> {
                desk.bench().$of_bench($($bench_argument),*).await.map_err(Problem::from)
            }
        )+
        $(
            #[doc = $desk_doc]
            #[tauri::command]
            pub(crate) async fn $of_desk(desk: State<'_, Desk>, $($desk_argument: $desk_shape),*) -> Result<$desk_answer, Problem> {
                desk.$of_desk($($desk_argument),*).await.map_err(Problem::from)
            }
        )+

        /// Answers the window's calls.
        pub(crate) fn handler() -> impl Fn(Invoke<Wry>) -> bool + Send + Sync + 'static {
            tauri::generate_handler![$($of_bench,)+ $($of_desk),+]
        }

        #[cfg(test)]
        pub(crate) fn commands() -> Vec<Command> {
            let config = ts_rs::Config::default();
            vec![
                $(Command {
                    name: stringify!($of_bench),
                    documentation: $bench_doc.trim(),
                    arguments: vec![$((stringify!($bench_argument), <$bench_shape as ts_rs::TS>::name(&config))),*],
                    answer: <$bench_answer as ts_rs::TS>::name(&config),
                },)+
                $(Command {
                    name: stringify!($of_desk),
                    documentation: $desk_doc.trim(),
                    arguments: vec![$((stringify!($desk_argument), <$desk_shape as ts_rs::TS>::name(&config))),*],
                    answer: <$desk_answer as ts_rs::TS>::name(&config),
                },)+
            ]
        }
    };
}

commands! {
    bench {
        /// Everything the window shows that is not the timeline.
        bench_state() -> BenchState;
        /// Adds a software device: a `phone`, a `key`, a `pin-key` or a `fingerprint-key`.
        device_add(name: String, profile: String) -> DeviceSummary;
        /// Gives a device another name.
        device_rename(device: String, name: String) -> ();
        /// Chooses the device, or the key, that answers the next ceremony.
        device_pick(device: String) -> ();
        /// Plugs a software device in; says which key it is there.
        device_plug(device: String, way: PlugWay) -> String;
        /// Unplugs a software device.
        device_unplug(device: String) -> ();
        /// What a key says of itself, each statement explained.
        key_info(key: String) -> Report;
        /// Makes a key show which one it is, by its light.
        key_wink(key: String) -> ();
        /// Waits until one of the keys is touched, picks that one and says which.
        keys_touch() -> String;
        /// What stands between this machine and keys, with the commands that help.
        keys_doctor() -> Vec<Finding>;
        /// Asks for the device's PIN and then for a new one, at its prompts.
        device_change_pin(device: String) -> ();
        /// Deletes a device's passkeys and PIN.
        device_wipe(device: String) -> ();
        /// Deletes a device with all it holds.
        device_remove(device: String) -> ();
        /// Gives a passkey the tester's own name.
        passkey_rename(device: String, credential_id: String, label: String) -> ();
        /// Deletes a passkey from its device.
        passkey_delete(device: String, credential_id: String) -> ();
        /// What the person does at a device's prompt.
        prompt_answer(prompt: u32, answer: PromptAnswer) -> ();
        /// Runs `navigator.credentials.create()` or `.get()` for a framed page.
        credentials_call(call: CredentialsCall) -> CredentialsAnswer;
        /// Ends a running call, as an `AbortSignal` does.
        credentials_abort(call: String) -> ();
        /// A stretch of the timeline, oldest first.
        timeline_range(after: u32, limit: u32) -> TimelinePage;
        /// Numbers of the events above `after` that fit the query; looks at 5,000 events at most.
        timeline_find(query: TimelineQuery, after: u32) -> TimelineMatches;
        /// An event, what led to it and what it led to.
        timeline_related(seq: u32) -> TimelineRelated;
        /// Forgets the timeline.
        timeline_clear() -> ();
        /// Writes the timeline, redacted, to the export folder.
        timeline_save() -> SavedFile;
        /// Does what the tester chose when the vault is shut.
        vault_way_out(way: WayOut, passphrase: Option<String>) -> ();
        /// Starts a relying party again, the first one when none is named, on request at another port.
        relying_party_retry(rp_id: Option<String>, another_port: bool) -> ();
        /// Sets a relying party's data aside (renamed, not deleted) and starts it with none.
        relying_party_start_over(rp_id: Option<String>) -> ();
        /// Stops a relying party and starts it again on the same data.
        relying_party_restart(rp_id: Option<String>) -> ();
        /// Adds a relying party of this name, at an address made of the name's letters and digits.
        relying_party_add(name: String) -> RelyingPartySummary;
        /// Stops a relying party that was added, and sets its data aside (renamed, not deleted).
        relying_party_remove(rp_id: String) -> ();
        /// The token of a relying party's administration; of the first one when none is named.
        relying_party_admin(rp_id: Option<String>) -> String;
        /// A relying party's policy: `{version, text, policy, problem?}`.
        policy(rp_id: Option<String>) -> Json;
        /// Changes members of a relying party's policy; says which version is in force then.
        policy_set(rp_id: Option<String>, changes: Json) -> u32;
        /// Takes an account's PIN away as an administrator.
        pin_admin_reset(rp_id: Option<String>, account: String) -> ();
        /// Takes a device's enrolment away as an administrator.
        enrolment_revoke(rp_id: Option<String>, enrolment: String) -> ();
        /// What a relying party noted of its accounts' PINs, oldest first.
        audit(rp_id: Option<String>) -> Json;
        /// Changes what a device's owner chose: what verifies the user, fingerprint, app lock.
        device_settings(device: String, settings: DeviceSettings) -> ();
        /// Shows a device a code: of an account page to enrol it, or of a workstation to answer.
        device_scan(device: String, text: String) -> Scanned;
        /// Ends the enrolment under way, once it was confirmed on the relying party's page.
        enrolment_continue(device: String) -> ();
        /// Synchronizes the PIN of an enrolment now.
        enrolment_sync(device: String, enrolment: String) -> ();
        /// Asks for the account's PIN and lets the relying party check it.
        enrolment_verify(device: String, enrolment: String) -> ();
        /// Asks for the account's first PIN and sets it at the relying party.
        enrolment_set_pin(device: String, enrolment: String) -> ();
        /// Asks for the account's PIN and for a new one, and changes it at the relying party.
        enrolment_change_pin(device: String, enrolment: String) -> ();
        /// Deletes an enrolment on a device, with all that is kept of its PIN.
        enrolment_forget(device: String, enrolment: String) -> ();
        /// Takes the account's PIN away in the device's app, after a passkey's assertion without this PIN.
        enrolment_reset_pin(device: String, enrolment: String) -> ();
        /// Locks a device's app.
        device_lock_app(device: String) -> ();
        /// Asks for a PIN and unlocks a device's app.
        device_unlock_app(device: String) -> ();
        /// Sets what lies between a device and relying parties; all devices when none is named.
        device_network_set(device: Option<String>, state: NetworkState) -> ();
        /// Copies what a device's two stores hold now, to be put back later.
        device_stores_keep(device: String) -> ();
        /// Puts back what a device's stores held when they were kept, as a restored backup does.
        device_stores_restore(device: String, which: KeptStores) -> ();
        /// Copies a device's enrolments to another device, as someone who stole its memory would; says how many.
        device_copy_enrolments(from: String, to: String) -> u32;
        /// Copies a device's passkeys to another device, as someone who stole its memory would; says how many.
        device_copy_passkeys(from: String, to: String) -> u32;
        /// Takes a device's power away and gives it back.
        device_power_cycle(device: String) -> ();
        /// Moves the clocks of these parties; of all three when none is named.
        clock_move(parties: Vec<Party>, motion: ClockMotion) -> ();
        /// Sets what lies between pages and the relying party.
        network_set(state: NetworkState) -> ();
        /// Lets something go wrong with a message that is to come.
        fault_arm(fault: Fault) -> ArmedFault;
        /// Takes an armed fault away.
        fault_disarm(id: u32) -> ();
        /// Takes every armed fault away.
        fault_clear() -> ();
        /// The messages that faults can name, with their fields.
        fault_catalogue() -> Vec<FaultableMessage>;
        /// Versions and folders, to paste into a bug report.
        about() -> About;
    }
    desk {
        /// Which bench is shown, and what is played or recorded on it.
        desk_state() -> DeskState;
        /// Every walk there is.
        walk_list() -> Vec<WalkSummary>;
        /// Opens a walk on a fresh bench and shows that.
        walk_open(path: String) -> ();
        /// Does the next step.
        walk_step() -> ();
        /// Does one step after the other until one fails or none is left.
        walk_play() -> ();
        /// Stops after the step that is being done.
        walk_pause() -> ();
        /// Reads the walk's file again and opens it on a fresh bench.
        walk_restart() -> ();
        /// Closes the walk with its bench and shows the tester's own again.
        walk_close() -> ();
        /// Chooses who does the steps.
        walk_mode(mode: WalkMode) -> ();
        /// Writes a report of the run as it stands to the export folder.
        walk_save_report(format: ReportFormat) -> SavedFile;
        /// Shows a fresh bench with one device of this profile, and records what the tester does on it.
        recording_start(profile: String) -> ();
        /// The walk that was recorded so far, as its file will be.
        recording_preview() -> String;
        /// Saves the recording as a walk in the tester's folder, and shows the tester's own bench again.
        recording_save(title: String, why: String) -> SavedWalk;
        /// Forgets the recording and shows the tester's own bench again.
        recording_discard() -> ();
        /// Takes what the framed page says of itself.
        page_told(report: PageReport) -> ();
    }
}
