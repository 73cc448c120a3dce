//! The authenticator's world, for the length of one command.

use std::sync::Arc;

use authenticator::Env;
use serde_json::{Value, json};
use timeline::{Clock, Draft, Emit, Seq};

use crate::storage::Passkeys;
use crate::user::Person;
use crate::{DeviceId, Rng};

pub(crate) struct World<'a> {
    pub(crate) rng: &'a mut Rng,
    pub(crate) store: &'a mut Passkeys,
    pub(crate) person: Person<'a>,
    pub(crate) clock: &'a dyn Clock,
    pub(crate) emit: Named,
}

impl<'a> Env for World<'a> {
    type Rng = Rng;
    type Store = Passkeys;
    type User = Person<'a>;

    fn rng(&mut self) -> &mut Rng {
        self.rng
    }

    fn clock(&self) -> &dyn Clock {
        self.clock
    }

    fn store(&mut self) -> &mut Passkeys {
        self.store
    }

    fn user(&mut self) -> &mut Person<'a> {
        &mut self.person
    }

    fn emit(&self) -> &dyn Emit {
        &self.emit
    }
}

/// The timeline, with the device's id in each body.
pub(crate) struct Named {
    pub(crate) emit: Arc<dyn Emit>,
    pub(crate) device: DeviceId,
}

impl Emit for Named {
    fn emit(&self, mut draft: Draft) -> Seq {
        if let Value::Object(members) = &mut draft.body {
            members.insert("device".to_owned(), json!(self.device));
        }
        self.emit.emit(draft)
    }

    fn listens(&self) -> bool {
        self.emit.listens()
    }
}
