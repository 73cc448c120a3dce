//! Secrets of a fixed length: on the heap, so that moving one leaves no copy behind; wiped when
//! dropped; compared in constant time; `Debug` shows nothing of them.

/// Declares a secret of its own type.
macro_rules! secret {
    ($(#[$doc:meta])* $name:ident, $length:literal) => {
        $(#[$doc])*
        pub struct $name(Box<zeroize::Zeroizing<[u8; $length]>>);

        #[allow(dead_code, reason = "not every secret needs all of it")]
        impl $name {
            /// How many bytes it has.
            pub const LENGTH: usize = $length;

            /// Makes it in the place where it stays.
            pub(crate) fn made(make: impl FnOnce(&mut [u8; $length])) -> Self {
                let mut bytes = Box::new(zeroize::Zeroizing::new([0; $length]));
                make(&mut bytes);
                Self(bytes)
            }

            /// Draws it.
            ///
            /// # Errors
            /// [`Error::NoRandomness`](crate::Error::NoRandomness).
            pub fn random<R: rand_core::TryCryptoRng + ?Sized>(
                rng: &mut R,
            ) -> Result<Self, crate::Error> {
                let mut bytes = Box::new(zeroize::Zeroizing::new([0; $length]));
                rng.try_fill_bytes(bytes.as_mut_slice())
                    .map_err(|_| crate::Error::NoRandomness)?;
                Ok(Self(bytes))
            }

            /// Takes stored bytes back; `None` when their number is wrong.
            #[must_use]
            pub fn from_slice(bytes: &[u8]) -> Option<Self> {
                (bytes.len() == $length).then(|| {
                    let mut boxed = Box::new(zeroize::Zeroizing::new([0; $length]));
                    boxed.copy_from_slice(bytes);
                    Self(boxed)
                })
            }

            /// The bytes, to be stored under seal or put into a primitive, and nowhere else.
            #[must_use]
            pub fn as_bytes(&self) -> &[u8; $length] {
                &self.0
            }

            /// Whether both are the same, in constant time.
            #[must_use]
            pub fn same_as(&self, other: &Self) -> bool {
                use subtle::ConstantTimeEq as _;
                self.0.as_slice().ct_eq(other.0.as_slice()).into()
            }
        }

        impl Clone for $name {
            fn clone(&self) -> Self {
                Self::made(|bytes| bytes.copy_from_slice(self.as_bytes()))
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(stringify!($name))
            }
        }
    };
}

pub(crate) use secret;
