//! WebAuthn Level 3 wire types and codecs, and nothing else: what a device, a client and a relying
//! party put on the wire, read strictly and written exactly.
//!
//! The room is pure: no I/O, no clock, no randomness, no other room of the house. Everything handed
//! to it is taken for hostile: parsers never panic and have limits of depth and size.
//!
//! Terms:
//! - **client data**: the JSON in which the client says what was asked of it, from which origin
//!   (L3 §5.8.1); a signature covers its SHA-256.
//! - **authenticator data**: the bytes in which the authenticator says what it did (L3 §6.1).
//! - **attestation object**: the CBOR wrapping of authenticator data at registration (L3 §6.5).
//! - **level**: how strict the CBOR reader is, [`cbor::Level::Ctap`] or [`cbor::Level::Attestation`].

pub mod attestation;
pub mod authenticator_data;
pub mod cbor;
pub mod client_data;
pub mod cose;
mod error;
pub mod id;
pub mod json;
pub mod uvm;

pub use error::Error;

/// SHA-256, as the specification uses it for `rpIdHash` and the hash of the client data.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    use sha2::Digest as _;
    sha2::Sha256::digest(bytes).into()
}
