//! How the web view draws where there is no graphics card.

#[cfg(target_os = "linux")]
use webkit2gtk::{HardwareAccelerationPolicy, SettingsExt, WebViewExt};

/// Has the web view draw by itself where Linux knows no graphics card: through OpenGL, worked out
/// by the processor, it would need several times as long.
#[cfg(target_os = "linux")]
pub fn suit(window: &tauri::WebviewWindow) -> tauri::Result<()> {
    if has_card() {
        return Ok(());
    }
    window.with_webview(|view| {
        if let Some(settings) = view.inner().settings() {
            settings.set_hardware_acceleration_policy(HardwareAccelerationPolicy::Never);
        }
    })
}

/// Cards that draw have a render node each.
#[cfg(target_os = "linux")]
fn has_card() -> bool {
    std::fs::read_dir("/dev/dri").is_ok_and(|nodes| {
        nodes
            .flatten()
            .any(|node| node.file_name().to_string_lossy().starts_with("renderD"))
    })
}

/// Other systems' web views see to it themselves.
#[cfg(not(target_os = "linux"))]
pub fn suit(_: &tauri::WebviewWindow) -> tauri::Result<()> {
    Ok(())
}
