//! Reports, as they were asked for.

use std::{fs, path::PathBuf, str::FromStr};

use walks::{
    engine::{Failure, Run},
    report,
};

/// A report that was asked for: `html=report.html`.
#[derive(Debug, Clone)]
pub struct Wanted {
    format: Format,
    path: PathBuf,
}

#[derive(Debug, Clone, Copy)]
enum Format {
    Junit,
    Json,
    Html,
}

impl FromStr for Wanted {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (format, path) = text.split_once('=').unwrap_or((text, ""));
        let format = match format {
            "junit" => Format::Junit,
            "json" => Format::Json,
            "html" => Format::Html,
            other => {
                return Err(format!(
                    "there is no report \"{other}\", only junit, json and html"
                ));
            }
        };
        if path.is_empty() {
            return Err("a file must be named after the format, as in html=report.html".to_owned());
        }
        Ok(Self {
            format,
            path: path.into(),
        })
    }
}

/// Writes every report that it can; says what could not be written.
pub fn write(wanted: &[Wanted], runs: &[Run]) -> Vec<String> {
    let written = wanted.iter().map(|wanted| {
        let text = wanted
            .format
            .text(runs)
            .map_err(|error| error.to_string())?;
        fs::write(&wanted.path, text).map_err(|error| {
            format!(
                "The report {} cannot be written: {error}. Name a file in a folder that is there and may be written to.",
                wanted.path.display()
            )
        })
    });
    written.filter_map(Result::err).collect()
}

impl Format {
    fn text(self, runs: &[Run]) -> Result<String, Failure> {
        match self {
            Self::Junit => report::junit(runs),
            Self::Json => report::json(runs),
            Self::Html => report::html(runs),
        }
    }
}
