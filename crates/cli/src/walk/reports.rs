//! Reports, as they were asked for.

use std::{
    fs, io,
    path::{Path, PathBuf},
    str::FromStr,
};

use walks::{
    engine::{Failure, Run},
    report::{self, LeftOut},
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

/// The reports that have no place to be written to, as is known before anything is played.
pub fn unwritable(wanted: &[Wanted]) -> Vec<String> {
    let places = wanted.iter().map(|wanted| {
        let folder = match wanted.path.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        let is_folder = |path| fs::metadata(path).map(|found| found.is_dir());
        match (is_folder(folder), is_folder(&wanted.path)) {
            (Err(error), _) => Err(refused(&wanted.path, &error)),
            (Ok(false), _) => Err(refused(&wanted.path, &io::ErrorKind::NotADirectory.into())),
            (_, Ok(true)) => Err(refused(&wanted.path, &io::ErrorKind::IsADirectory.into())),
            _ => Ok(()),
        }
    });
    places.filter_map(Result::err).collect()
}

fn refused(path: &Path, error: &io::Error) -> String {
    format!(
        "The report {} cannot be written: {error}. Name a file in a folder that is there and may be written to.",
        path.display()
    )
}

/// Writes every report that it can; says what could not be written.
pub fn write(wanted: &[Wanted], runs: &[Run], left_out: &[LeftOut]) -> Vec<String> {
    let written = wanted.iter().map(|wanted| {
        let text = wanted
            .format
            .text(runs, left_out)
            .map_err(|error| error.to_string())?;
        fs::write(&wanted.path, text).map_err(|error| refused(&wanted.path, &error))
    });
    written.filter_map(Result::err).collect()
}

impl Format {
    fn text(self, runs: &[Run], left_out: &[LeftOut]) -> Result<String, Failure> {
        match self {
            Self::Junit => report::junit(runs, left_out),
            Self::Json => report::json(runs),
            Self::Html => report::html(runs),
        }
    }
}
