//! A phone's synced PINs against a relying party over real HTTP, which can also be made to misbehave.

mod background;
mod entering;
mod exchanging;
mod killed;
mod logon;
mod pairing;
mod party;
mod passkeys;
mod phone;
mod real;
mod stores;
