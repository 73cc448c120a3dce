"""python-fido2 against `touchstone device --udp`. Called as: device_udp.py ADDRESS PORT COUNT

Makes one discoverable credential for a new account, signs in without naming anyone, and lets
python-fido2's own server verify both. COUNT is how many accounts the key then has at the relying
party. Prints one line of JSON.
"""

import json
import os
import socket
import sys

from fido2.client import DefaultClientDataCollector, Fido2Client
from fido2.hid import CtapHidDevice
from fido2.hid.base import CtapHidConnection, HidDescriptor
from fido2.server import Fido2Server
from fido2.webauthn import AttestedCredentialData, PublicKeyCredentialRpEntity

REPORT = 64


class Datagrams(CtapHidConnection):
    """CTAPHID reports as UDP datagrams."""

    def __init__(self, host, port):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_DGRAM)
        self._socket.settimeout(10)
        self._socket.connect((host, port))

    def write_packet(self, data):
        self._socket.send(data)

    def read_packet(self):
        return self._socket.recv(REPORT)

    def close(self):
        self._socket.close()


def open_device(host, port):
    descriptor = HidDescriptor(f"{host}:{port}", 0, 0, REPORT, REPORT, "udp", None)
    return CtapHidDevice(descriptor, Datagrams(host, port))


def main(host, port, accounts):
    device = open_device(host, port)
    message = os.urandom(7_000)
    assert device.ping(message) == message, "PING came back changed"

    client = Fido2Client(device, DefaultClientDataCollector("https://example.com"))
    info = client.info
    assert info.versions == ["FIDO_2_0"], info.versions
    assert info.options.get("rk") is True and "uv" not in info.options, info.options

    relying_party = PublicKeyCredentialRpEntity(id="example.com", name="Example")
    server = Fido2Server(relying_party, attestation="direct")
    user = {"id": os.urandom(16), "name": "alice", "displayName": "Alice"}
    options, state = server.register_begin(
        user, resident_key_requirement="required", user_verification="discouraged"
    )
    created = client.make_credential(options.public_key)
    registered = server.register_complete(state, created)
    assert created.response.attestation_object.fmt == "packed"

    # Every key the server may meet: what it knows, and nobody's name.
    options, state = server.authenticate_begin(user_verification="discouraged")
    selection = client.get_assertion(options.public_key)
    found = selection.get_assertions()
    assert len(found) == accounts, f"{len(found)} accounts"
    chosen = selection.get_response(0)
    assert chosen.response.user_handle == user["id"], "the newest account comes first"
    known = [AttestedCredentialData(registered.credential_data)]
    server.authenticate_complete(state, known, chosen)

    print(
        json.dumps(
            {
                "aaguid": str(info.aaguid),
                "credentialId": chosen.raw_id.hex(),
                "signCount": chosen.response.authenticator_data.counter,
                "remaining": info.remaining_disc_creds,
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
