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

use bench::Bench;
use clap::Parser;
use tauri::{Manager, WebviewUrl, WebviewWindowBuilder};

/// The window's label; the capability file names it too.
const WINDOW: &str = "bench";

fn main() -> Result<(), Box<dyn Error>> {
    let options = options::Options::parse();
    tauri::Builder::default()
        .invoke_handler(commands::handler())
        .setup(move |app| {
            let config = options.config(app.handle())?;
            let bench = tauri::async_runtime::block_on(Bench::open(config));
            app.manage(bench.clone());
            WebviewWindowBuilder::new(app, WINDOW, WebviewUrl::default())
                .title("Touchstone")
                .inner_size(1440.0, 900.0)
                .min_inner_size(720.0, 560.0)
                .initialization_script_for_all_frames(include_str!("../bridge.js"))
                .build()?;
            stream::forward(app.handle(), &bench);
            Ok(())
        })
        .run(tauri::generate_context!())?;
    Ok(())
}
