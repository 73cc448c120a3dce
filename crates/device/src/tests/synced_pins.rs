//! Enrolments that a test writes down, in the place of those of the phone: which can be used, with
//! which PIN. They count tries as docs/pin-sync.md, "Tries", lays down.

use std::sync::{Arc, Mutex, MutexGuard};

use crate::offline::{Enrolled, Later, Matched, OfflinePurpose, SyncedPins, Usable};
use crate::pin::Digits;
use crate::{Device, Error};

/// One enrolment.
#[derive(Debug, Clone)]
pub(super) struct Enrolment {
    pub(super) rp_id: String,
    pub(super) name: String,
    pub(super) pin: String,
    pub(super) tries_left: u32,
    pub(super) lengths: (u32, u32),
    /// Why it cannot be used, whatever its tries.
    pub(super) unusable: Option<String>,
}

impl Enrolment {
    pub(super) fn new(rp_id: &str, name: &str, pin: &str) -> Self {
        Self {
            rp_id: rp_id.to_owned(),
            name: name.to_owned(),
            pin: pin.to_owned(),
            tries_left: 5,
            lengths: (4, 12),
            unusable: None,
        }
    }

    pub(super) fn because(self, why: &str) -> Self {
        Self {
            unusable: Some(why.to_owned()),
            ..self
        }
    }

    fn usable(&self) -> Result<Usable, String> {
        match &self.unusable {
            Some(why) => Err(why.clone()),
            None if self.tries_left == 0 => Err("it is locked; go online.".to_owned()),
            None => Ok(Usable {
                tries_left: self.tries_left,
                min_length: self.lengths.0,
                max_length: self.lengths.1,
            }),
        }
    }
}

#[derive(Debug, Default)]
struct Written {
    enrolments: Vec<Enrolment>,
    asked: Vec<OfflinePurpose>,
}

/// A phone's enrolments. Clones are the same ones.
#[derive(Debug, Clone, Default)]
pub(super) struct Enrolments(Arc<Mutex<Written>>);

impl Enrolments {
    /// Gives `device` these.
    pub(super) fn at(device: &Device, enrolments: impl IntoIterator<Item = Enrolment>) -> Self {
        let these = Self::default();
        these.written().enrolments = enrolments.into_iter().collect();
        let none_before = device.0.synced_instead.set(Box::new(these.clone()));
        assert!(none_before.is_ok(), "a device gets its enrolments once");
        these
    }

    pub(super) fn change(&self, work: impl FnOnce(&mut Vec<Enrolment>)) {
        work(&mut self.written().enrolments);
    }

    pub(super) fn tries_left(&self) -> Vec<u32> {
        let written = self.written();
        written.enrolments.iter().map(|it| it.tries_left).collect()
    }

    /// What each check was for.
    pub(super) fn asked(&self) -> Vec<OfflinePurpose> {
        self.written().asked.clone()
    }

    fn written(&self) -> MutexGuard<'_, Written> {
        self.0.lock().expect("no test panics while it holds this")
    }
}

impl SyncedPins for Enrolments {
    fn any(&self) -> Result<bool, Error> {
        Ok(!self.written().enrolments.is_empty())
    }

    fn enrolled(&self) -> Later<'_, Vec<Enrolled>> {
        let written = self.written();
        let enrolled = written.enrolments.iter().map(|it| Enrolled {
            enrolment_id: format!("{}/{}", it.rp_id, it.name),
            rp_id: it.rp_id.clone(),
            rp_name: it.name.clone(),
            usable: it.usable(),
        });
        let enrolled = enrolled.collect();
        Box::pin(async { Ok(enrolled) })
    }

    fn check_offline(&self, purpose: OfflinePurpose, digits: Digits) -> Later<'_, Vec<Matched>> {
        let mut written = self.written();
        written.asked.push(purpose);
        let mut usable: Vec<&mut Enrolment> = written
            .enrolments
            .iter_mut()
            .filter(|it| it.usable().is_ok())
            .collect();
        let fits = |it: &Enrolment| it.pin.as_bytes() == digits.as_bytes();
        let matched: Vec<Matched> = usable
            .iter()
            .filter(|it| fits(it))
            .map(|it| Matched {
                enrolment_id: format!("{}/{}", it.rp_id, it.name),
                rp_id: it.rp_id.clone(),
            })
            .collect();
        for one in &mut usable {
            if fits(one) {
                one.tries_left = 5;
            } else if matched.is_empty() {
                one.tries_left -= 1;
            }
        }
        Box::pin(async { Ok(matched) })
    }
}
