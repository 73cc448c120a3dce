//! Which RP IDs a page may use (L3 §5.1.3 steps 7 and 8, §5.1.4.1; HTML "is a registrable domain
//! suffix of or is equal to").

use webauthn::id::{Origin, RpId};

use crate::ClientError;

/// The RP ID of a call: the origin's effective domain, or `requested` when the page may use it.
///
/// `https` origins may, and `http` ones on `localhost` or `*.localhost`. Suffixes that the public
/// suffix list names, private ones included, are nobody's RP ID but their own host's; each
/// `*.localhost` is a site of its own.
pub fn resolve_rp_id(origin: &Origin, requested: Option<&str>) -> Result<RpId, ClientError> {
    let domain = effective_domain(origin)?;
    let Some(requested) = requested else {
        return Ok(domain);
    };
    let refuse = |why| ClientError::RpId {
        origin: origin.to_string(),
        rp_id: requested.to_owned(),
        why,
    };
    let rp_id = RpId::parse(requested).map_err(|_| {
        refuse("it is not a domain name in lower-case ASCII, without scheme, port or final dot")
    })?;
    if rp_id == domain {
        return Ok(rp_id);
    }
    if !is_parent(rp_id.as_str(), domain.as_str()) {
        return Err(refuse(
            "it is neither the page's own domain nor a parent of it",
        ));
    }
    if is_public_suffix(rp_id.as_str()) {
        return Err(refuse(
            "it is a public suffix, under which anyone may have a site",
        ));
    }
    if psl::suffix_str(domain.as_str()).is_some_and(|suffix| is_parent(rp_id.as_str(), suffix)) {
        return Err(refuse("the page's own public suffix lies below it"));
    }
    Ok(rp_id)
}

fn effective_domain(origin: &Origin) -> Result<RpId, ClientError> {
    let refuse = |why| ClientError::Origin {
        origin: origin.to_string(),
        why,
    };
    let host = origin
        .host()
        .ok_or_else(|| refuse("it is not a web origin"))?;
    match origin.scheme() {
        "https" => {}
        "http" if host == "localhost" || host.ends_with(".localhost") => {}
        "http" => {
            return Err(refuse(
                "without https, only localhost and *.localhost are allowed; open the page over https",
            ));
        }
        _ => return Err(refuse("it is not a web origin")),
    }
    RpId::parse(&host).map_err(|_| {
        refuse("its host is not a domain name; open the page by a name, not an address")
    })
}

/// Whether `name` ends with a dot and `parent`.
fn is_parent(parent: &str, name: &str) -> bool {
    name.strip_suffix(parent)
        .is_some_and(|rest| rest.ends_with('.'))
}

fn is_public_suffix(domain: &str) -> bool {
    psl::suffix_str(domain) == Some(domain)
}

#[cfg(test)]
mod tests;
