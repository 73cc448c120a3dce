//! The relying party: accounts, passkeys and sessions, its HTTP API, and the host of its pages.
//!
//! It judges by crate `verify`, speaks the types of crate `webauthn`, and says what it did to the
//! timeline ([`kinds`]); it knows neither clients nor devices. Time comes through `timeline::Clock`.
//!
//! Terms:
//! - **ceremony**: one registration or sign-in, from `begin` to `finish`; it has one challenge,
//!   which is good once and for a while, five minutes unless [`Limits`] say otherwise.
//! - **ladder**: the ordered list of steps of WebAuthn L3 §7.1 or §7.2 that judged a ceremony; it
//!   is returned and stored with it.
//! - **session**: that somebody is signed in; the browser holds a token, the store its hash.
//! - **store**: where all this rests, as whole operations that happen wholly or not at all.
//! - **seams**: what it takes from outside: where it tells, what time it is, what randomness it
//!   gets, and the **network** ([`network`]) that its pages' requests and its answers cross.
//!
//! ```text
//! let storage = Storage::open(&Data::Folder(folder), Limits::default())?;
//! let listeners = Listeners::bind(None, &storage).await?;
//! let config = Config::local("Acme", "acme.localhost", listeners.port());
//! let party = RelyingParty::open(config, storage, Seams::new(emit, clock)).await?;
//! party.serve(listeners, shutdown).await;
//! ```

mod accounts;
mod admin;
mod config;
mod durable;
mod error;
mod factor;
mod http;
pub mod kinds;
mod logon;
pub mod network;
mod overview;
mod pin;
pub mod policy;
mod random;
mod refusal;
mod relying_party;
mod seams;
mod sessions;
mod store;

pub use config::{Config, Data, Limits};
pub use error::Error;
pub use http::{Listeners, PasskeyOverview, openapi};
pub use network::{Direct, Fate, Message, Network};
pub use overview::{AccountOverview, Overview};
pub use pin::{AuditEntry, CampaignOverview, PhoneOverview, PinOverview, PinState};
pub use random::{Random, SystemRandom};
pub(crate) use refusal::{FactorRefused, NotVerified, Refusal};
pub use relying_party::{RelyingParty, Storage};
pub use seams::Seams;
