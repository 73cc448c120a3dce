//! Any command, whole and damaged.

use proptest::prelude::*;

use super::*;

fn any_text() -> impl Strategy<Value = String> {
    proptest::collection::vec(any::<char>(), 0..12).prop_map(String::from_iter)
}

fn any_bytes(most: usize) -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), 0..most)
}

fn any_descriptors() -> impl Strategy<Value = Vec<Descriptor>> {
    let descriptor = (any_bytes(80), proptest::collection::vec(any_text(), 0..3))
        .prop_map(|(id, transports)| Descriptor { id, transports });
    proptest::collection::vec(descriptor, 0..4)
}

fn any_options() -> impl Strategy<Value = Options> {
    any::<(Option<bool>, Option<bool>, Option<bool>)>().prop_map(|(rk, up, uv)| Options {
        rk,
        up,
        uv,
    })
}

prop_compose! {
    fn any_make_credential()(
        client_data_hash: [u8; 32], id in any_text(), name in proptest::option::of(any_text()),
        user_id in any_bytes(64), user_name in proptest::option::of(any_text()),
        algorithms in proptest::collection::vec(any::<i64>(), 0..5), exclude_list in any_descriptors(),
        options in any_options(), enterprise_attestation: Option<u64>,
        formats in proptest::option::of(proptest::collection::vec(any_text(), 0..3)),
    ) -> Command {
        Command::MakeCredential(Box::new(make_credential::Request {
            client_data_hash,
            rp: RpEntity { id, name },
            user: UserEntity { id: user_id, display_name: user_name.clone(), name: user_name },
            algorithms,
            exclude_list,
            extensions: None,
            options,
            pin_uv_auth_param: Some(vec![1; 16]),
            pin_uv_auth_protocol: Some(2),
            enterprise_attestation,
            attestation_formats_preference: formats,
        }))
    }
}

prop_compose! {
    fn any_get_assertion()(
        rp_id in any_text(), client_data_hash: [u8; 32], allow_list in any_descriptors(), options in any_options(),
    ) -> Command {
        Command::GetAssertion(Box::new(get_assertion::Request {
            rp_id, client_data_hash, allow_list, extensions: None, options,
            pin_uv_auth_param: None, pin_uv_auth_protocol: None,
        }))
    }
}

proptest! {
    #[test]
    fn decoding_undoes_encoding(command in prop_oneof![any_make_credential(), any_get_assertion()]) {
        prop_assert_eq!(Command::decode(&command.encode()), Ok(command));
    }

    #[test]
    fn no_bytes_panic_any_decoder(code in 0u8..16, bytes in any_bytes(300)) {
        let mut request = vec![code];
        request.extend(&bytes);
        let _ = Command::decode(&request);
        let _ = make_credential::Response::decode(&bytes);
        let _ = get_assertion::Response::decode(&bytes);
        let _ = Info::decode(&bytes);
    }

    #[test]
    fn no_damaged_request_panics(
        command in prop_oneof![any_make_credential(), any_get_assertion()],
        at: prop::sample::Index, bit in 0u8..8, cut: prop::sample::Index,
    ) {
        let mut bytes = command.encode();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        let _ = Command::decode(&bytes);
        bytes.truncate(cut.index(bytes.len()));
        let _ = Command::decode(&bytes);
    }
}
