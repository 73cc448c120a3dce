//! The answer to CTAPHID_INIT in words (CTAP 2.3 §11.2.9.1.3).

use ctap::hid::{Capabilities, InitResponse, PROTOCOL_VERSION};

use crate::shapes::{Init, Part, Standing};

const CLAUSE: &str = "CTAP 2.3 §11.2.9.1.3";

/// The answer in words, and what is odd about it, in sentences.
pub(crate) fn explain(response: &InitResponse) -> (Init, Vec<String>) {
    let [major, minor, build] = response.device_version;
    let init = Init {
        protocol_version: response.protocol_version,
        device_version: format!("{major}.{minor}.{build}"),
        capabilities: response.capabilities.0,
        explained: capabilities(response.capabilities),
    };
    let odd = response.protocol_version != PROTOCOL_VERSION;
    let remarks = odd.then(|| {
        format!(
            "The key says that it speaks CTAPHID version {}; only version {PROTOCOL_VERSION} is laid down.",
            response.protocol_version
        )
    });
    (init, remarks.into_iter().collect())
}

fn capabilities(said: Capabilities) -> Vec<Part> {
    let part = |name: &str, shown: &str, sentence: &str| Part {
        name: name.to_owned(),
        standing: Standing::Told,
        shown: shown.to_owned(),
        sentence: sentence.to_owned(),
        clause: CLAUSE.to_owned(),
    };
    let cbor = if said.has(Capabilities::CBOR) {
        part("CBOR", "yes", "Speaks CTAP2: passkeys.")
    } else {
        part("CBOR", "no", "Does not speak CTAP2; U2F only.")
    };
    // The bit says what the key does not do.
    let msg = if said.has(Capabilities::NMSG) {
        part("MSG", "no", "Does not speak U2F (CTAP1).")
    } else {
        part("MSG", "yes", "Speaks U2F (CTAP1).")
    };
    let wink = if said.has(Capabilities::WINK) {
        part(
            "WINK",
            "yes",
            "Can show which key it is, such as by blinking.",
        )
    } else {
        part("WINK", "no", "Cannot show which key it is; a touch tells.")
    };
    let rest = said.0 & !(Capabilities::CBOR | Capabilities::NMSG | Capabilities::WINK);
    let strange = (rest != 0).then(|| Part {
        standing: Standing::Unknown,
        ..part(
            &format!("0x{rest:02X}"),
            "yes",
            "Bits that CTAP 2.3 gives no meaning.",
        )
    });
    [cbor, msg, wink].into_iter().chain(strange).collect()
}
