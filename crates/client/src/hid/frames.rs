//! Each report, told to the timeline.

use std::sync::Arc;

use ctap::hid::{ChannelId, Command, ErrorCode, KeepaliveStatus, Packet, Report};
use serde_json::{Map, Value as Json, json};
use timeline::{Clock, Draft, Emit, Party, Seq};

use crate::{KeyId, kinds};

/// How many packets of an exchange are told that carry no answer: changes of keepalive status, and
/// what is for others. A key cannot fill the timeline with them.
const MOST_ASIDES: u32 = 64;

/// Where a channel's reports are told.
#[derive(Clone)]
pub struct Tap {
    listener: Option<(Arc<dyn Emit>, Arc<dyn Clock>)>,
    cause: Option<Seq>,
}

impl Tap {
    /// To `emit`, by the client's clock.
    #[must_use]
    pub fn new(emit: Arc<dyn Emit>, clock: Arc<dyn Clock>) -> Self {
        Self {
            listener: Some((emit, clock)),
            cause: None,
        }
    }

    /// To nobody.
    #[must_use]
    pub fn silent() -> Self {
        Self {
            listener: None,
            cause: None,
        }
    }

    /// Names the event that led to the opening of the channel.
    #[must_use]
    pub fn caused_by(mut self, cause: impl Into<Option<Seq>>) -> Self {
        self.cause = cause.into();
        self
    }
}

/// What one channel tells.
pub(crate) struct Frames {
    tap: Tap,
    key: KeyId,
    cause: Option<Seq>,
    status: Option<KeepaliveStatus>,
    unsaid: u32,
    asides: u32,
}

impl Frames {
    pub fn new(tap: Tap, key: KeyId) -> Self {
        Self {
            cause: tap.cause,
            tap,
            key,
            status: None,
            unsaid: 0,
            asides: 0,
        }
    }

    /// Starts another exchange, because of `cause`.
    pub fn begin(&mut self, cause: Option<Seq>) {
        self.cause = cause;
        self.status = None;
        self.unsaid = 0;
        self.asides = 0;
    }

    pub fn sent(&mut self, report: &Report) {
        self.tell(kinds::HID_SENT, report, false);
    }

    /// `ours`: the channel this client listens on.
    pub fn received(&mut self, report: &Report, ours: ChannelId) {
        let packet = Packet::read(report);
        let foreign = packet.channel() != ours;
        let status = keepalive(&packet).filter(|_| !foreign);
        if status.is_some() && status == self.status {
            self.unsaid += 1;
            return;
        }
        if foreign || status.is_some() {
            self.asides += 1;
            if self.asides > MOST_ASIDES {
                return;
            }
        }
        self.status = status.or(self.status);
        self.tell(kinds::HID_RECEIVED, report, foreign);
    }

    fn tell(&mut self, kind: &'static str, report: &Report, foreign: bool) {
        let Some((emit, clock)) = self
            .tap
            .listener
            .as_ref()
            .filter(|(emit, _)| emit.listens())
        else {
            return;
        };
        let mut body = describe(&Packet::read(report));
        body.insert("key".to_owned(), json!(self.key));
        if foreign {
            body.insert("foreign".to_owned(), Json::Bool(true));
        }
        if self.unsaid > 0 {
            body.insert("keepalivesBefore".to_owned(), json!(self.unsaid));
        }
        emit.emit(
            Draft::new(Party::Client, kind)
                .cause(self.cause)
                .at(clock.now())
                .raw(*report)
                .body(Json::Object(body)),
        );
        self.unsaid = 0;
    }
}

fn keepalive(packet: &Packet<'_>) -> Option<KeepaliveStatus> {
    match packet {
        Packet::Initialization {
            command: Command::Keepalive,
            data: [status, ..],
            ..
        } => Some(KeepaliveStatus::from_code(*status)),
        _ => None,
    }
}

fn describe(packet: &Packet<'_>) -> Map<String, Json> {
    let mut body = Map::new();
    body.insert("channel".to_owned(), json!(packet.channel().to_string()));
    match packet {
        Packet::Initialization {
            command,
            length,
            data,
            ..
        } => {
            body.insert("command".to_owned(), json!(name(*command)));
            body.insert("length".to_owned(), json!(length));
            match (command, data) {
                (Command::Keepalive, [status, ..]) => {
                    body.insert("status".to_owned(), json!(said(*status)));
                }
                (Command::Error, [code, ..]) => {
                    let reason = ErrorCode::from(*code).to_string();
                    body.insert("error".to_owned(), json!(reason));
                }
                _ => {}
            }
        }
        Packet::Continuation { sequence, .. } => {
            body.insert("sequence".to_owned(), json!(sequence));
        }
    }
    body
}

fn said(status: u8) -> String {
    match status {
        1 => "processing".to_owned(),
        2 => "upNeeded".to_owned(),
        other => format!("0x{other:02X}"),
    }
}

fn name(command: Command) -> String {
    let name = match command {
        Command::Ping => "PING",
        Command::Msg => "MSG",
        Command::Lock => "LOCK",
        Command::Init => "INIT",
        Command::Wink => "WINK",
        Command::Cbor => "CBOR",
        Command::Cancel => "CANCEL",
        Command::Keepalive => "KEEPALIVE",
        Command::Error => "ERROR",
        Command::Other(code) => return format!("0x{code:02X}"),
    };
    name.to_owned()
}
