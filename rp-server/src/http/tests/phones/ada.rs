//! Someone at their own pages, with a browser, a passkey and a phone.

use pin_sync::online::Verdict;
use serde_json::{Value, json};
use webauthn::id::Aaguid;

use super::{
    super::{
        authenticator::Authenticator,
        fixture::{Answer, ORIGIN, Visitor},
    },
    device::{PIN, POLICY, Phone, World, account},
};
use crate::Limits;

/// ada, signed in with her first passkey, which lives on a phone.
pub(super) struct Ada {
    pub world: World,
    pub browser: Visitor,
    pub passkey: Authenticator,
    /// What the phone of the last claim shows.
    pub digits: String,
}

impl Ada {
    pub(super) async fn new(policy: &str) -> Self {
        let world = World::with(Limits::default(), policy).await;
        let mut browser = world.bench.visitor();
        let passkey = browser.sign_up("lovelace", 21).await;
        let ada = account(world.party(), "lovelace").await;
        let world = World { ada, ..world };
        Self {
            world,
            browser,
            passkey,
            digits: String::new(),
        }
    }

    /// The same, with a phone that was confirmed with that passkey and has [`PIN`].
    pub(super) async fn with_phone() -> (Self, Phone) {
        let mut ada = Self::new(POLICY).await;
        let (offer, phone) = ada.claimed().await;
        let begun = ada.begin(&offer).await;
        let credential = ada.passkey.get(&begun["publicKey"]);
        assert_eq!(ada.finish(&offer, &begun, credential).await.status, 200);
        assert_eq!(phone.finish().await.status, 200);
        let mut phone = phone;
        assert_eq!(phone.set(PIN).await.verdict, Verdict::Ok);
        (ada, phone)
    }

    /// An invitation that a phone has taken.
    pub(super) async fn claimed(&mut self) -> (String, Phone) {
        let made = self.browser.post("/api/pin/offers", json!({})).await;
        assert_eq!(made.status, 201, "{}", made.text);
        let text = |name: &str| made.body[name].as_str().expect("text").to_owned();
        let router = self.browser.router.clone();
        let claimed = Phone::scan(&router, text("offer"), &text("code"), "phone").await;
        self.digits = claimed.phone.binding.t().digits(&claimed.code);
        (claimed.offer, claimed.phone)
    }

    pub(super) async fn begin(&mut self, offer: &str) -> Value {
        let path = format!("/api/pin/offers/{offer}/begin");
        let begun = self.browser.post(&path, json!({})).await;
        assert_eq!(begun.status, 200, "{}", begun.text);
        begun.body
    }

    pub(super) async fn finish(&mut self, offer: &str, begun: &Value, credential: Value) -> Answer {
        let path = format!("/api/pin/offers/{offer}/finish");
        let body = json!({ "ceremony": begun["ceremony"], "credential": credential });
        self.browser.post(&path, body).await
    }

    pub(super) async fn state(&mut self, offer: &str) -> Value {
        let answer = self.browser.get(&format!("/api/pin/offers/{offer}")).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.body
    }

    /// A reset with this authenticator, as it verifies its user by `methods`.
    pub(super) async fn reset(&mut self, key: &mut Authenticator, methods: &[u32]) -> Answer {
        key.methods = methods.to_vec();
        let begun = self.browser.post("/api/pin/reset/begin", json!({})).await;
        assert_eq!(
            begun.body["publicKey"]["extensions"],
            json!({ "uvm": true })
        );
        let credential = key.get(&begun.body["publicKey"]);
        let body = json!({ "ceremony": begun.body["ceremony"], "credential": credential });
        self.browser.post("/api/pin/reset/finish", body).await
    }

    /// One more passkey, on a device of that model.
    pub(super) async fn another(&mut self, model: Aaguid) -> Authenticator {
        let begun = self
            .browser
            .post("/api/registration/begin", json!({}))
            .await
            .body;
        let mut key = Authenticator::new(22, ORIGIN, "acme.localhost");
        key.aaguid = model;
        let credential = key.create(&begun["publicKey"]);
        let done = self.browser.finish_registration(&begun, credential).await;
        assert_eq!(done.status, 201, "{}", done.text);
        key
    }
}

pub(super) fn refused(answer: &Answer) -> (u16, &str) {
    (answer.status.as_u16(), answer.code())
}
