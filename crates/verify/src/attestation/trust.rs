//! Whom to believe: roots given by the caller, and what a relying party asks (7.1/23 and 24).

use std::time::Duration;

use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, TrustAnchor, UnixTime};
use webpki::{
    EndEntityCert, ExtendedKeyUsageValidator, KeyPurposeIdIter, anchor_from_trusted_cert,
};

use super::AttestationPolicy;

/// What attestations are judged by.
#[derive(Debug, Clone, Copy, Default)]
pub struct Trust<'a> {
    /// What is asked of the attestation.
    pub policy: AttestationPolicy,
    /// The roots that a certificate chain may end in.
    pub roots: &'a [Root],
    /// The time at which certificates must be valid, in seconds since 1970.
    pub now: i64,
}

/// An attestation root certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root(Vec<u8>);

/// Why a text is no root certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RootError {
    /// Not PEM.
    #[error("the root is not a certificate in PEM")]
    Pem,
    /// Not an X.509 certificate.
    #[error("the root is not an X.509 certificate")]
    Certificate,
}

impl RootError {
    /// A stable name for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Pem => "rootNotPem",
            Self::Certificate => "rootNotCertificate",
        }
    }
}

impl Root {
    /// Reads the certificates of a PEM text, at least one.
    pub fn all_from_pem(text: &str) -> Result<Vec<Self>, RootError> {
        let roots: Vec<Self> = CertificateDer::pem_slice_iter(text.as_bytes())
            .map(|der| Self::from_der(der.map_err(|_| RootError::Pem)?.to_vec()))
            .collect::<Result<_, _>>()?;
        if roots.is_empty() {
            Err(RootError::Pem)
        } else {
            Ok(roots)
        }
    }

    /// Reads one certificate in DER.
    pub fn from_der(der: Vec<u8>) -> Result<Self, RootError> {
        match anchor_from_trusted_cert(&CertificateDer::from(der.as_slice())) {
            Ok(_) => Ok(Self(der)),
            Err(_) => Err(RootError::Certificate),
        }
    }
}

impl Trust<'_> {
    /// The chain, leaf first, must end in one of the roots, or its leaf be one of them; else why
    /// it does not.
    pub(crate) fn reaches_root(&self, chain: &[&[u8]]) -> Result<(), &'static str> {
        let (leaf, others) = chain.split_first().ok_or("there is no certificate")?;
        if self.roots.iter().any(|root| root.0 == *leaf) {
            return Ok(());
        }
        let roots: Vec<CertificateDer<'_>> = self
            .roots
            .iter()
            .map(|root| CertificateDer::from(root.0.as_slice()))
            .collect();
        let anchors: Vec<TrustAnchor<'_>> = roots
            .iter()
            .filter_map(|root| anchor_from_trusted_cert(root).ok())
            .collect();
        let others: Vec<CertificateDer<'_>> = others
            .iter()
            .map(|other| CertificateDer::from(*other))
            .collect();
        let now = Duration::from_secs(u64::try_from(self.now).unwrap_or_default());
        let leaf = CertificateDer::from(*leaf);
        let leaf = EndEntityCert::try_from(&leaf)
            .map_err(|_| "the attestation certificate cannot be read")?;
        leaf.verify_for_usage(
            webpki::ALL_VERIFICATION_ALGS,
            &anchors,
            &others,
            UnixTime::since_unix_epoch(now),
            AnyUsage,
            None,
            None,
        )
        .map(drop)
        .map_err(|error| match error {
            webpki::Error::CertExpired { .. } => "a certificate of the chain has expired",
            webpki::Error::CertNotValidYet { .. } => "a certificate of the chain is not valid yet",
            webpki::Error::UnknownIssuer => "the chain leads to none of the given roots",
            _ => "a certificate of the chain does not certify the next one",
        })
    }
}

/// Attestation certificates are for no TLS usage.
struct AnyUsage;

impl ExtendedKeyUsageValidator for AnyUsage {
    fn validate(&self, _usages: KeyPurposeIdIter<'_, '_>) -> Result<(), webpki::Error> {
        Ok(())
    }
}
