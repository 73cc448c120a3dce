"""python-fido2 against `touchstone device --uhid`. Called as: python_hid.py NODE VERIFICATION [PIN]

Finds the key among all that are plugged in, gives it the PIN if one is named, makes a discoverable
credential and signs in without naming anyone; python-fido2's own server verifies both. VERIFICATION
is what that server wants of user verification. Prints one line of JSON.
"""

import faulthandler
import json
import os
import sys

from fido2.client import DefaultClientDataCollector, Fido2Client, UserInteraction
from fido2.ctap2 import ClientPin, Ctap2
from fido2.hid import CtapHidDevice
from fido2.server import Fido2Server
from fido2.webauthn import AttestedCredentialData, PublicKeyCredentialRpEntity


class Owner(UserInteraction):
    """Knows the PIN, and is there."""

    def __init__(self, pin):
        self._pin = pin

    def request_pin(self, permissions, rp_id):
        return self._pin

    def request_uv(self, permissions, rp_id):
        return True


def find(node):
    found = {device.descriptor.path: device for device in CtapHidDevice.list_devices()}
    assert node in found, f"{node} is not among {sorted(found)}"
    return found[node]


def main(node, verification, pin=None):
    device = find(node)
    message = os.urandom(1_200)
    assert device.ping(message) == message, "PING came back changed"
    device.wink()

    retries = None
    if pin is not None:
        client_pin = ClientPin(Ctap2(device))
        client_pin.set_pin(pin)
        retries, _ = client_pin.get_pin_retries()

    collector = DefaultClientDataCollector("https://example.com")
    client = Fido2Client(device, collector, user_interaction=Owner(pin))
    relying_party = PublicKeyCredentialRpEntity(id="example.com", name="Example")
    server = Fido2Server(relying_party, attestation="direct")
    user = {"id": os.urandom(16), "name": "alice", "displayName": "Alice"}
    options, state = server.register_begin(
        user, resident_key_requirement="required", user_verification=verification
    )
    created = client.make_credential(options.public_key)
    registered = server.register_complete(state, created)

    options, state = server.authenticate_begin(user_verification=verification)
    chosen = client.get_assertion(options.public_key).get_response(0)
    assert chosen.response.user_handle == user["id"], "another account's passkey"
    known = [AttestedCredentialData(registered.credential_data)]
    server.authenticate_complete(state, known, chosen)

    verified = chosen.response.authenticator_data.is_user_verified()
    print(json.dumps({"verified": verified, "retries": retries}))


if __name__ == "__main__":
    # It reads without a time limit of its own.
    faulthandler.dump_traceback_later(120, exit=True)
    main(*sys.argv[1:])
