//! `/dev/uhid`, open: the kernel's end of a key.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, PipeReader, PipeWriter, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::sync::Arc;

use ctap::hid::Report;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::OFlags;
use tokio::sync::mpsc::{self, error::TrySendError};

use super::event::{self, FromKernel};
use super::missing::{PATH, diagnose};
use crate::Error;
use crate::hid_server::Incoming;

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
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .custom_flags(OFlags::NONBLOCK.bits().cast_signed())
            .open(PATH);
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

/// Passes on what the kernel says until the other end of `stop` is dropped. The kernel's queue holds
/// 31 events and drops the rest, and a client writes as fast as it can: hence a thread of its own,
/// which wakes nobody before the queue is empty.
fn read_all(file: &File, stop: &PipeReader, tell: &mpsc::Sender<Told>) {
    let mut waiting = Vec::new();
    loop {
        let drained = drain(file, &mut waiting);
        let waited = drained.and_then(|()| wait(file, stop, &mut waiting, tell));
        match waited {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => {
                // Where there is no room, the closed channel says it.
                let _ = tell.try_send(Err(error));
                return;
            }
        }
    }
}

/// Reads until the queue is empty, or as much as may wait.
fn drain(mut file: &File, waiting: &mut Vec<Incoming<()>>) -> io::Result<()> {
    let mut event = [0; event::LENGTH];
    while waiting.len() < WAITING {
        let length = match file.read(&mut event) {
            Ok(length) => length,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) if error.kind() == ErrorKind::WouldBlock => break,
            Err(error) => return Err(error),
        };
        event[length..].fill(0);
        match FromKernel::read(&event) {
            FromKernel::Report(report) => waiting.push(Incoming::Report(report, ())),
            FromKernel::Stop => waiting.push(Incoming::PowerCycle),
            FromKernel::Refuse(answer) => write(file, &answer)?,
            FromKernel::Other => {}
        }
    }
    Ok(())
}

/// Hands over what was read and waits for more; false when it is time to stop.
fn wait(
    file: &File,
    stop: &PipeReader,
    waiting: &mut Vec<Incoming<()>>,
    tell: &mpsc::Sender<Told>,
) -> io::Result<bool> {
    for incoming in waiting.drain(..) {
        if let Err(TrySendError::Closed(_)) = tell.try_send(Ok(incoming)) {
            return Ok(false);
        }
    }
    let mut ready = [
        PollFd::new(stop, PollFlags::IN),
        PollFd::new(file, PollFlags::IN),
    ];
    match poll(&mut ready, None) {
        Ok(_) | Err(rustix::io::Errno::INTR) => Ok(ready[0].revents().is_empty()),
        Err(error) => Err(error.into()),
    }
}
