//! The relying party's judgement: a sign-in and a registration, from their JSON.

use p256::ecdsa::signature::Verifier as _;
use url::Url;
use verify::{
    AuthenticationRequest, Expected, Mediation, RegistrationRequest, StoredCredential, Trust,
};
use webauthn::cose::Algorithm;
use webauthn::id::{Origin, RpId};
use webauthn::json::{
    AuthenticationResponseJSON, RegistrationResponseJSON, UserVerificationRequirement,
};
use webauthn_rs::prelude::{
    PasskeyAuthentication, PasskeyRegistration, PublicKeyCredential, RegisterPublicKeyCredential,
    Uuid, Webauthn, WebauthnBuilder,
};

use crate::Error;
use crate::ceremony::{Passkey, RP_ID, SignIn};
use crate::contest::{self, Contender, fastest};
use crate::figure::Figure;

const ORIGIN: &str = "http://localhost:8080";
const ROUNDS: usize = 41;
const TURNS: usize = 192;
/// How many different ceremonies take turns, so that no contender works from memory.
const CEREMONIES: usize = 64;

/// All figures of this file.
pub fn figures() -> Result<Vec<Figure>, Error> {
    let peer = peer()?;
    let ours = RelyingParty::new(ORIGIN)?;
    let registrations = registrations(&peer)?;
    let mut figures = login(&peer, &ours, &registrations[0])?;
    let contenders = &mut [
        ours.registration(&registrations),
        peer_registration(&peer, &registrations),
    ];
    let [ours, theirs] = contest::run(contenders, ROUNDS, TURNS)?;
    let against = "webauthn-rs, attestation none, from JSON";
    figures.push(Figure::new(
        "rp_registration_verify",
        2.0,
        &ours,
        &theirs,
        against,
    ));
    Ok(figures)
}

fn login(
    peer: &Webauthn,
    ours: &RelyingParty,
    registration: &Registration,
) -> Result<Vec<Figure>, Error> {
    let sign_ins = sign_ins(peer, registration)?;
    let stored = registration.passkey.stored();
    let [aws, ring, p256] = floors(&registration.passkey, &sign_ins)?;
    let contenders = &mut [
        ours.sign_in(&stored, &sign_ins),
        peer_sign_in(peer, &sign_ins),
        aws,
        ring,
        p256,
    ];
    let [ours, theirs, floors @ ..] = contest::run(contenders, ROUNDS, TURNS)?;
    let floor = fastest(&floors).ok_or(Error::Refused("every signature check"))?;
    let bare = format!("the bare P-256 check of {}, the fastest here", floor.name);
    Ok(vec![
        Figure::new("rp_login_verify", 1.25, &ours, floor, &bare),
        Figure::new(
            "rp_login_vs_webauthn_rs",
            0.4,
            &ours,
            &theirs,
            "webauthn-rs, from JSON",
        ),
    ])
}

/// Our relying party, as far as it judges.
pub struct RelyingParty {
    origins: [Origin; 1],
    rp_id: RpId,
}

impl RelyingParty {
    /// One with its pages at this origin.
    pub fn new(origin: &str) -> Result<Self, Error> {
        Ok(Self {
            origins: [Origin::parse(origin)?],
            rp_id: RpId::parse(RP_ID)?,
        })
    }

    fn expected<'a>(&'a self, challenge: &'a [u8]) -> Expected<'a> {
        Expected {
            user_verification: UserVerificationRequirement::Required,
            ..Expected::new(challenge, &self.origins, &self.rp_id)
        }
    }

    /// All 25 steps of L3 §7.2, from the JSON text and the stored key.
    pub fn judge(
        &self,
        json: &str,
        challenge: &[u8],
        stored: &StoredCredential,
    ) -> Result<(), Error> {
        let response: AuthenticationResponseJSON = serde_json::from_str(json)?;
        let request = AuthenticationRequest {
            response: &response,
            expected: self.expected(challenge),
            allow_credentials: &[],
            identified_user: None,
            appid: None,
            credential: Some(stored),
        };
        accepted(verify::authentication(&request).verified())
    }

    fn sign_in<'a>(
        &'a self,
        stored: &'a StoredCredential,
        sign_ins: &'a [PeerSignIn],
    ) -> Contender<'a> {
        Contender::new("touchstone", move |turn| {
            let PeerSignIn {
                sign_in, challenge, ..
            } = &sign_ins[turn % CEREMONIES];
            self.judge(&sign_in.json, challenge, stored)
        })
    }

    /// All 29 steps of L3 §7.1, from the JSON text.
    fn registration<'a>(&'a self, registrations: &'a [Registration]) -> Contender<'a> {
        Contender::new("touchstone", move |turn| {
            let Registration {
                json, challenge, ..
            } = &registrations[turn % CEREMONIES];
            let response: RegistrationResponseJSON = serde_json::from_str(json)?;
            let request = RegistrationRequest {
                response: &response,
                expected: self.expected(challenge),
                algorithms: Algorithm::ALL,
                mediation: Mediation::Optional,
                known_credential_ids: &[],
                trust: Trust::default(),
            };
            accepted(verify::registration(&request).verified())
        })
    }
}

fn accepted(verified: bool) -> Result<(), Error> {
    verified.then_some(()).ok_or(Error::Refused("touchstone"))
}

/// One registration: who, what it sent, and what webauthn-rs keeps of it.
struct Registration {
    passkey: Passkey,
    challenge: Vec<u8>,
    json: String,
    state: PasskeyRegistration,
}

/// One sign-in with the first registration's passkey, likewise.
struct PeerSignIn {
    sign_in: SignIn,
    challenge: Vec<u8>,
    state: PasskeyAuthentication,
}

/// The signature check alone, by each library that could do it.
fn floors<'a>(
    passkey: &'a Passkey,
    sign_ins: &'a [PeerSignIn],
) -> Result<[Contender<'a>; 3], Error> {
    use aws_lc_rs::signature as aws;
    use ring::signature as ring;
    let sign_in = |turn: usize| &sign_ins[turn % CEREMONIES].sign_in;
    let with_aws = aws::UnparsedPublicKey::new(&aws::ECDSA_P256_SHA256_ASN1, &passkey.sec1);
    let with_ring = ring::UnparsedPublicKey::new(&ring::ECDSA_P256_SHA256_ASN1, &passkey.sec1);
    let with_p256 = p256::ecdsa::VerifyingKey::from_sec1_bytes(&passkey.sec1)?;
    Ok([
        Contender::new("aws-lc-rs", move |turn| {
            let SignIn {
                signed, signature, ..
            } = sign_in(turn);
            with_aws
                .verify(signed, signature)
                .map_err(|_| Error::Refused("aws-lc-rs"))
        }),
        Contender::new("ring", move |turn| {
            let SignIn {
                signed, signature, ..
            } = sign_in(turn);
            with_ring
                .verify(signed, signature)
                .map_err(|_| Error::Refused("ring"))
        }),
        Contender::new("p256", move |turn| {
            let SignIn {
                signed, signature, ..
            } = sign_in(turn);
            let signature = p256::ecdsa::Signature::from_der(signature)?;
            Ok(with_p256.verify(signed, &signature)?)
        }),
    ])
}

fn peer_sign_in<'a>(peer: &'a Webauthn, sign_ins: &'a [PeerSignIn]) -> Contender<'a> {
    Contender::new("webauthn-rs", move |turn| {
        let PeerSignIn { sign_in, state, .. } = &sign_ins[turn % CEREMONIES];
        let credential: PublicKeyCredential = serde_json::from_str(&sign_in.json)?;
        peer.finish_passkey_authentication(&credential, state)
            .map_err(Error::WebauthnRs)?;
        Ok(())
    })
}

fn peer_registration<'a>(peer: &'a Webauthn, registrations: &'a [Registration]) -> Contender<'a> {
    Contender::new("webauthn-rs", move |turn| {
        let Registration { json, state, .. } = &registrations[turn % CEREMONIES];
        let credential: RegisterPublicKeyCredential = serde_json::from_str(json)?;
        peer.finish_passkey_registration(&credential, state)
            .map_err(Error::WebauthnRs)?;
        Ok(())
    })
}

fn peer() -> Result<Webauthn, Error> {
    let origin = Url::parse(ORIGIN).map_err(|_| Error::Refused("the origin"))?;
    WebauthnBuilder::new(RP_ID, &origin)
        .and_then(WebauthnBuilder::build)
        .map_err(Error::WebauthnRs)
}

fn registrations(peer: &Webauthn) -> Result<Vec<Registration>, Error> {
    (0..CEREMONIES)
        .map(|_| {
            let mut account = [0; 16];
            getrandom::fill(&mut account)?;
            let (options, state) = peer
                .start_passkey_registration(Uuid::from_bytes(account), "alice", "Alice", None)
                .map_err(Error::WebauthnRs)?;
            let challenge = options.public_key.challenge.as_slice().to_vec();
            let passkey = Passkey::new(&account, ORIGIN)?;
            let json = passkey.register(&challenge)?;
            Ok(Registration {
                passkey,
                challenge,
                json,
                state,
            })
        })
        .collect()
}

fn sign_ins(peer: &Webauthn, registration: &Registration) -> Result<Vec<PeerSignIn>, Error> {
    let Registration {
        passkey,
        json,
        state,
        ..
    } = registration;
    let credential = serde_json::from_str(json)?;
    let kept = [peer
        .finish_passkey_registration(&credential, state)
        .map_err(Error::WebauthnRs)?];
    (1..=CEREMONIES)
        .zip(1..)
        .map(|(_, sign_count)| {
            let (options, state) = peer
                .start_passkey_authentication(&kept)
                .map_err(Error::WebauthnRs)?;
            let challenge = options.public_key.challenge.as_slice().to_vec();
            let sign_in = passkey.sign_in(&challenge, sign_count)?;
            Ok(PeerSignIn {
                sign_in,
                challenge,
                state,
            })
        })
        .collect()
}
