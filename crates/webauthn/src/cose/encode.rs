//! Writing keys: COSE_Key and SubjectPublicKeyInfo.

use super::{CoseKey, Curve, Material};
use crate::cbor::Encoder;

pub(super) fn key(key: &CoseKey) -> Vec<u8> {
    let mut encoder = Encoder::default();
    let algorithm = key.algorithm().number();
    match key.material() {
        Material::Point { curve, sec1 } => {
            let (x, y) = sec1[1..].split_at(curve.coordinate_size());
            encoder.map(5).int(1).int(2).int(3).int(algorithm);
            encoder
                .int(-1)
                .int(curve.number())
                .int(-2)
                .bytes(x)
                .int(-3)
                .bytes(y);
        }
        Material::Ed25519(x) => {
            encoder.map(4).int(1).int(1).int(3).int(algorithm);
            encoder.int(-1).int(6).int(-2).bytes(x);
        }
        Material::Rsa { n, e } => {
            encoder.map(4).int(1).int(3).int(3).int(algorithm);
            encoder.int(-1).bytes(n).int(-2).bytes(e);
        }
    }
    encoder.into_bytes()
}

/// id-ecPublicKey with the named curve (RFC 5480); id-Ed25519 (RFC 8410); rsaEncryption (RFC 3279).
pub(super) fn spki(key: &CoseKey) -> Vec<u8> {
    const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
    const ED25519: &[u8] = &[0x2b, 0x65, 0x70];
    const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
    match key.material() {
        Material::Point { curve, sec1 } => {
            let named: &[u8] = match curve {
                Curve::P256 => &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07],
                Curve::P384 => &[0x2b, 0x81, 0x04, 0x00, 0x22],
                Curve::P521 => &[0x2b, 0x81, 0x04, 0x00, 0x23],
            };
            subject(
                &[der(OID, &[EC_PUBLIC_KEY]), der(OID, &[named])].concat(),
                sec1,
            )
        }
        Material::Ed25519(x) => subject(&der(OID, &[ED25519]), x),
        Material::Rsa { n, e } => {
            let numbers = [unsigned(n), unsigned(e)].concat();
            let algorithm = [der(OID, &[RSA_ENCRYPTION]), der(NULL, &[])].concat();
            subject(&algorithm, &der(SEQUENCE, &[&numbers]))
        }
    }
}

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const NULL: u8 = 0x05;
const OID: u8 = 0x06;
const SEQUENCE: u8 = 0x30;

fn subject(algorithm: &[u8], key: &[u8]) -> Vec<u8> {
    der(
        SEQUENCE,
        &[&der(SEQUENCE, &[algorithm]), &der(BIT_STRING, &[&[0], key])],
    )
}

fn unsigned(number: &[u8]) -> Vec<u8> {
    match number.first() {
        Some(0x80..) => der(INTEGER, &[&[0], number]),
        _ => der(INTEGER, &[number]),
    }
}

fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let mut out = vec![tag];
    match length {
        0..=0x7f => out.push(length as u8),
        0x80..=0xff => out.extend_from_slice(&[0x81, length as u8]),
        _ => out.extend_from_slice(&[0x82, (length >> 8) as u8, length as u8]),
    }
    parts.iter().for_each(|part| out.extend_from_slice(part));
    out
}
