//! The older part of a timeline: one line of JSON an event, in a temporary file.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
    sync::Arc,
};

use super::Error;
use crate::{Event, Seq};

/// Events on disk; they follow each other without gaps.
pub(super) struct Spill {
    file: File,
    end: u64,
    /// The number of the first event.
    first: u64,
    /// Where each event's line begins.
    offsets: Vec<u64>,
}

impl Spill {
    pub(super) fn create(first: Seq) -> io::Result<Self> {
        Ok(Self {
            file: tempfile::tempfile()?,
            end: 0,
            first: first.0,
            offsets: Vec::new(),
        })
    }

    pub(super) fn len(&self) -> usize {
        self.offsets.len()
    }

    pub(super) fn append(&mut self, event: &Event) -> io::Result<()> {
        let mut line = serde_json::to_vec(event)?;
        line.push(b'\n');
        self.file.seek(SeekFrom::Start(self.end))?;
        self.file.write_all(&line)?;
        self.offsets.push(self.end);
        self.end += line.len() as u64;
        Ok(())
    }

    /// At most `limit` events' lines from number `from` on, not yet read as JSON.
    pub(super) fn lines(&mut self, from: u64, limit: usize) -> io::Result<Lines> {
        let index = usize::try_from(from.saturating_sub(self.first)).unwrap_or(usize::MAX);
        let mut lines = Lines {
            first: self.first.saturating_add(index as u64),
            text: Vec::new(),
        };
        let Some(&start) = self.offsets.get(index) else {
            return Ok(lines);
        };
        let end = self
            .offsets
            .get(index.saturating_add(limit))
            .copied()
            .unwrap_or(self.end);
        lines.text.resize(end.abs_diff(start) as usize, 0);
        self.file.seek(SeekFrom::Start(start))?;
        self.file.read_exact(&mut lines.text)?;
        Ok(lines)
    }
}

/// A stretch of the file, to be read as JSON when nobody waits.
#[derive(Default)]
pub(super) struct Lines {
    first: u64,
    text: Vec<u8>,
}

impl Lines {
    pub(super) fn count(&self) -> usize {
        self.text.iter().filter(|byte| **byte == b'\n').count()
    }

    pub(super) fn read(&self) -> Result<Vec<Arc<Event>>, Error> {
        self.text
            .split_inclusive(|byte| *byte == b'\n')
            .zip(self.first..)
            .map(|(line, seq)| {
                serde_json::from_slice(line)
                    .map(Arc::new)
                    .map_err(|_| Error::Damaged(Seq(seq)))
            })
            .collect()
    }
}
