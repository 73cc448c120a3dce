//! `touchstone keys list`.

use std::process::ExitCode;

use client::{Bus, FoundKey};
use diagnostics::plain;

use super::{Asked, complain, nothing_at, page, tell, tell_json};

pub async fn run(asked: &Asked) -> ExitCode {
    let found = asked.keys().look().await;
    let told = if asked.json {
        tell_json(&found)
    } else {
        tell(list(&found));
        ExitCode::SUCCESS
    };
    let answers = |address| found.iter().any(|key| key.id.address() == Some(address));
    let silent = asked.udp.iter().filter(|address| !answers(**address));
    silent.fold(told, |_, address| {
        complain(nothing_at(*address));
        ExitCode::FAILURE
    })
}

fn list(found: &[FoundKey]) -> String {
    if found.is_empty() {
        return "No key is plugged in. Plug one in and ask again; if it does not show up, run: touchstone keys doctor"
            .to_owned();
    }
    let heading = ["KEY", "NAME", "MAKER", "BUS", "MODEL", "SERIAL"];
    let mut rows = vec![heading.map(str::to_owned).to_vec()];
    rows.extend(found.iter().map(row));
    let problems = found.iter().filter_map(|key| {
        let problem = key.problem.as_ref()?;
        let command = problem.command.as_deref();
        let command = command.map_or_else(String::new, |command| format!("\n  {command}"));
        Some(format!("\n\n{}: {}{command}", key.id, problem.message))
    });
    page::table(&rows) + &problems.collect::<String>()
}

fn row(key: &FoundKey) -> Vec<String> {
    let said = |text: &Option<String>| text.as_deref().map_or_else(|| "-".to_owned(), plain);
    let model = match (key.vendor_id, key.product_id) {
        (Some(vendor), Some(product)) => format!("{vendor:04x}:{product:04x}"),
        _ => "-".to_owned(),
    };
    vec![
        plain(key.id.as_str()),
        plain(&key.name),
        said(&key.manufacturer),
        bus(key.bus).to_owned(),
        model,
        said(&key.serial),
    ]
}

fn bus(bus: Bus) -> &'static str {
    match bus {
        Bus::Usb => "USB",
        Bus::Bluetooth => "Bluetooth",
        Bus::I2c => "I²C",
        Bus::Spi => "SPI",
        Bus::Unknown => "unknown",
        Bus::Udp => "UDP",
    }
}
