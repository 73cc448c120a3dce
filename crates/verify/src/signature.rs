//! Signatures over authenticator data and the hash of the client data (L3 §6.5.5).

use ring::signature as rs;
use webauthn::cose::{Algorithm, CoseKey, Material};

/// The algorithms whose signatures can be verified, best first.
pub const SUPPORTED_ALGORITHMS: &[Algorithm] = Algorithm::ALL;

/// Whether `signature` over `message` is `key`'s.
pub(crate) fn is_valid(key: &CoseKey, message: &[u8], signature: &[u8]) -> bool {
    match (key.algorithm(), key.material()) {
        (Algorithm::Es256, Material::Point { sec1, .. }) => {
            plain(&rs::ECDSA_P256_SHA256_ASN1, sec1, message, signature)
        }
        (Algorithm::Es384, Material::Point { sec1, .. }) => {
            plain(&rs::ECDSA_P384_SHA384_ASN1, sec1, message, signature)
        }
        (Algorithm::Es512, Material::Point { sec1, .. }) => es512(sec1, message, signature),
        (Algorithm::EdDsa, Material::Ed25519(public)) => {
            plain(&rs::ED25519, public, message, signature)
        }
        (algorithm, Material::Rsa { n, e }) => match rsa_parameters(algorithm) {
            Some(parameters) => rs::RsaPublicKeyComponents { n, e }
                .verify(parameters, message, signature)
                .is_ok(),
            None => false,
        },
        _ => false,
    }
}

fn plain(
    algorithm: &'static dyn rs::VerificationAlgorithm,
    public: &[u8],
    message: &[u8],
    signature: &[u8],
) -> bool {
    rs::UnparsedPublicKey::new(algorithm, public)
        .verify(message, signature)
        .is_ok()
}

pub(crate) fn es512(sec1: &[u8], message: &[u8], signature: &[u8]) -> bool {
    use p521::ecdsa::signature::Verifier as _;
    let key = p521::ecdsa::VerifyingKey::from_sec1_bytes(sec1);
    let signature = p521::ecdsa::Signature::from_der(signature);
    matches!((key, signature), (Ok(key), Ok(signature)) if key.verify(message, &signature).is_ok())
}

fn rsa_parameters(algorithm: Algorithm) -> Option<&'static rs::RsaParameters> {
    Some(match algorithm {
        Algorithm::Rs256 => &rs::RSA_PKCS1_2048_8192_SHA256,
        Algorithm::Rs384 => &rs::RSA_PKCS1_2048_8192_SHA384,
        Algorithm::Rs512 => &rs::RSA_PKCS1_2048_8192_SHA512,
        Algorithm::Ps256 => &rs::RSA_PSS_2048_8192_SHA256,
        Algorithm::Ps384 => &rs::RSA_PSS_2048_8192_SHA384,
        Algorithm::Ps512 => &rs::RSA_PSS_2048_8192_SHA512,
        Algorithm::Es256 | Algorithm::Es384 | Algorithm::Es512 | Algorithm::EdDsa => return None,
    })
}
