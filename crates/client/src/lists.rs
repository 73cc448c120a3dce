//! Credential lists, cut to what a device takes (CTAP 2.3 §6.4, maxCredentialCountInList and
//! maxCredentialIdLength).

use ctap::{Command, Descriptor, Options, PUBLIC_KEY, Status, get_assertion, get_info::Info};
use webauthn::{id::RpId, json::PublicKeyCredentialDescriptorJSON};

use crate::{ClientError, ceremony::Ceremony};

/// The descriptors that this device could know: of a known type, and not too long for it.
pub(crate) fn usable(list: &[PublicKeyCredentialDescriptorJSON], info: &Info) -> Vec<Descriptor> {
    let longest = info.max_credential_id_length.unwrap_or(u64::MAX);
    list.iter()
        .filter(|descriptor| descriptor.kind == PUBLIC_KEY)
        .filter(|descriptor| descriptor.id.as_bytes().len() as u64 <= longest)
        .map(|descriptor| Descriptor {
            id: descriptor.id.as_bytes().to_vec(),
            transports: descriptor.transports.clone().unwrap_or_default(),
        })
        .collect()
}

/// The list as it is when the device takes it whole; otherwise the one entry that the device knows,
/// found by asking silently (`up: false`) in batches, or nothing.
pub(crate) async fn fit(
    ceremony: &mut Ceremony<'_>,
    rp_id: &RpId,
    list: Vec<Descriptor>,
    info: &Info,
) -> Result<Vec<Descriptor>, ClientError> {
    let most = info
        .max_credential_count_in_list
        .and_then(|count| usize::try_from(count).ok())
        .unwrap_or(usize::MAX);
    if list.len() <= most.max(1) {
        return Ok(list);
    }
    for batch in list.chunks(most.max(1)) {
        let command = probe(rp_id, batch);
        match ceremony
            .run(&command, get_assertion::Response::decode)
            .await
        {
            Ok(response) => {
                let known = response.credential.or_else(|| batch.first().cloned());
                return Ok(known.into_iter().collect());
            }
            Err(ClientError::NoCredentials) => {}
            Err(ClientError::Device {
                status: Status::InvalidCredential,
                ..
            }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(Vec::new())
}

fn probe(rp_id: &RpId, batch: &[Descriptor]) -> Command {
    Command::GetAssertion(Box::new(get_assertion::Request {
        rp_id: rp_id.to_string(),
        client_data_hash: webauthn::sha256(&[]),
        allow_list: batch.to_vec(),
        extensions: None,
        options: Options {
            up: Some(false),
            ..Options::default()
        },
        pin_uv_auth_param: None,
        pin_uv_auth_protocol: None,
    }))
}
