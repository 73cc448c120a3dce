//! Sessions: a random token in a cookie, of which the store knows only the hash.

use std::fmt;

use axum::http::{HeaderMap, HeaderValue, header};
use data_encoding::BASE64URL_NOPAD;
use zeroize::Zeroizing;

use crate::{Error, Random, RelyingParty, random};

/// The cookie's name.
const COOKIE: &str = "touchstone_session";

/// What the browser holds: 32 random bytes.
pub(crate) struct Token(Zeroizing<[u8; 32]>);

/// What the store holds: the token's SHA-256.
pub(crate) type TokenHash = [u8; 32];

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token")
    }
}

impl Token {
    pub(crate) fn draw(random: &dyn Random) -> Result<Self, Error> {
        random::draw(random).map(|bytes| Self(Zeroizing::new(bytes)))
    }

    pub(crate) fn hash(&self) -> TokenHash {
        webauthn::sha256(&*self.0)
    }

    /// The token that the request carries, if it carries one in the right form.
    pub(crate) fn from_headers(headers: &HeaderMap) -> Option<Self> {
        let pairs = headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok());
        let text = pairs
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find_map(|(name, value)| (name == COOKIE).then_some(value))?;
        let mut bytes = Zeroizing::new([0; 32]);
        if BASE64URL_NOPAD.decode_len(text.len()) != Ok(bytes.len()) {
            return None;
        }
        BASE64URL_NOPAD
            .decode_mut(text.as_bytes(), &mut *bytes)
            .ok()?;
        Some(Self(bytes))
    }

    /// `Set-Cookie` for this token.
    fn cookie(&self, seconds: u64, secure: bool) -> Result<HeaderValue, Error> {
        let text = Zeroizing::new(BASE64URL_NOPAD.encode(&*self.0));
        set_cookie(&text, seconds, secure)
    }
}

/// `Set-Cookie` that takes the cookie away.
fn no_cookie(secure: bool) -> Result<HeaderValue, Error> {
    set_cookie("", 0, secure)
}

fn set_cookie(value: &str, seconds: u64, secure: bool) -> Result<HeaderValue, Error> {
    let secure = if secure { "; Secure" } else { "" };
    let text = Zeroizing::new(format!(
        "{COOKIE}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"
    ));
    let mut header = HeaderValue::from_str(&text).map_err(|_| Error::NoRandomness)?;
    header.set_sensitive(true);
    Ok(header)
}

impl RelyingParty {
    /// A token that nobody has.
    pub(crate) fn new_token(&self) -> Result<Token, Error> {
        Token::draw(&*self.seams.random)
    }

    /// `Set-Cookie` that keeps the visitor signed in.
    pub(crate) fn session_cookie(&self, token: &Token) -> Result<HeaderValue, Error> {
        token.cookie(self.limits.session_lifetime.as_secs(), self.is_secure())
    }

    /// `Set-Cookie` that takes the session away.
    pub(crate) fn no_session_cookie(&self) -> Result<HeaderValue, Error> {
        no_cookie(self.is_secure())
    }

    /// Over http browsers drop cookies marked `Secure`.
    fn is_secure(&self) -> bool {
        self.origin().starts_with("https:")
    }
}

/// The first 8 characters by which the timeline tells sessions apart.
pub(crate) fn short_name(hash: &TokenHash) -> String {
    BASE64URL_NOPAD.encode(&hash[..6])
}

#[cfg(test)]
mod tests;
