//! Fields of the messages between client and device.

use ctap::{Command, Options, RpEntity, UserEntity, get_assertion, make_credential};

use super::{Field, Known, Way};
use crate::api::Direction;

/// Members with an inside that no table here lists.
const OPEN: [&str; 16] = [
    "pubKeyCredParams",
    "excludeList",
    "allowList",
    "extensions",
    "attestationFormatsPreference",
    "attStmt",
    "unsignedExtensionOutputs",
    "versions",
    "pinUvAuthProtocols",
    "transports",
    "algorithms",
    "certifications",
    "vendorPrototypeConfigCommands",
    "attestationFormats",
    "transportsForReset",
    "authenticatorConfigCommands",
];

/// The commands that the client sends, each once.
fn commands() -> [Command; 4] {
    let options = Options::default();
    [
        Command::GetInfo,
        Command::MakeCredential(Box::new(make_credential::Request {
            client_data_hash: [0; 32],
            rp: RpEntity {
                id: String::new(),
                name: None,
            },
            user: UserEntity {
                id: Vec::new(),
                name: None,
                display_name: None,
            },
            algorithms: Vec::new(),
            exclude_list: Vec::new(),
            extensions: None,
            options,
            pin_uv_auth_param: None,
            pin_uv_auth_protocol: None,
            enterprise_attestation: None,
            attestation_formats_preference: None,
        })),
        Command::GetAssertion(Box::new(get_assertion::Request {
            rp_id: String::new(),
            client_data_hash: [0; 32],
            allow_list: Vec::new(),
            extensions: None,
            options,
            pin_uv_auth_param: None,
            pin_uv_auth_protocol: None,
        })),
        Command::GetNextAssertion,
    ]
}

pub(super) fn messages() -> Vec<Known> {
    let halves = |command: &Command| {
        [
            (Direction::Request, command.request_members()),
            (Direction::Response, command.response_members()),
        ]
        .map(|(direction, names)| Known {
            message: command.name().to_owned(),
            direction,
            fields: names
                .iter()
                .flat_map(|name| fields(command, direction, name))
                .collect(),
            way: Way::Ctap,
        })
    };
    commands().iter().flat_map(halves).collect()
}

fn fields(command: &Command, direction: Direction, name: &str) -> Vec<Field> {
    let with = |inside: &[&str]| {
        let inside = inside
            .iter()
            .map(|inside| Field::closed(format!("{name}.{inside}")));
        std::iter::once(Field::closed(name)).chain(inside).collect()
    };
    match name {
        "rp" => with(&["id", "name"]),
        "user" => with(&["id", "name", "displayName"]),
        "credential" => with(&["id", "type"]),
        "options" if direction == Direction::Request => with(&["rk", "up", "uv"]),
        "options" => vec![Field::open(name)],
        "authData" => {
            let is_new = matches!(command, Command::MakeCredential(_));
            std::iter::once(Field::closed(name))
                .chain(authenticator_data(name, is_new))
                .collect()
        }
        _ if OPEN.contains(&name) => vec![Field::open(name)],
        _ => vec![Field::closed(name)],
    }
}

/// What lies in authenticator data under `path`; with a new credential, or of an assertion.
pub(super) fn authenticator_data(path: &str, is_new: bool) -> Vec<Field> {
    let head = ["rpIdHash", "flags"]
        .into_iter()
        .chain([
            "flags.up", "flags.uv", "flags.be", "flags.bs", "flags.at", "flags.ed",
        ])
        .chain(["signCount"]);
    let attested = ["aaguid", "credentialId"];
    let mut fields: Vec<Field> = head
        .chain(attested.into_iter().filter(|_| is_new))
        .map(|name| Field::closed(format!("{path}.{name}")))
        .collect();
    if is_new {
        fields.push(Field::open(format!("{path}.credentialPublicKey")));
    }
    fields.push(Field::open(format!("{path}.extensions")));
    fields
}
