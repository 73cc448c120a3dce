//! `/dev/uhid`, open: the kernel's end of a key.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, PipeReader, PipeWriter, Read as _, Write as _};
use std::sync::Arc;

use ctap::hid::Report;
use rustix::event::{PollFd, PollFlags, poll};
use tokio::sync::mpsc::{self, error::TrySendError};

use super::event::{self, FromKernel};
use super::missing::{PATH, diagnose};
use crate::Error;
use crate::hid_server::{Incoming, report};

/// How many reports may wait; more are dropped, as the kernel itself drops them. A client sends the
/// next message when it has the answer to this one, and the longest message is 129 reports.
const WAITING: usize = 1_024;

type Told = io::Result<Incoming<()>>;

/// A key that the kernel has made of us, until this is dropped.
#[derive(Debug)]
pub(super) struct Kernel {
    file: Arc<File>,
    incoming: mpsc::Receiver<Told>,
    /// Dropped, it ends the reader's thread.
    _reading: PipeWriter,
}

impl Kernel {
    /// Has the kernel make a key; its node follows.
    pub(super) fn open(name: &str, port: &str, serial: &str) -> Result<Self, Error> {
        let file = OpenOptions::new().read(true).write(true).open(PATH);
        let file = Arc::new(file.map_err(|error| diagnose(&error))?);
        let (stop, reading) = io::pipe().map_err(Error::UhidFailed)?;
        let (tell, incoming) = mpsc::channel(WAITING);
        write(&file, &event::create(name, port, serial)).map_err(Error::UhidFailed)?;
        let reader = file.clone();
        std::thread::Builder::new()
            .name("uhid".into())
            .spawn(move || read_all(&reader, &stop, &tell))
            .map_err(Error::UhidFailed)?;
        Ok(Self {
            file,
            incoming,
            _reading: reading,
        })
    }

    /// What comes next from a client. Nothing is lost when the future is dropped.
    pub(super) async fn receive(&mut self) -> Result<Incoming<()>, Error> {
        match self.incoming.recv().await {
            Some(incoming) => incoming.map_err(Error::UhidFailed),
            None => Err(Error::UhidFailed(ErrorKind::BrokenPipe.into())),
        }
    }

    /// Hands a report to whoever reads the node.
    pub(super) fn send(&self, report: &Report) -> Result<(), Error> {
        write(&self.file, &event::input(report)).map_err(Error::UhidFailed)
    }
}

impl Drop for Kernel {
    fn drop(&mut self) {
        // The node goes now, and not only when the thread has closed the file, too.
        let _ = write(&self.file, &event::destroy());
    }
}

/// Writes one event; the kernel takes it whole and does not wait.
fn write(mut file: &File, event: &[u8]) -> io::Result<()> {
    file.write_all(event)
}

/// Empties the kernel's queue as fast as it can, for that queue holds 32 events and drops the rest;
/// hence a thread of its own. Ends when the other end of `stop` is dropped.
fn read_all(file: &File, stop: &PipeReader, tell: &mpsc::Sender<Told>) {
    loop {
        let told = match read(file, stop) {
            Ok(None) => return,
            Ok(Some(FromKernel::Output(bytes))) => match report(&bytes) {
                Some(report) => Ok(Incoming::Report(*report, ())),
                None => continue,
            },
            Ok(Some(FromKernel::Stop)) => Ok(Incoming::PowerCycle),
            Ok(Some(FromKernel::Refuse(answer))) => match write(file, &answer) {
                Ok(()) => continue,
                Err(error) => Err(error),
            },
            Ok(Some(FromKernel::Other)) => continue,
            Err(error) => Err(error),
        };
        let last = told.is_err();
        match tell.try_send(told) {
            Ok(()) | Err(TrySendError::Full(_)) if !last => {}
            _ => return,
        }
    }
}

/// The next event, or none when it is time to stop.
fn read(mut file: &File, stop: &PipeReader) -> io::Result<Option<FromKernel>> {
    let mut event = [0; event::LENGTH];
    loop {
        let mut ready = [
            PollFd::new(stop, PollFlags::IN),
            PollFd::new(file, PollFlags::IN),
        ];
        match poll(&mut ready, None) {
            Err(rustix::io::Errno::INTR) => continue,
            other => other?,
        };
        if !ready[0].revents().is_empty() {
            return Ok(None);
        }
        match file.read(&mut event) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            read => return read.map(|_| Some(FromKernel::read(&event))),
        }
    }
}
