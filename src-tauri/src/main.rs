//! The desktop shell: one window, its commands, its events, and the bridge
//! that gives framed pages their `navigator.credentials`. It decides nothing
//! about protocols.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

#[cfg(test)]
mod bindings;
mod commands;
mod drawing;
mod options;
mod stream;

use std::{
    error::Error,
    sync::atomic::{AtomicU32, Ordering},
};

use clap::Parser;
use tauri::{
    Emitter, Manager, RunEvent, Url, WebviewUrl, WebviewWindowBuilder, Window, WindowEvent,
};
use walks::{api::DeskState, desk::Desk};

/// The window's label; the capability file names it too.
const WINDOW: &str = "bench";

/// Where the window and the frames in it may go: the window's own page, and relying parties on this
/// machine. (A frame cannot send the window itself anywhere: it is sandboxed.)
fn stays_local(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    match url.scheme() {
        "tauri" | "about" => true,
        "http" | "https" => host == "localhost" || host.ends_with(".localhost"),
        _ => false,
    }
}

/// Whether something is recorded and not saved, of which the tester was not told before the window
/// closes; `told` is the bench whose tester was. Who closes the window again means it.
fn keeps_open(state: &DeskState, told: &AtomicU32) -> bool {
    let recording = state.recording.as_ref();
    recording.is_some_and(|recording| !recording.steps.is_empty())
        && told.swap(state.generation, Ordering::Relaxed) != state.generation
}

/// Keeps the window open, once, for a recording that would be lost; the window says so.
fn hold(window: &Window, event: &WindowEvent, told: &AtomicU32) {
    let WindowEvent::CloseRequested { api, .. } = event else {
        return;
    };
    let Some(desk) = window.try_state::<Desk>() else {
        return;
    };
    let state = tauri::async_runtime::block_on(desk.desk_state());
    if state.is_ok_and(|state| keeps_open(&state, told)) {
        api.prevent_close();
        // Without its page the window cannot say why; closing it again works all the same.
        let _ = window.emit_to(WINDOW, "close-held", ());
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let options = options::Options::parse();
    let told = AtomicU32::new(0);
    tauri::Builder::default()
        .on_window_event(move |window, event| hold(window, event, &told))
        .invoke_handler(commands::handler())
        .setup(move |app| {
            let config = options.config(app.handle())?;
            let desk = tauri::async_runtime::block_on(async { Desk::open(config, options.pace()) });
            app.manage(desk.clone());
            let window = WebviewWindowBuilder::new(app, WINDOW, WebviewUrl::default())
                .title("Touchstone")
                .inner_size(1440.0, 900.0)
                .min_inner_size(720.0, 560.0)
                .on_navigation(stays_local)
                .initialization_script_for_all_frames(include_str!("../bridge.js"))
                .build()?;
            drawing::suit(&window)?;
            stream::forward(app.handle(), &desk);
            Ok(())
        })
        .build(tauri::generate_context!())?
        .run(|app, event| {
            if let (RunEvent::Exit, Some(desk)) = (event, app.try_state::<Desk>()) {
                tauri::async_runtime::block_on(desk.close());
            }
        });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use walks::api::{RecordedStep, RecordingState, Showing};

    #[test]
    fn a_recording_keeps_the_window_open_once() {
        let step = || RecordedStep {
            sentence: "Touch phone.".to_owned(),
            toml: String::new(),
        };
        let state = |generation, steps| DeskState {
            generation,
            showing: Showing::Recording,
            walk: None,
            recording: Some(RecordingState {
                steps: (0..steps).map(|_| step()).collect(),
                ignored: 2,
            }),
        };
        let own = DeskState {
            showing: Showing::Own,
            recording: None,
            ..state(1, 0)
        };
        let told = AtomicU32::new(0);
        assert!(!keeps_open(&own, &told) && !keeps_open(&state(2, 0), &told));
        assert!(keeps_open(&state(2, 1), &told));
        assert!(!keeps_open(&state(2, 2), &told), "it was told");
        assert!(keeps_open(&state(4, 1), &told), "another recording");
    }

    #[test]
    fn the_window_goes_nowhere_but_to_itself_and_to_this_machine() {
        let goes = |text: &str| stays_local(&text.parse().expect("an URL"));
        for here in [
            "tauri://localhost/",
            "http://localhost:7780/account",
            "http://acme.localhost:1/",
        ] {
            assert!(goes(here), "{here}");
        }
        for away in [
            "https://example.org/",
            "http://localhost.example.org/",
            "http://evillocalhost/",
            "http://127.0.0.1:1/",
            "file:///etc/passwd",
            "data:text/html,x",
        ] {
            assert!(!goes(away), "{away}");
        }
    }
}
