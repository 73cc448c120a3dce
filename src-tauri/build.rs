//! Builds the window's context: configuration, permissions, icons.

use tauri_build::{AppManifest, Attributes};

fn main() {
    for watched in [
        "src-tauri/capabilities",
        "src-tauri/permissions",
        "ui/dist/bench",
    ] {
        println!("cargo:rerun-if-changed={watched}");
    }
    let attributes = Attributes::new()
        .capabilities_path_pattern("src-tauri/capabilities/**/*")
        .app_manifest(AppManifest::new().permissions_path_pattern("src-tauri/permissions/**/*"));
    if let Err(error) = tauri_build::try_build(attributes) {
        println!("cargo:warning=ui/dist/bench must exist: run `cargo xtask run` once");
        panic!("{error:#}");
    }
}
