//! Reading and judging keys.

use super::{Algorithm, CoseKey, Curve, Error, Material};
use crate::cbor::Value;

const KTY: i64 = 1;
const ALG: i64 = 3;
const KTY_OKP: i64 = 1;
const KTY_EC2: i64 = 2;
const KTY_RSA: i64 = 3;
const CRV_ED25519: i64 = 6;

pub(super) fn key(value: &Value<'_>) -> Result<CoseKey, Error> {
    let int = |label, name| {
        value
            .get_int(label)
            .and_then(Value::as_i64)
            .ok_or(Error::Parameter(name))
    };
    let number = match value.get_int(ALG) {
        None => return Err(Error::UnsupportedAlgorithm(None)),
        Some(_) => int(ALG, "alg (3)")?,
    };
    let algorithm =
        Algorithm::from_number(number).ok_or(Error::UnsupportedAlgorithm(Some(number)))?;
    let kty = int(KTY, "kty (1)")?;
    let material = match (family(algorithm), kty) {
        (Family::Ec(curve), KTY_EC2) => {
            expect_curve(algorithm, int(-1, "crv (-1)")?, curve.number())?;
            refuse_private(value, -4)?;
            point(value, curve)?
        }
        (Family::Ed25519, KTY_OKP) => {
            expect_curve(algorithm, int(-1, "crv (-1)")?, CRV_ED25519)?;
            refuse_private(value, -4)?;
            let x = bytes(value, -2, "x (-2)")?;
            Material::Ed25519(x.try_into().map_err(|_| Error::CoordinateLength)?)
        }
        (Family::Rsa, KTY_RSA) => {
            refuse_private(value, -3)?;
            Material::Rsa {
                n: bytes(value, -1, "n (-1)")?.to_vec(),
                e: bytes(value, -2, "e (-2)")?.to_vec(),
            }
        }
        _ => return Err(Error::Mismatch(algorithm)),
    };
    judge(algorithm, material)
}

pub(super) fn judge(algorithm: Algorithm, material: Material) -> Result<CoseKey, Error> {
    match (family(algorithm), &material) {
        (Family::Ec(expected), Material::Point { curve, sec1 }) if expected == *curve => {
            on_curve(*curve, sec1)?;
        }
        (Family::Ed25519, Material::Ed25519(bytes)) => {
            let key =
                ed25519_dalek::VerifyingKey::from_bytes(bytes).map_err(|_| Error::NotOnCurve)?;
            if key.is_weak() {
                return Err(Error::NotOnCurve);
            }
        }
        (Family::Rsa, Material::Rsa { n, e }) => rsa(n, e)?,
        _ => return Err(Error::Mismatch(algorithm)),
    }
    Ok(CoseKey {
        algorithm,
        material,
    })
}

#[derive(PartialEq)]
enum Family {
    Ec(Curve),
    Ed25519,
    Rsa,
}

fn family(algorithm: Algorithm) -> Family {
    match algorithm {
        Algorithm::Es256 => Family::Ec(Curve::P256),
        Algorithm::Es384 => Family::Ec(Curve::P384),
        Algorithm::Es512 => Family::Ec(Curve::P521),
        Algorithm::EdDsa => Family::Ed25519,
        Algorithm::Rs256
        | Algorithm::Rs384
        | Algorithm::Rs512
        | Algorithm::Ps256
        | Algorithm::Ps384
        | Algorithm::Ps512 => Family::Rsa,
    }
}

fn expect_curve(algorithm: Algorithm, got: i64, expected: i64) -> Result<(), Error> {
    if got == expected {
        Ok(())
    } else {
        Err(Error::Mismatch(algorithm))
    }
}

fn refuse_private(value: &Value<'_>, label: i64) -> Result<(), Error> {
    if value.get_int(label).is_some() {
        Err(Error::PrivatePart)
    } else {
        Ok(())
    }
}

fn bytes<'v>(value: &'v Value<'_>, label: i64, name: &'static str) -> Result<&'v [u8], Error> {
    value
        .get_int(label)
        .and_then(Value::as_bytes)
        .ok_or(Error::Parameter(name))
}

fn point(value: &Value<'_>, curve: Curve) -> Result<Material, Error> {
    let x = bytes(value, -2, "x (-2)")?;
    if let Some(Value::Bool(_)) = value.get_int(-3) {
        return Err(Error::Compressed);
    }
    let y = bytes(value, -3, "y (-3)")?;
    let size = curve.coordinate_size();
    if x.len() != size || y.len() != size {
        return Err(Error::CoordinateLength);
    }
    let mut sec1 = Vec::with_capacity(1 + 2 * size);
    sec1.push(4);
    sec1.extend_from_slice(x);
    sec1.extend_from_slice(y);
    Ok(Material::Point { curve, sec1 })
}

/// The libraries check the curve's equation and refuse the identity; the length refused here is
/// what tells a compressed point from an uncompressed one.
fn on_curve(curve: Curve, sec1: &[u8]) -> Result<(), Error> {
    if matches!(sec1.first(), Some(2 | 3)) {
        return Err(Error::Compressed);
    }
    if sec1.len() != 1 + 2 * curve.coordinate_size() {
        return Err(Error::CoordinateLength);
    }
    let good = match curve {
        Curve::P256 => p256::PublicKey::from_sec1_bytes(sec1).is_ok(),
        Curve::P384 => p384::PublicKey::from_sec1_bytes(sec1).is_ok(),
        Curve::P521 => p521::PublicKey::from_sec1_bytes(sec1).is_ok(),
    };
    if good { Ok(()) } else { Err(Error::NotOnCurve) }
}

fn rsa(n: &[u8], e: &[u8]) -> Result<(), Error> {
    if n.first() == Some(&0) || e.first() == Some(&0) {
        return Err(Error::Rsa("a number has leading zeros"));
    }
    let top_bits = n
        .first()
        .map_or(0, |byte| 8 - byte.leading_zeros() as usize);
    let bits = n.len().saturating_sub(1) * 8 + top_bits;
    if !(2048..=8192).contains(&bits) {
        return Err(Error::Rsa("its modulus must have 2048 to 8192 bits"));
    }
    if n.last().is_none_or(|byte| byte & 1 == 0) {
        return Err(Error::Rsa("its modulus is even"));
    }
    let exponent = match e.len() {
        1..=5 => e
            .iter()
            .fold(0u64, |number, byte| number << 8 | u64::from(*byte)),
        _ => 0,
    };
    if exponent & 1 == 0 || !(3..1 << 33).contains(&exponent) {
        return Err(Error::Rsa(
            "its exponent must be odd and from 3 to 2^33 - 1",
        ));
    }
    Ok(())
}
