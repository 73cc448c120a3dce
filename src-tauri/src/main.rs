//! The desktop shell: one window, its commands, its events, and the bridge
//! that gives framed pages their `navigator.credentials`. It decides nothing
//! about protocols.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

#[cfg(test)]
mod bindings;
mod commands;
mod options;
mod stream;

use std::error::Error;

use clap::Parser;
use tauri::{Manager, RunEvent, Url, WebviewUrl, WebviewWindowBuilder};
use walks::desk::Desk;

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

fn main() -> Result<(), Box<dyn Error>> {
    let options = options::Options::parse();
    tauri::Builder::default()
        .invoke_handler(commands::handler())
        .setup(move |app| {
            let config = options.config(app.handle())?;
            let desk = tauri::async_runtime::block_on(async { Desk::open(config, options.pace()) });
            app.manage(desk.clone());
            WebviewWindowBuilder::new(app, WINDOW, WebviewUrl::default())
                .title("Touchstone")
                .inner_size(1440.0, 900.0)
                .min_inner_size(720.0, 560.0)
                .on_navigation(stays_local)
                .initialization_script_for_all_frames(include_str!("../bridge.js"))
                .build()?;
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
