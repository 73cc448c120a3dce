"""python-fido2 and the user verification of `touchstone device --udp`.

Called as: device_pin.py pin|fingerprint ADDRESS PORT POWER-CYCLE

POWER-CYCLE is the datagram that pulls the plug, in hexadecimal. Registers and signs in with user
verification, then tries what a key must refuse. Prints one line of JSON.
"""

import json
import os
import sys

from device_udp import Datagrams, open_device
from fido2.client import DefaultClientDataCollector, Fido2Client, UserInteraction
from fido2.ctap import CtapError
from fido2.ctap2 import Ctap2
from fido2.ctap2.pin import ClientPin, PinProtocolV1, PinProtocolV2
from fido2.server import Fido2Server
from fido2.webauthn import AttestedCredentialData, PublicKeyCredentialRpEntity

PIN = "ключ-äß😀"
RP = "example.com"
MC = ClientPin.PERMISSION.MAKE_CREDENTIAL
GA = ClientPin.PERMISSION.GET_ASSERTION


class Person(UserInteraction):
    """Enters the PIN, and counts what is asked."""

    def __init__(self):
        self.pins = 0
        self.fingers = 0

    def request_pin(self, permissions, rp_id):
        self.pins += 1
        assert rp_id == RP, rp_id
        return PIN

    def request_uv(self, permissions, rp_id):
        self.fingers += 1
        return True


def refused(work, *arguments):
    """The name of the status that the key refuses with."""
    try:
        work(*arguments)
    except CtapError as error:
        return error.code.name
    return None


def sign_in(device, person):
    """Registers an account and signs in, both verified; the server checks the flag."""
    collector = DefaultClientDataCollector(f"https://{RP}")
    client = Fido2Client(device, collector, user_interaction=person)
    server = Fido2Server(PublicKeyCredentialRpEntity(id=RP, name="Example"))
    user = {"id": os.urandom(16), "name": "alice", "displayName": "Alice"}
    options, state = server.register_begin(
        user, resident_key_requirement="required", user_verification="required"
    )
    registered = server.register_complete(state, client.make_credential(options.public_key))
    assert registered.is_user_verified()
    options, state = server.authenticate_begin(user_verification="required")
    chosen = client.get_assertion(options.public_key).get_response(0)
    known = [AttestedCredentialData(registered.credential_data)]
    server.authenticate_complete(state, known, chosen)
    assert chosen.response.authenticator_data.is_user_verified()


def creation(ctap, protocol, token):
    """makeCredential with a token, below the client."""
    client_data_hash = os.urandom(32)
    ctap.make_credential(
        client_data_hash,
        {"id": RP, "name": "Example"},
        {"id": os.urandom(8), "name": "bob"},
        [{"type": "public-key", "alg": -7}],
        pin_uv_param=protocol.authenticate(token, client_data_hash) if token else None,
        pin_uv_protocol=protocol.VERSION,
    )


def pin(device, power_cycle):
    ctap = Ctap2(device)
    assert ctap.info.options["clientPin"] is False
    ClientPin(ctap, PinProtocolV1()).set_pin("12345")
    ClientPin(ctap, PinProtocolV2()).change_pin("12345", PIN)
    assert Ctap2(device).get_info().options["clientPin"] is True
    person = Person()
    sign_in(device, person)

    seen = {"asked": person.pins, "statuses": [], "protocols": {}}
    for protocol in PinProtocolV1(), PinProtocolV2():
        way = ClientPin(ctap, protocol)
        token = way.get_pin_token(PIN, MC, RP)
        creation(ctap, protocol, token)
        seen["protocols"][protocol.VERSION] = [
            refused(creation, ctap, protocol, token),
            refused(creation, ctap, protocol, None),
            refused(way.get_pin_token, PIN, ClientPin.PERMISSION.CREDENTIAL_MGMT, RP),
            refused(way.set_pin, "54321"),
            refused(way.change_pin, PIN, "123\0"),
        ]

    way = ClientPin(ctap)
    for _ in range(3):
        for _ in range(3):
            seen["statuses"].append(refused(way.get_pin_token, "00000", GA, RP))
        seen["statuses"].append(refused(way.get_pin_token, PIN, GA, RP))
        seen["statuses"].append(list(way.get_pin_retries()))
        power_cycle()
        device = open_device(*ADDRESS)
        ctap = Ctap2(device)
        way = ClientPin(ctap)
    ctap.reset()
    seen["afterReset"] = [list(way.get_pin_retries()), ctap.get_info().options["clientPin"]]
    return seen


def fingerprint(device, _):
    person = Person()
    sign_in(device, person)
    ctap = Ctap2(device)
    way = ClientPin(ctap)
    token = way.get_uv_token(MC, RP)
    creation(ctap, way.protocol, token)
    return {
        "asked": person.fingers,
        "pins": person.pins,
        "tries": way.get_uv_retries(),
        "again": refused(creation, ctap, way.protocol, token),
    }


if __name__ == "__main__":
    KIND, ADDRESS = sys.argv[1], (sys.argv[2], int(sys.argv[3]))
    plug = Datagrams(*ADDRESS)
    kinds = {"pin": pin, "fingerprint": fingerprint}
    print(
        json.dumps(
            kinds[KIND](
                open_device(*ADDRESS),
                lambda: plug.write_packet(bytes.fromhex(sys.argv[4])),
            )
        )
    )
