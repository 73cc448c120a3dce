//! Sessions: a random token in a cookie, of which the store knows only the hash.

use std::fmt;

use axum::http::{HeaderMap, HeaderValue, header};
use data_encoding::BASE64URL_NOPAD;
use zeroize::Zeroizing;

use crate::{Error, Random, RelyingParty, random};

/// The visitor's cookie.
const COOKIE: Cookie = Cookie {
    name: "touchstone_session",
    scope: "Path=/; HttpOnly; SameSite=Lax",
};

/// A cookie's name, and what a browser may do with it.
pub(crate) struct Cookie {
    pub name: &'static str,
    /// Its attributes, save how long it lasts and whether it needs TLS.
    pub scope: &'static str,
}

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
        Self::from_cookies(headers, COOKIE.name)
    }

    /// The token in the cookie of this name.
    pub(crate) fn from_cookies(headers: &HeaderMap, wanted: &str) -> Option<Self> {
        let pairs = headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok());
        let text = pairs
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find_map(|(name, value)| (name == wanted).then_some(value))?;
        Self::from_text(text)
    }

    /// The token that was written down as `text`.
    pub(crate) fn from_text(text: &str) -> Option<Self> {
        let mut bytes = Zeroizing::new([0; 32]);
        if BASE64URL_NOPAD.decode_len(text.len()) != Ok(bytes.len()) {
            return None;
        }
        BASE64URL_NOPAD
            .decode_mut(text.as_bytes(), &mut *bytes)
            .ok()?;
        Some(Self(bytes))
    }

    /// The token as people and cookies carry it, base64url.
    pub(crate) fn text(&self) -> Zeroizing<String> {
        Zeroizing::new(BASE64URL_NOPAD.encode(&*self.0))
    }

    /// `Set-Cookie` for this token.
    pub(crate) fn cookie(
        &self,
        cookie: &Cookie,
        seconds: u64,
        secure: bool,
    ) -> Result<HeaderValue, Error> {
        cookie.set(&self.text(), seconds, secure)
    }
}

impl Cookie {
    /// `Set-Cookie` that takes the cookie away.
    pub(crate) fn none(&self, secure: bool) -> Result<HeaderValue, Error> {
        self.set("", 0, secure)
    }

    fn set(&self, value: &str, seconds: u64, secure: bool) -> Result<HeaderValue, Error> {
        let Self { name, scope } = self;
        let secure = if secure { "; Secure" } else { "" };
        let text = Zeroizing::new(format!(
            "{name}={value}; Max-Age={seconds}; {scope}{secure}"
        ));
        let mut header = HeaderValue::from_str(&text).map_err(|_| Error::NoRandomness)?;
        header.set_sensitive(true);
        Ok(header)
    }
}

impl RelyingParty {
    /// A token that nobody has.
    pub(crate) fn new_token(&self) -> Result<Token, Error> {
        Token::draw(&*self.seams.random)
    }

    /// `Set-Cookie` that keeps the visitor signed in.
    pub(crate) fn session_cookie(&self, token: &Token) -> Result<HeaderValue, Error> {
        token.cookie(
            &COOKIE,
            self.limits.session_lifetime.as_secs(),
            self.is_secure(),
        )
    }

    /// `Set-Cookie` that takes the session away.
    pub(crate) fn no_session_cookie(&self) -> Result<HeaderValue, Error> {
        COOKIE.none(self.is_secure())
    }

    /// Over http browsers drop cookies marked `Secure`.
    pub(crate) fn is_secure(&self) -> bool {
        self.origin().starts_with("https:")
    }
}

/// The first 8 characters by which the timeline tells sessions apart.
pub(crate) fn short_name(hash: &TokenHash) -> String {
    BASE64URL_NOPAD.encode(&hash[..6])
}

#[cfg(test)]
mod tests;
