//! Extensions that the client hands on to the authenticator: `uvm` (WebAuthn L2 §10.3). Others are
//! ignored, as L3 §9 allows.

use ctap::get_info::Info;
use serde_json::json;
use webauthn::authenticator_data::AuthenticatorData;
use webauthn::cbor::Value;
use webauthn::json::Extensions;
use webauthn::uvm::{Entry, UVM};

/// What the page asked for and the authenticator has.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted {
    uvm: bool,
}

impl Wanted {
    /// From the client extension inputs; an input of another type than the extension's asks for
    /// nothing.
    pub fn of(inputs: Option<&Extensions>, info: &Info) -> Self {
        let asked = inputs.is_some_and(|it| it.get(UVM) == Some(&json!(true)));
        Self {
            uvm: asked && info.extensions.iter().any(|it| it == UVM),
        }
    }

    /// The authenticator extension inputs, a map.
    pub fn inputs(self) -> Option<Value<'static>> {
        self.uvm.then(|| Value::map([(UVM, Value::from(true))]))
    }

    /// Adds the client extension outputs. An authenticator may leave its own out.
    ///
    /// # Errors
    /// What is wrong with the authenticator's.
    pub fn add_results(self, auth_data: &[u8], results: &mut Extensions) -> Result<(), String> {
        if !self.uvm {
            return Ok(());
        }
        let auth_data = AuthenticatorData::parse(auth_data).map_err(|error| error.to_string())?;
        let outputs = auth_data.extensions.as_ref();
        if let Some(output) = outputs.and_then(|it| it.get_text(UVM)) {
            let entries = Entry::parse_all(output).map_err(|error| error.to_string())?;
            let entries = entries
                .iter()
                .map(|it| json!([it.method, it.key_protection, it.matcher_protection]));
            results.insert(UVM.to_owned(), entries.collect());
        }
        Ok(())
    }
}
