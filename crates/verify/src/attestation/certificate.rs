//! Attestation certificates (L3 §8.2.1).

use std::borrow::Cow;

use rustls_pki_types::{CertificateDer, SignatureVerificationAlgorithm};
use webauthn::cose::Algorithm;
use webauthn::id::Aaguid;
use webpki::EndEntityCert;
use x509_cert::certificate::{Certificate, Version};
use x509_cert::der::Decode as _;
use x509_cert::der::oid::ObjectIdentifier;
use x509_cert::ext::pkix::BasicConstraints;

use crate::signature;

/// id-fido-gen-ce-aaguid.
const AAGUID: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.45724.1.1.4");

/// The certificate of an attestation key.
pub(super) struct Leaf<'a> {
    der: &'a [u8],
    certificate: Certificate,
}

impl<'a> Leaf<'a> {
    pub fn parse(der: &'a [u8]) -> Result<Self, Cow<'static, str>> {
        let certificate =
            Certificate::from_der(der).map_err(|_| "the attestation certificate cannot be read")?;
        Ok(Self { der, certificate })
    }

    /// Version 3, a subject that names an authenticator, no CA, and the right model if it names one.
    pub fn meets_packed_requirements(&self, aaguid: &Aaguid) -> Result<(), Cow<'static, str>> {
        let certificate = self.certificate.tbs_certificate();
        if certificate.version() != Version::V3 {
            return Err("the attestation certificate is not of version 3".into());
        }
        let subject = certificate.subject();
        let unit = subject.organization_unit().ok().flatten();
        let named = matches!(subject.country(), Ok(Some(_)))
            && matches!(subject.organization(), Ok(Some(_)))
            && matches!(subject.common_name(), Ok(Some(_)))
            && unit.is_some_and(|unit| unit.value() == "Authenticator Attestation");
        if !named {
            return Err("the attestation certificate's subject is not an authenticator's".into());
        }
        match certificate.get_extension::<BasicConstraints>() {
            Ok(Some((_, constraints))) if !constraints.ca => {}
            _ => return Err("the attestation certificate does not say that it is no CA".into()),
        }
        self.names_model(aaguid)
    }

    fn names_model(&self, aaguid: &Aaguid) -> Result<(), Cow<'static, str>> {
        let extensions = self.certificate.tbs_certificate().extensions();
        let Some(extension) =
            extensions.and_then(|all| all.iter().find(|one| one.extn_id == AAGUID))
        else {
            return Ok(());
        };
        if extension.critical {
            return Err("the attestation certificate marks its AAGUID as critical".into());
        }
        match extension.extn_value.as_bytes() {
            [0x04, 16, named @ ..] if named == aaguid.0 => Ok(()),
            _ => Err("the attestation certificate is for another AAGUID".into()),
        }
    }

    /// Whether `signature` over `message` is that of the certificate's key.
    pub fn has_signed(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        let Some(verifier) = verifier(algorithm) else {
            let key = self.certificate.tbs_certificate().subject_public_key_info();
            return key.subject_public_key.as_bytes().is_some_and(|sec1| {
                algorithm == Algorithm::Es512 && signature::es512(sec1, message, signature)
            });
        };
        EndEntityCert::try_from(&CertificateDer::from(self.der))
            .is_ok_and(|leaf| leaf.verify_signature(verifier, message, signature).is_ok())
    }
}

/// The library's verifier; it has none for ES512.
fn verifier(algorithm: Algorithm) -> Option<&'static dyn SignatureVerificationAlgorithm> {
    Some(match algorithm {
        Algorithm::Es256 => webpki::ring::ECDSA_P256_SHA256,
        Algorithm::Es384 => webpki::ring::ECDSA_P384_SHA384,
        Algorithm::EdDsa => webpki::ring::ED25519,
        Algorithm::Rs256 => webpki::ring::RSA_PKCS1_2048_8192_SHA256,
        Algorithm::Rs384 => webpki::ring::RSA_PKCS1_2048_8192_SHA384,
        Algorithm::Rs512 => webpki::ring::RSA_PKCS1_2048_8192_SHA512,
        Algorithm::Ps256 => webpki::ring::RSA_PSS_2048_8192_SHA256_LEGACY_KEY,
        Algorithm::Ps384 => webpki::ring::RSA_PSS_2048_8192_SHA384_LEGACY_KEY,
        Algorithm::Ps512 => webpki::ring::RSA_PSS_2048_8192_SHA512_LEGACY_KEY,
        Algorithm::Es512 => return None,
    })
}
