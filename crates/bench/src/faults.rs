//! Faults that wait for their message.

use std::sync::{Arc, Mutex};

use timeline::Emit;
use tokio::sync::watch;

use crate::{
    Error,
    api::{ArmedFault, Fault},
    bench::lock,
};

/// The faults that wait.
pub(crate) struct Faults {
    list: Mutex<(u32, Vec<ArmedFault>)>,
    _emit: Arc<dyn Emit>,
    changes: watch::Sender<u64>,
}

impl Faults {
    pub(crate) fn new(emit: Arc<dyn Emit>, changes: watch::Sender<u64>) -> Self {
        Self {
            list: Mutex::default(),
            _emit: emit,
            changes,
        }
    }

    pub(crate) fn armed(&self) -> Vec<ArmedFault> {
        lock(&self.list).1.clone()
    }

    pub(crate) fn arm(&self, fault: Fault) -> Result<ArmedFault, Error> {
        let mut list = lock(&self.list);
        list.0 += 1;
        let armed = ArmedFault {
            id: list.0,
            left: fault.times,
            fault,
        };
        list.1.push(armed.clone());
        self.changes.send_modify(|version| *version += 1);
        Ok(armed)
    }

    pub(crate) fn disarm(&self, id: u32) -> Result<(), Error> {
        let mut list = lock(&self.list);
        let place = list
            .1
            .iter()
            .position(|armed| armed.id == id)
            .ok_or(Error::NoSuchFault(id))?;
        list.1.remove(place);
        self.changes.send_modify(|version| *version += 1);
        Ok(())
    }

    pub(crate) fn clear(&self) {
        lock(&self.list).1.clear();
        self.changes.send_modify(|version| *version += 1);
    }
}
