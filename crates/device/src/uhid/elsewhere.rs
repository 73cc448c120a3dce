//! Where there is no uhid: nothing can be plugged in.

use std::convert::Infallible;

use ctap::hid::Report;

use super::Missing;
use crate::Error;
use crate::hid_server::Incoming;

/// A key that the kernel has made of us: there is none.
#[derive(Debug)]
pub(super) struct Kernel(Infallible);

impl Kernel {
    pub(super) fn open(_name: &str, _port: &str, _serial: &str) -> Result<Self, Error> {
        Err(Missing::NotLinux.into())
    }

    pub(super) async fn receive(&mut self) -> Result<Incoming<()>, Error> {
        match self.0 {}
    }

    pub(super) fn send(&self, _report: &Report) -> Result<(), Error> {
        match self.0 {}
    }
}
