"""A second implementation of docs/pin-sync.md, written from the page and not from the Rust.

pin_sync.py vectors FILE    recomputes every value of the worked example, both sides
pin_sync.py device ORIGIN   plays a browser, a passkey and a phone against a relying party
pin_sync.py server          plays a relying party with one offer; its first line says which


Prints one line of JSON; an assertion that fails ends it with a traceback.
"""

import base64
import hashlib
import hmac
import http.client
import http.server
import json
import os
import sys
import threading
import time
import unicodedata

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fido2 import cbor

PROFILE = b"touchstone-pin-sync-v1"
CURVE = ec.SECP256R1()
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


# Encoding


def label(name):
    return PROFILE + b"/" + name.encode()


def part(value):
    """One length-prefixed part of text, bytes or a u64."""
    if isinstance(value, str):
        value = value.encode()
    elif isinstance(value, int):
        value = value.to_bytes(8, "big")
    return len(value).to_bytes(4, "big") + value


def parts(*values):
    return b"".join(part(value) for value in values)


def sha256(data):
    return hashlib.sha256(data).digest()


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text):
    assert "=" not in text, "padded base64url"
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


# Keys


def private_key(scalar):
    return ec.derive_private_key(int.from_bytes(scalar, "big"), CURVE)


def point(key):
    public = key if isinstance(key, ec.EllipticCurvePublicKey) else key.public_key()
    return public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def public_key(data):
    """A point of 65 bytes; the library refuses those off the curve."""
    assert len(data) == 65 and data[0] == 4, "no uncompressed point"
    return ec.EllipticCurvePublicKey.from_encoded_point(CURVE, data)


def verify(key, message, signature):
    assert len(signature) == 64, "a signature is r and s, 32 bytes each"
    r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
    try:
        key.verify(utils.encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def sign(key, message):
    """ES256 with the nonce of RFC 6979 §3.2, which this library leaves to OpenSSL."""
    algorithm = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
    r, s = utils.decode_dss_signature(key.sign(message, algorithm))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


# What the page defines


def enrolment_t(rp_id, account_id, device_id, enrolment_id, kd, ks, test_iterations):
    flag = bytes([1 if test_iterations else 0])
    names = (rp_id, account_id, device_id, enrolment_id)
    return sha256(parts(label("enrol"), *names, kd, ks, flag))


def digits(t, code):
    number = int.from_bytes(sha256(parts(label("digits"), t, code))[:8], "big")
    return f"{number % 1_000_000:06}"


def code_fingerprint(code):
    return sha256(parts(label("offer"), code))


def request_message(names, purpose, counter, nonce_d, ed):
    return parts(
        label("device"),
        purpose,
        names["rpId"],
        sha256(names["kd"]),
        sha256(names["ks"]),
        names["enrolmentId"],
        names["deviceId"],
        counter,
        nonce_d,
        ed,
    )


def transcript_of(message, nonce_s, es):
    return sha256(message + parts(nonce_s, es))


def sealed_message(name, transcript, gcm_nonce, ciphertext):
    return parts(label(name), transcript, gcm_nonce, sha256(ciphertext))


def session_key(z, nonce_d, nonce_s, transcript, name):
    info = label(name) + transcript
    return HKDF(hashes.SHA256(), 32, nonce_d + nonce_s, info).derive(z)


def ack_mac(confirm, pin_version, policy_version, failures):
    message = pin_version.to_bytes(8, "big") + policy_version.to_bytes(8, "big")
    return hmac.digest(confirm, message + failures.to_bytes(4, "big"), "sha256")


def pin_hash(pin, salt, iterations):
    composed = unicodedata.normalize("NFC", pin).encode()
    assert 1 <= len(composed) <= 63, "a PIN has 1 to 63 bytes"
    return hashlib.pbkdf2_hmac("sha256", composed, salt, iterations)


def logon_message(challenge):
    """`lp` of the label and of 1 to 9."""
    return parts(label("logon"), *(challenge[key] for key in range(1, 10)))


def logon_answer(challenge, counter, kr, hashed):
    key = HKDF(hashes.SHA256(), 32, None, label("ocra")).derive(kr + hashed)
    bound = parts(PROFILE, *(challenge[key] for key in range(1, 7)), counter)
    return key, ocra(key, "OCRA-1:HOTP-SHA256-8:QH64", sha256(bound))


def ocra(key, suite, question):
    """RFC 6287 with a question only."""
    data = suite.encode() + b"\0" + question.ljust(128, b"\0")
    code = hmac.digest(key, data, "sha256")
    offset = code[-1] & 0x0F
    number = int.from_bytes(code[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 100_000_000:08}"


# The worked example


class Example:
    """Compares by name, and counts what it compared."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.all = json.load(file)
        self.compared = 0

    def same(self, section, name, value):
        expected = self.all[section][name]
        if isinstance(value, bytes):
            value = value.hex()
        assert value == expected, f"{section}.{name}: {value} is not {expected}"
        self.compared += 1

    def hex(self, section, name):
        return bytes.fromhex(self.all[section][name])

    def signed(self, section, name, key, message):
        """Both that the example's signature verifies and that signing gives the same bytes."""
        assert verify(key.public_key(), message, self.hex(section, name)), f"{section}.{name}"
        self.same(section, name, sign(key, message))


def check_enrolment(example):
    said = example.all["enrolment"]
    kd = private_key(example.hex("enrolment", "kdPrivate"))
    ks = private_key(example.hex("enrolment", "ksPrivate"))
    example.same("enrolment", "kd", point(kd))
    example.same("enrolment", "ks", point(ks))
    names = {key: said[key] for key in ("rpId", "accountId", "deviceId", "enrolmentId")}
    t = enrolment_t(*names.values(), point(kd), point(ks), said["testIterations"])
    example.same("enrolment", "t", t)
    code = example.hex("enrolment", "code")
    example.same("enrolment", "digits", digits(t, code))
    example.same("enrolment", "codeFingerprint", code_fingerprint(code))
    offer = {1: said["offerOrigin"], 2: code, 3: said["offerRpName"], 4: said["offerAccountName"]}
    example.same("enrolment", "offerText", "touchstone-enrol:" + b64(cbor.encode(offer)))
    example.signed("enrolment", "signatureByKd", kd, t)
    example.signed("enrolment", "signatureByKs", ks, t)
    older = private_key(example.hex("enrolment", "olderKsPrivate"))
    successor = parts(label("successor"), said["olderEnrolmentId"], t)
    example.signed("enrolment", "successorSignature", older, successor)
    return names | {"kd": point(kd), "ks": point(ks)}, kd, ks


def check_pin(example):
    said = example.all["pin"]
    composed = unicodedata.normalize("NFC", said["typed"])
    example.same("pin", "composed", composed)
    assert composed != said["typed"], "the example should compose something"
    hashed = pin_hash(said["typed"], example.hex("pin", "salt"), said["iterations"])
    example.same("pin", "pinHash", hashed)
    example.same("pin", "verifier", hmac.digest(example.hex("pin", "kv"), hashed, "sha256"))
    return hashed


def pad_map(said):
    return {
        5: said["policyVersion"],
        6: said["issuedAt"],
        10: said["pinExpiresAt"],
        11: said["extraUsesLeft"],
        12: said["minLength"],
        13: said["maxLength"],
        14: said["charset"],
    }


def payload_map(example, hashed):
    said = example.all["sync"]
    return pad_map(said) | {
        1: hashed,
        2: example.hex("pin", "salt"),
        3: example.all["pin"]["iterations"],
        4: said["pinVersion"],
        7: said["validitySeconds"],
        8: said["maxOfflineAttempts"],
        9: said["unlockEpoch"],
        15: said["lockKind"],
    }


def check_exchange(example, section, names, kd, ks, payload):
    """One exchange, as the device and as the server compute it."""
    said = example.all[section]
    value = lambda name: example.hex(section, name)
    ed, es = private_key(value("edPrivate")), private_key(value("esPrivate"))
    example.same(section, "ed", point(ed))
    example.same(section, "es", point(es))
    nonce_d, nonce_s = value("nonceD"), value("nonceS")
    counter, purpose = said["syncCounter"], said["purpose"]
    message = request_message(names, purpose, counter, nonce_d, point(ed))
    example.same(section, "m", message)
    example.signed(section, "requestSignature", kd, message)
    request = {
        "enrolmentId": names["enrolmentId"],
        "deviceId": names["deviceId"],
        "syncCounter": counter,
        "nonceD": b64(nonce_d),
        "ed": b64(point(ed)),
        "purpose": purpose,
        "signature": b64(value("requestSignature")),
    }
    example.same(section, "request", request)
    transcript = transcript_of(message, nonce_s, point(es))
    example.same(section, "transcript", transcript)
    z = ed.exchange(ec.ECDH(), es.public_key())
    assert z == es.exchange(ec.ECDH(), ed.public_key()), "both sides agree"
    example.same(section, "z", z)
    example.same(section, "hkdfSalt", nonce_d + nonce_s)
    key = lambda name: session_key(z, nonce_d, nonce_s, transcript, name)
    keys = {name: key(name) for name in ("payload", "online", "confirm", "response")}
    example.same(section, "payloadKey", keys["payload"])
    for name in ("online", "confirm", "response"):
        example.same(section, name, keys[name])
    plain = cbor.encode(payload)
    example.same(section, "payload", plain)
    ciphertext = AESGCM(keys["payload"]).encrypt(value("gcmNonce"), plain, transcript)
    example.same(section, "ciphertext", ciphertext)
    signed = sealed_message("server", transcript, value("gcmNonce"), ciphertext)
    example.same(section, "signed", signed)
    example.signed(section, "answerSignature", ks, signed)
    answer = {
        "nonceS": b64(nonce_s),
        "es": b64(point(es)),
        "gcmNonce": b64(value("gcmNonce")),
        "ciphertext": b64(ciphertext),
        "signature": b64(value("answerSignature")),
    }
    example.same(section, "answer", answer)
    return transcript, keys


def check_ack(example, names, confirm):
    said = example.all["sync"]
    versions = said["pinVersion"], said["policyVersion"], said["failures"]
    mac = ack_mac(confirm, *versions)
    example.same("sync", "ackMac", mac)
    ack = {
        "enrolmentId": names["enrolmentId"],
        "deviceId": names["deviceId"],
        "syncCounter": said["syncCounter"],
        "pinVersion": versions[0],
        "policyVersion": versions[1],
        "failures": versions[2],
        "mac": b64(mac),
    }
    example.same("sync", "ack", ack)


def check_online(example, names, ks, transcript, online):
    said = example.all["change"]
    value = lambda name: example.hex("change", name)
    plain = cbor.encode({1: said["oldPin"], 2: said["newPin"]})
    example.same("change", "onlinePlain", plain)
    sealed = AESGCM(online).encrypt(value("onlineNonce"), plain, transcript)
    example.same("change", "onlineCiphertext", sealed)
    request = {
        "enrolmentId": names["enrolmentId"],
        "deviceId": names["deviceId"],
        "syncCounter": said["syncCounter"],
        "gcmNonce": b64(value("onlineNonce")),
        "ciphertext": b64(sealed),
    }
    example.same("change", "onlineRequest", request)
    plain = cbor.encode({1: "ok", 3: 4, 4: 3})
    example.same("change", "outcomePlain", plain)
    sealed = AESGCM(online).encrypt(value("outcomeNonce"), plain, transcript + b"answer")
    example.same("change", "outcomeCiphertext", sealed)
    signed = sealed_message("online", transcript, value("outcomeNonce"), sealed)
    example.same("change", "outcomeSigned", signed)
    example.signed("change", "outcomeSignature", ks, signed)
    answer = {
        "gcmNonce": b64(value("outcomeNonce")),
        "ciphertext": b64(sealed),
        "signature": b64(value("outcomeSignature")),
    }
    example.same("change", "onlineAnswer", answer)


def check_refusal(example, names, ks):
    said = example.all["refusal"]
    nonce_d = example.hex("refusal", "nonceD")
    numbers = said["policyVersion"], said["issuedAt"]
    message = parts(label("refusal"), said["reason"], names["enrolmentId"], nonce_d, *numbers)
    example.signed("refusal", "signature", ks, message)
    refusal = {
        "reason": said["reason"],
        "enrolmentId": names["enrolmentId"],
        "nonceD": b64(nonce_d),
        "policyVersion": numbers[0],
        "issuedAt": numbers[1],
    }
    assert said["body"]["refusal"] == refusal
    assert said["body"]["signature"] == b64(example.hex("refusal", "signature"))


def check_stream(example, names, kd, ks):
    said = example.all["stream"]
    ids = names["enrolmentId"], names["deviceId"]
    message = parts(label("stream"), *ids, example.hex("stream", "challenge"))
    example.signed("stream", "streamSignature", kd, message)
    numbers = said["pinVersion"], said["policyVersion"], said["issuedAt"]
    message = parts(label("beat"), names["enrolmentId"], *numbers)
    example.signed("stream", "beatSignature", ks, message)


def check_logon(example, names, ks, kr, hashed):
    said = example.all["logon"]
    challenge = {
        1: names["rpId"],
        2: names["enrolmentId"],
        3: names["deviceId"],
        4: said["workstationId"],
        5: said["sessionId"],
        6: example.hex("logon", "challenge"),
        7: said["syncCounter"],
        8: said["accountName"],
        9: said["expiresAt"],
    }
    challenge[10] = sign(ks, logon_message(challenge))
    example.same("logon", "text", "touchstone-logon:" + b64(cbor.encode(challenge)))
    key, answer = logon_answer(challenge, said["syncCounter"], kr, hashed)
    example.same("logon", "suite", "OCRA-1:HOTP-SHA256-8:QH64")
    example.same("logon", "key", key)
    example.same("logon", "answer", answer)


def check_vectors(path):
    example = Example(path)
    assert example.all["profile"] == PROFILE.decode()
    names, kd, ks = check_enrolment(example)
    hashed = check_pin(example)
    payload = payload_map(example, hashed)
    _, keys = check_exchange(example, "sync", names, kd, ks, payload)
    check_ack(example, names, keys["confirm"])
    pad = pad_map(example.all["sync"])
    transcript, changed = check_exchange(example, "change", names, kd, ks, pad)
    check_online(example, names, ks, transcript, changed["online"])
    check_refusal(example, names, ks)
    check_stream(example, names, kd, ks)
    check_logon(example, names, ks, keys["response"], hashed)
    return {"compared": example.compared}


# A browser with a passkey


class Browser:
    """Sends what a page of the relying party would; keeps its cookie."""

    def __init__(self, origin):
        self.origin = origin
        self.host = origin.removeprefix("http://")
        self.cookie = None

    def send(self, method, path, body=None, raw=None):
        """The status and the JSON of the answer. Names under localhost are this machine."""
        connection = http.client.HTTPConnection("127.0.0.1", int(self.host.rsplit(":")[-1]))
        headers = {"host": self.host, "origin": self.origin}
        headers |= {"cookie": self.cookie} if self.cookie else {}
        data = raw
        if body is not None:
            data = json.dumps(body).encode()
        if data is not None:
            headers["content-type"] = "application/json"
        connection.request(method, path, data, headers)
        answer = connection.getresponse()
        if (cookie := answer.getheader("set-cookie")) is not None:
            self.cookie = cookie.split(";")[0]
        text = answer.read()
        connection.close()
        return answer.status, json.loads(text) if text else None

    def ask(self, method, path, body=None, status=200):
        got, answer = self.send(method, path, body)
        assert got == status, f"{method} {path}: {got} {answer}"
        return answer


class Passkey:
    """Attestation none, ES256; as little as a relying party accepts."""

    def __init__(self, rp_id, origin):
        self.key = ec.generate_private_key(CURVE)
        self.id = os.urandom(32)
        self.rp_id, self.origin, self.count = rp_id, origin, 0

    def client_data(self, kind, challenge):
        data = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(data).encode()

    def data(self, flags, more=b""):
        self.count += 1
        head = sha256(self.rp_id.encode()) + bytes([flags])
        return head + self.count.to_bytes(4, "big") + more

    def credential(self, response):
        return {
            "id": b64(self.id),
            "rawId": b64(self.id),
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": response,
        }

    def create(self, options):
        encoded = point(self.key)
        key = cbor.encode({1: 2, 3: -7, -1: 1, -2: encoded[1:33], -3: encoded[33:]})
        data = self.data(0x45, bytes(16) + len(self.id).to_bytes(2, "big") + self.id + key)
        attestation = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        client_data = self.client_data("webauthn.create", options["challenge"])
        self.user = options["user"]["id"]
        response = {
            "clientDataJSON": b64(client_data),
            "attestationObject": b64(attestation),
            "authenticatorData": b64(data),
            "transports": ["internal"],
            "publicKeyAlgorithm": -7,
        }
        return self.credential(response)

    def get(self, options):
        data = self.data(0x05)
        client_data = self.client_data("webauthn.get", options["challenge"])
        signature = self.key.sign(data + sha256(client_data), ec.ECDSA(hashes.SHA256()))
        response = {
            "clientDataJSON": b64(client_data),
            "authenticatorData": b64(data),
            "signature": b64(signature),
            "userHandle": self.user,
        }
        return self.credential(response)


# The phone


class Phone:
    """One enrolment, and the exchange from this file alone."""

    def __init__(self, browser, offer_text):
        offer = cbor.decode(unb64(offer_text.removeprefix("touchstone-enrol:")))
        assert offer[1] == browser.origin, offer
        self.browser, self.code = browser, offer[2]
        self.kd = ec.generate_private_key(CURVE)
        self.counter = 0

    def claim(self):
        claim = {
            "code": b64(code_fingerprint(self.code)),
            "deviceId": "python-phone",
            "deviceName": "Python",
            "kd": b64(point(self.kd)),
        }
        answer = self.browser.ask("POST", "/pin/enrol/claim", claim)
        self.names = {
            "rpId": answer["rpId"],
            "accountId": answer["accountId"],
            "deviceId": "python-phone",
            "enrolmentId": answer["enrolmentId"],
            "kd": point(self.kd),
            "ks": unb64(answer["ks"]),
        }
        self.ks = public_key(self.names["ks"])
        self.t = enrolment_t(*self.names.values(), answer["testIterations"])
        return digits(self.t, self.code)

    def ids(self):
        return {key: self.names[key] for key in ("enrolmentId", "deviceId")}

    def finish(self):
        body = self.ids() | {"signature": b64(sign(self.kd, self.t))}
        answer = self.browser.ask("POST", "/pin/enrol/finish", body)
        assert verify(self.ks, self.t, unb64(answer["signature"])), "Ks signs T"

    def request(self, purpose, counter=None):
        if counter is None:
            self.counter += 1
            counter = self.counter
        ed, nonce_d = ec.generate_private_key(CURVE), os.urandom(32)
        message = request_message(self.names, purpose, counter, nonce_d, point(ed))
        body = self.ids() | {
            "syncCounter": counter,
            "nonceD": b64(nonce_d),
            "ed": b64(point(ed)),
            "purpose": purpose,
            "signature": b64(sign(self.kd, message)),
        }
        return ed, nonce_d, message, body

    def exchange(self, purpose):
        """The payload, the transcript and the four keys."""
        ed, nonce_d, message, body = self.request(purpose)
        answer = self.browser.ask("POST", "/pin/exchange", body)
        nonce_s, es = unb64(answer["nonceS"]), unb64(answer["es"])
        gcm_nonce, ciphertext = unb64(answer["gcmNonce"]), unb64(answer["ciphertext"])
        transcript = transcript_of(message, nonce_s, es)
        signed = sealed_message("server", transcript, gcm_nonce, ciphertext)
        assert verify(self.ks, signed, unb64(answer["signature"])), "Ks signs the answer"
        z = ed.exchange(ec.ECDH(), public_key(es))
        key = lambda name: session_key(z, nonce_d, nonce_s, transcript, name)
        keys = {name: key(name) for name in ("payload", "online", "confirm", "response")}
        plain = AESGCM(keys["payload"]).decrypt(gcm_nonce, ciphertext, transcript)
        payload = cbor.decode(plain)
        assert cbor.encode(payload) == plain, "the payload is canonical"
        return payload, transcript, keys

    def refused(self, purpose, counter=None):
        """The reason of a refusal, once its signature was found right."""
        _, nonce_d, _, body = self.request(purpose, counter)
        status, answer = self.browser.send("POST", "/pin/exchange", body)
        assert 400 <= status < 500, f"{status} {answer}"
        refusal = answer["refusal"]
        assert unb64(refusal["nonceD"]) == nonce_d
        said = refusal["reason"], self.names["enrolmentId"], nonce_d
        numbers = refusal["policyVersion"], refusal["issuedAt"]
        message = parts(label("refusal"), *said, *numbers)
        assert verify(self.ks, message, unb64(answer["signature"])), "Ks signs the refusal"
        return refusal["reason"]

    def online(self, purpose, typed):
        _, transcript, keys = self.exchange(purpose)
        nonce = os.urandom(12)
        sealed = AESGCM(keys["online"]).encrypt(nonce, cbor.encode(typed), transcript)
        body = self.ids() | {
            "syncCounter": self.counter,
            "gcmNonce": b64(nonce),
            "ciphertext": b64(sealed),
        }
        answer = self.browser.ask("POST", "/pin/online", body)
        nonce, sealed = unb64(answer["gcmNonce"]), unb64(answer["ciphertext"])
        signed = sealed_message("online", transcript, nonce, sealed)
        assert verify(self.ks, signed, unb64(answer["signature"])), "Ks signs the outcome"
        plain = AESGCM(keys["online"]).decrypt(nonce, sealed, transcript + b"answer")
        return cbor.decode(plain)

    def sync(self, failures):
        """Fetches the payload and acknowledges it."""
        payload, _, keys = self.exchange("sync")
        versions = payload[4], payload[5], failures
        ack = self.ids() | {
            "syncCounter": self.counter,
            "pinVersion": versions[0],
            "policyVersion": versions[1],
            "failures": failures,
            "mac": b64(ack_mac(keys["confirm"], *versions)),
        }
        broken = ack | {"failures": failures + 1}
        status, _ = self.browser.send("POST", "/pin/sync/ack", broken)
        assert 400 <= status < 500, "a changed acknowledgement was taken"
        self.browser.ask("POST", "/pin/sync/ack", ack, 204)
        self.kr, self.kr_counter = keys["response"], self.counter
        return payload

    def answer(self, text, pin, payload):
        """The digits for a workstation, once its challenge was found right."""
        challenge = cbor.decode(unb64(text.removeprefix("touchstone-logon:")))
        assert challenge[1] == self.names["rpId"]
        assert verify(self.ks, logon_message(challenge), challenge[10]), "Ks signs the challenge"
        hashed = pin_hash(pin, payload[2], payload[3])
        return logon_answer(challenge, self.kr_counter, self.kr, hashed)[1]

    def beat(self):
        """The first beat of a stream, once its signature was found right."""
        asked = {"enrolmentId": self.names["enrolmentId"]}
        challenge = unb64(self.browser.ask("POST", "/pin/stream/challenge", asked)["challenge"])
        ids = self.names["enrolmentId"], self.names["deviceId"]
        signature = sign(self.kd, parts(label("stream"), *ids, challenge))
        body = self.ids() | {"challenge": b64(challenge), "signature": b64(signature)}
        host = self.browser.host
        connection = http.client.HTTPConnection("127.0.0.1", int(host.rsplit(":")[-1]))
        headers = {"host": host, "content-type": "application/json"}
        connection.request("POST", "/pin/stream", json.dumps(body).encode(), headers)
        answer = connection.getresponse()
        assert answer.status == 200, answer.read()
        lines = iter(lambda: answer.readline().decode().strip(), None)
        data = next(line for line in lines if line.startswith("data:"))
        connection.close()
        beat = json.loads(data.removeprefix("data:"))
        numbers = beat["pinVersion"], beat["policyVersion"], beat["issuedAt"]
        message = parts(label("beat"), self.names["enrolmentId"], *numbers)
        assert verify(self.ks, message, unb64(beat["signature"])), "Ks signs the beat"
        return numbers


def enrol(browser, passkey):
    """A new phone, bound to the account by a ceremony whose challenge is T."""
    made = browser.ask("POST", "/api/pin/offers", {}, 201)
    phone = Phone(browser, made["code"])
    shown = phone.claim()
    path = f"/api/pin/offers/{made['offer']}"
    assert browser.ask("GET", path)["digits"] == shown, "both sides show the same digits"
    begun = browser.ask("POST", f"{path}/begin", {})
    assert unb64(begun["publicKey"]["challenge"]) == phone.t, "the challenge is T"
    credential = passkey.get(begun["publicKey"])
    finish = {"ceremony": begun["ceremony"], "credential": credential}
    browser.ask("POST", f"{path}/finish", finish)
    phone.finish()
    return phone


def sign_up(browser, rp_id):
    begin = {"username": "alice", "displayName": ""}
    begun = browser.ask("POST", "/api/registration/begin", begin)
    passkey = Passkey(rp_id, browser.origin)
    finish = {"ceremony": begun["ceremony"], "credential": passkey.create(begun["publicKey"])}
    browser.ask("POST", "/api/registration/finish", finish, 201)
    return passkey


def play(origin):
    browser = Browser(origin)
    rp_id = origin.removeprefix("http://").rsplit(":", 1)[0]
    phone = enrol(browser, sign_up(browser, rp_id))
    assert phone.refused("sync") == "noPin"
    pin, new = "pe\u0301pin 74", "847 rivers"
    composed = unicodedata.normalize("NFC", pin)
    said = [phone.online("set", {1: composed})[1]]
    said.append(phone.online("verify", {1: "wrong 7401"})[1])
    said.append(phone.online("verify", {1: composed})[1])
    payload = phone.sync(2)
    assert payload[1] == pin_hash(pin, payload[2], payload[3]), "the hash is the PIN's"
    said.append(phone.online("change", {1: composed, 2: new})[1])
    changed = phone.sync(0)
    assert changed[1] == pin_hash(new, changed[2], changed[3]), "the hash is the new PIN's"
    assert changed[4] == payload[4] + 1 and changed[9] > payload[9], (payload, changed)
    assert phone.beat()[:2] == (changed[4], changed[5])
    workstation = Browser(origin)
    asked = {"username": "alice", "workstation": "desk-7"}
    begun = workstation.ask("POST", "/api/workstation/logon/begin", asked)
    answer = phone.answer(begun["phones"][0]["code"], new, changed)
    finish = {"session": begun["session"], "code": answer}
    done = workstation.ask("POST", "/api/workstation/logon/finish", finish)
    assert done["account"]["username"] == "alice"
    assert workstation.send("POST", "/api/workstation/logon/finish", finish)[0] == 422, "once"
    assert phone.refused("sync", phone.counter) == "counterBack", "a counter counts once"
    assert phone.refused("sync") == "counterBack", "what may be a copy gets no more"
    return {"said": said, "pinVersion": changed[4], "signedIn": done["account"]["username"]}


# The relying party


class Refused(Exception):
    """An HTTP answer that is an error: status, body."""


def refuse(status, code):
    raise Refused(status, {"error": {"code": code, "message": "Refused."}})


class Server:
    """One account, one offer, one enrolment; the checks in the page's order."""

    def __init__(self, port):
        self.origin, self.code = f"http://localhost:{port}", os.urandom(16)
        self.kd, self.ks = None, ec.generate_private_key(CURVE)
        self.counter, self.pending, self.salt = 0, None, os.urandom(16)
        self.pin = self.acknowledged = None
        self.challenges = set()
        self.ended = threading.Event()

    def offer(self):
        offer = {1: self.origin, 2: self.code, 3: "Python", 4: "alice"}
        return "touchstone-enrol:" + b64(cbor.encode(offer))

    def claim(self, body):
        if unb64(body["code"]) != code_fingerprint(self.code) or self.kd is not None:
            refuse(404, "offerUnknown")
        self.kd = public_key(unb64(body["kd"]))
        self.names = {
            "rpId": "localhost",
            "accountId": "account-1",
            "deviceId": body["deviceId"],
            "enrolmentId": "enrolment-1",
            "kd": point(self.kd),
            "ks": point(self.ks),
        }
        self.t = enrolment_t(*self.names.values(), False)
        return {
            "enrolmentId": "enrolment-1",
            "rpId": "localhost",
            "rpName": "Python",
            "accountId": "account-1",
            "username": "alice",
            "ks": b64(self.names["ks"]),
            "testIterations": False,
        }

    def finish(self, body):
        self.is_mine(body)
        if not verify(self.kd, self.t, unb64(body["signature"])):
            refuse(403, "notAccepted")
        return {"signature": b64(sign(self.ks, self.t))}

    def is_mine(self, body):
        if self.kd is None or any(body[it] != self.names[it] for it in ("enrolmentId", "deviceId")):
            refuse(403, "notAccepted")

    def exchange(self, body):
        ed = public_key(unb64(body["ed"]))
        self.is_mine(body)
        purpose, counter, nonce_d = body["purpose"], body["syncCounter"], unb64(body["nonceD"])
        message = request_message(self.names, purpose, counter, nonce_d, point(ed))
        if not verify(self.kd, message, unb64(body["signature"])):
            refuse(403, "notAccepted")
        if counter <= self.counter:
            self.refuse_signed("counterBack", nonce_d)
        self.counter = counter
        if self.pin is None and purpose != "set":
            self.refuse_signed("noPin", nonce_d)
        es, nonce_s, gcm_nonce = ec.generate_private_key(CURVE), os.urandom(32), os.urandom(12)
        transcript = transcript_of(message, nonce_s, point(es))
        z = es.exchange(ec.ECDH(), ed)
        key = lambda name: session_key(z, nonce_d, nonce_s, transcript, name)
        self.pending = purpose, transcript, key
        payload = cbor.encode(self.payload(purpose))
        ciphertext = AESGCM(key("payload")).encrypt(gcm_nonce, payload, transcript)
        return {
            "nonceS": b64(nonce_s),
            "es": b64(point(es)),
        } | self.sealed("server", transcript, gcm_nonce, ciphertext)

    def sealed(self, name, transcript, gcm_nonce, ciphertext):
        signed = sealed_message(name, transcript, gcm_nonce, ciphertext)
        return {
            "gcmNonce": b64(gcm_nonce),
            "ciphertext": b64(ciphertext),
            "signature": b64(sign(self.ks, signed)),
        }

    def refuse_signed(self, reason, nonce_d):
        numbers = 1, self.now()
        said = parts(label("refusal"), reason, "enrolment-1", nonce_d, *numbers)
        refusal = {
            "reason": reason,
            "enrolmentId": "enrolment-1",
            "nonceD": b64(nonce_d),
            "policyVersion": numbers[0],
            "issuedAt": numbers[1],
        }
        error = {"code": reason, "message": "Refused."}
        signature = b64(sign(self.ks, said))
        raise Refused(409, {"error": error, "refusal": refusal, "signature": signature})

    def now(self):
        return time.time_ns() // 1_000_000

    def payload(self, purpose):
        pad = {5: 1, 6: self.now(), 11: 0, 12: 4, 13: 8, 14: "digits"}
        if purpose != "sync":
            return pad
        hashed = pin_hash(self.pin, self.salt, 600_000)
        secret = {1: hashed, 2: self.salt, 3: 600_000, 4: 1, 7: 3_600, 8: 5, 9: 1}
        return pad | secret | {15: "indefinite"}

    def online(self, body):
        self.is_mine(body)
        purpose, transcript, key = self.take(body)
        sealed = unb64(body["ciphertext"])
        plain = AESGCM(key("online")).decrypt(unb64(body["gcmNonce"]), sealed, transcript)
        assert purpose == "set", purpose
        self.pin = cbor.decode(plain)[1]
        outcome, nonce = cbor.encode({1: "ok", 3: 1, 4: 1}), os.urandom(12)
        sealed = AESGCM(key("online")).encrypt(nonce, outcome, transcript + b"answer")
        return self.sealed("online", transcript, nonce, sealed)

    def take(self, body):
        """What waits for this, once."""
        if self.pending is None or body["syncCounter"] != self.counter:
            refuse(409, "exchangeUnknown")
        pending, self.pending = self.pending, None
        return pending

    def ack(self, body):
        self.is_mine(body)
        _, _, key = self.take(body)
        versions = body["pinVersion"], body["policyVersion"], body["failures"]
        expected = ack_mac(key("confirm"), *versions)
        if not hmac.compare_digest(expected, unb64(body["mac"])):
            refuse(403, "notAccepted")
        self.acknowledged = versions

    def challenge(self, _):
        challenge = os.urandom(32)
        self.challenges.add(challenge)
        return {"challenge": b64(challenge)}

    def opened(self, body):
        """The first beat of a stream, or an error."""
        self.is_mine(body)
        challenge = unb64(body["challenge"])
        said = parts(label("stream"), "enrolment-1", self.names["deviceId"], challenge)
        if challenge not in self.challenges or not verify(self.kd, said, unb64(body["signature"])):
            refuse(403, "notAccepted")
        self.challenges.remove(challenge)
        numbers = 1, 1, self.now()
        signature = sign(self.ks, parts(label("beat"), "enrolment-1", *numbers))
        beat = dict(zip(("pinVersion", "policyVersion", "issuedAt"), numbers))
        return beat | {"signature": b64(signature)}


def handler(of):
    """Answers for the server that `of` returns."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            server = of()
            routes = {
                "/pin/enrol/claim": server.claim,
                "/pin/enrol/finish": server.finish,
                "/pin/exchange": server.exchange,
                "/pin/online": server.online,
                "/pin/sync/ack": server.ack,
                "/pin/stream/challenge": server.challenge,
                "/pin/stream": server.opened,
            }
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            try:
                status, answer = 200, routes[self.path](body)
            except Refused as refused:
                status, answer = refused.args
            if self.path == "/pin/stream" and status == 200:
                return self.stream(server, answer)
            self.answer(status, answer)

        def answer(self, status, answer):
            data = b"" if answer is None else json.dumps(answer).encode()
            self.send_response(status if data else 204)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def stream(self, server, beat):
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.send_header("connection", "close")
            self.end_headers()
            self.wfile.write(f"event: beat\ndata: {json.dumps(beat)}\n\n".encode())
            self.wfile.flush()
            server.ended.wait()

        def log_message(self, *_):
            pass

    return Handler


def serve():
    """Serves until a line comes in; then says what the phone did."""
    server = None
    listener = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler(lambda: server))
    listener.daemon_threads = True
    server = Server(listener.server_port)
    threading.Thread(target=listener.serve_forever, daemon=True).start()
    print(server.offer(), flush=True)
    sys.stdin.readline()
    server.ended.set()
    return {"pin": server.pin, "acknowledged": server.acknowledged}


def main(arguments):
    match arguments:
        case ["vectors", path]:
            print(json.dumps(check_vectors(path)))
        case ["device", origin]:
            print(json.dumps(play(origin)))
        case ["server"]:
            print(json.dumps(serve()))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
