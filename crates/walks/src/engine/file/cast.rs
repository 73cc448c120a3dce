//! Reads who takes part, and checks the names that acts and subjects use.

use std::collections::HashSet;

use bench::api::PlugWay;
use timeline::Timestamp;

use super::{
    nearest::{hint, list},
    tree::{Node, Wrong},
};
use crate::{
    engine::{Account, Cast, Player, Reference, Role},
    moment,
};

/// When a walk begins unless it says otherwise: 2026-03-02T09:00:00Z.
const START: Timestamp = Timestamp(1_772_442_000_000);

/// The cast of a walk whose members have been checked.
pub(super) fn read(root: &Node, parties: Vec<bench::PartySetting>) -> Result<Cast, Wrong> {
    let text = |table: &Node, member| table.text(member).unwrap_or_default().to_owned();
    let devices: Vec<Player> = elements(root, "devices")
        .iter()
        .map(|device| Player {
            name: text(device, "name"),
            profile: device.text("profile").unwrap_or("phone").to_owned(),
            way: match device.text("way") {
                Some("udp") => Some(PlugWay::Udp),
                Some("hid") => Some(PlugWay::Hid),
                _ => None,
            },
            id: String::new(),
        })
        .collect();
    let accounts: Vec<Account> = elements(root, "accounts")
        .iter()
        .map(|account| Account {
            name: text(account, "name"),
            display_name: text(account, "display-name"),
        })
        .map(|account| match account.display_name.as_str() {
            "" => Account {
                display_name: account.name.clone(),
                ..account
            },
            _ => account,
        })
        .collect();
    once(root, "devices", devices.iter().map(|device| &device.name))?;
    once(
        root,
        "accounts",
        accounts.iter().map(|account| &account.name),
    )?;
    Ok(Cast {
        devices,
        accounts,
        parties,
        start: Some(start(root)?),
    })
}

fn elements<'n>(root: &'n Node, member: &str) -> &'n [Node] {
    root.get(member).map_or(&[], Node::elements)
}

/// Refuses a name that comes twice.
fn once<'n>(
    root: &Node,
    member: &str,
    names: impl Iterator<Item = &'n String>,
) -> Result<(), Wrong> {
    let mut seen = HashSet::new();
    for (index, name) in names.enumerate() {
        let path = format!("{member}[{index}].name");
        if name.trim() != name || name.is_empty() {
            return Err(root.wrong(
                &path,
                "A name neither is empty nor begins or ends with a blank.",
            ));
        }
        if !seen.insert(name) {
            let message =
                format!("\"{name}\" is twice among the {member}. Give each its own name.");
            return Err(root.wrong(&path, message));
        }
    }
    Ok(())
}

fn start(root: &Node) -> Result<Timestamp, Wrong> {
    let Some(text) = root.text("start") else {
        return Ok(START);
    };
    let time = moment::read(text).ok_or_else(|| {
        let message = format!("\"{text}\" is no time. Write it like \"2026-03-02T09:00:00Z\".");
        root.wrong("start", message)
    })?;
    if time.0 < 0 {
        return Err(root.wrong("start", "A walk does not begin before 1970."));
    }
    Ok(time)
}

/// The names that may be used so far.
pub(super) struct Names {
    devices: Vec<String>,
    accounts: Vec<String>,
    parties: Vec<String>,
    /// Those the file lists; without a list every name is one.
    listed: Option<Vec<String>>,
    used: Vec<String>,
}

impl Names {
    pub(super) fn new(cast: &Cast, root: &Node) -> Self {
        let text = |node: &Node| node.json().as_str().map(str::to_owned);
        Self {
            devices: cast
                .devices
                .iter()
                .map(|device| device.name.clone())
                .collect(),
            accounts: cast
                .accounts
                .iter()
                .map(|account| account.name.clone())
                .collect(),
            parties: cast
                .parties
                .iter()
                .map(|party| party.name.clone())
                .collect(),
            listed: root
                .get("secrets")
                .map(|secrets| secrets.elements().iter().filter_map(text).collect()),
            used: Vec::new(),
        }
    }

    /// The secrets that were used.
    pub(super) fn into_secrets(self) -> Vec<String> {
        self.used
    }

    /// Checks a name that stands at `reference.member` of `table`.
    pub(super) fn check(&mut self, reference: &Reference, table: &Node) -> Result<(), Wrong> {
        let name = &reference.name;
        if reference.role == Role::Secret && !self.used.contains(name) {
            self.used.push(name.clone());
        }
        let known = match reference.role {
            Role::Device => &mut self.devices,
            Role::Account => &mut self.accounts,
            Role::RelyingParty => &mut self.parties,
            Role::Secret => match &mut self.listed {
                Some(listed) => listed,
                None => return Ok(()),
            },
        };
        if known.contains(name) {
            return Ok(());
        }
        if reference.introduced {
            known.push(name.clone());
            return Ok(());
        }
        let words = || known.iter().map(String::as_str);
        let message = format!(
            "This walk has no {role} \"{name}\". Its {roles}: {}.{}",
            list(words()),
            hint(name, words()),
            role = reference.role.word(),
            roles = reference.role.words(),
        );
        Err(table.wrong(reference.member, message))
    }
}
