//! Requests of the bench to a relying party, over the HTTP that its own pages and phones use.

use std::time::Duration;

use reqwest::{Client, RequestBuilder, StatusCode};
use serde_json::Value;

use crate::Error;

/// How long an answer may take, in real time: as long as a page waits.
const PATIENCE: Duration = Duration::from_secs(30);

/// Sends one request and reads the answer; one without content is null.
pub(crate) async fn ask(
    rp_id: &str,
    request: impl FnOnce(&Client) -> RequestBuilder,
) -> Result<Value, Error> {
    let client = Client::builder()
        .no_proxy()
        // One connection a request: what is lost on it is lost, and nothing is sent anew unasked.
        .pool_max_idle_per_host(0)
        .timeout(PATIENCE)
        // Every name under localhost is this machine (RFC 6761 §6.3).
        .resolve(rp_id, ([127, 0, 0, 1], 0).into())
        .build()
        .map_err(|_| away(rp_id, "this program cannot use the network"))?;
    let answered = async {
        let answer = request(&client).send().await?;
        Ok::<_, reqwest::Error>((answer.status(), answer.bytes().await?))
    };
    let (status, bytes) = answered.await.map_err(|_| away(rp_id, "no answer came"))?;
    read(status, &bytes).ok_or_else(|| away(rp_id, "its answer makes no sense"))?
}

pub(crate) fn away(rp_id: &str, why: &str) -> Error {
    Error::Away {
        rp_id: rp_id.to_owned(),
        why: why.to_owned(),
    }
}

/// What an answer says; none when no relying party of this house answers like that.
fn read(status: StatusCode, bytes: &[u8]) -> Option<Result<Value, Error>> {
    if status == StatusCode::NO_CONTENT {
        return Some(Ok(Value::Null));
    }
    let answer: Value = serde_json::from_slice(bytes).ok()?;
    if status.is_success() {
        return Some(Ok(answer));
    }
    let said = |member: &str| answer["error"][member].as_str().map(ToOwned::to_owned);
    Some(Err(Error::Refused {
        code: said("code")?,
        message: said("message")?,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_a_value_a_refusal_in_a_sentence_or_none() {
        let read = |status: u16, text: &str| {
            let status = StatusCode::from_u16(status).expect("a status");
            read(status, text.as_bytes())
        };
        assert_eq!(read(200, "{\"a\":1}").expect("read").expect("good")["a"], 1);
        assert_eq!(read(204, "").expect("read").expect("good"), Value::Null);
        let refused = read(
            422,
            "{\"error\":{\"code\":\"policyWrong\",\"message\":\"No.\"}}",
        );
        let error = refused.expect("read").expect_err("a refusal");
        assert_eq!(
            (error.code(), error.to_string().as_str()),
            ("relyingPartyRefused", "No.")
        );
        for strange in ["", "<html>", "{}", "{\"error\":{\"code\":\"x\"}}"] {
            assert!(read(502, strange).is_none(), "{strange}");
        }
        assert!(read(200, "torn").is_none());
    }
}
