// The bridge: gives a page framed in the bench its `navigator.credentials` and
// `PublicKeyCredential`, so that the page is the same bytes here and in a
// browser. It only converts and carries; the parent takes the origin from the
// message event, never from what is said here.
(() => {
  "use strict";

  // Active in pages framed directly in the bench's own window, nowhere else.
  const APP_ORIGINS = ["tauri://localhost", "http://tauri.localhost", "https://tauri.localhost"];
  if (window === window.top || window.parent !== window.top || APP_ORIGINS.includes(location.origin)) return;
  const app = location.ancestorOrigins?.[0] ?? APP_ORIGINS[0];
  if (!APP_ORIGINS.includes(app)) return;

  const parent = window.parent;
  const post = (message) => parent.postMessage(message, app);
  // A new page: calls of the one before it are over.
  post({ touchstone: "begin" });

  // --- binary <-> base64url -------------------------------------------------

  const byteLength = Object.getOwnPropertyDescriptor(ArrayBuffer.prototype, "byteLength").get;

  /** True for buffers of any realm: a page may have taken its own from another frame. */
  const isBuffer = (value) => {
    try {
      byteLength.call(value);
      return true;
    } catch {
      return false;
    }
  };

  const isBinary = (value) => ArrayBuffer.isView(value) || isBuffer(value);

  const encode = (value) => {
    const bytes = ArrayBuffer.isView(value)
      ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
      : new Uint8Array(value);
    let text = "";
    for (const byte of bytes) text += String.fromCharCode(byte);
    return btoa(text).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  };

  /** Unpadded base64url only, as WebAuthn L3 §5 has it. */
  const decode = (value, name) => {
    const text = String(value);
    if (!/^[A-Za-z0-9_-]*$/.test(text) || text.length % 4 === 1) {
      throw new DOMException(`${name} is not unpadded base64url`, "EncodingError");
    }
    const binary = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(binary, (letter) => letter.charCodeAt(0)).buffer;
  };

  /** Options as a page writes them to their JSON form (WebAuthn L3 §5.1.8 and §5.1.9). */
  const toJson = (value) => {
    if (isBinary(value)) return encode(value);
    if (Array.isArray(value)) return value.map(toJson);
    if (value !== null && typeof value === "object") {
      return Object.fromEntries(
        Object.entries(value)
          .filter(([, member]) => !["undefined", "function", "symbol"].includes(typeof member))
          .map(([name, member]) => [name, toJson(member)]),
      );
    }
    return value;
  };

  // --- what must be there -----------------------------------------------------

  const requireMembers = (owner, name, ...members) => {
    if (owner === null || typeof owner !== "object") throw new TypeError(`${name} is not an object`);
    for (const member of members) {
      if (owner[member] === undefined) throw new TypeError(`${name}.${member} is missing`);
    }
  };

  const requireList = (list, name, ...members) => {
    if (list === undefined) return;
    if (!Array.isArray(list)) throw new TypeError(`${name} is not a sequence`);
    for (const entry of list) requireMembers(entry, `${name}[]`, ...members);
  };

  const requireBinary = (value, name) => {
    if (!isBinary(value)) throw new TypeError(`${name} is not a BufferSource`);
  };

  const requireCreation = (options) => {
    requireMembers(options, "publicKey", "rp", "user", "challenge", "pubKeyCredParams");
    requireMembers(options.rp, "publicKey.rp", "name");
    requireMembers(options.user, "publicKey.user", "id", "name", "displayName");
    requireList(options.pubKeyCredParams, "publicKey.pubKeyCredParams", "type", "alg");
    requireList(options.excludeCredentials, "publicKey.excludeCredentials", "type", "id");
  };

  const requireRequest = (options) => {
    requireMembers(options, "publicKey", "challenge");
    requireList(options.allowCredentials, "publicKey.allowCredentials", "type", "id");
  };

  const checkCreation = (options) => {
    requireCreation(options);
    requireBinary(options.challenge, "publicKey.challenge");
    requireBinary(options.user.id, "publicKey.user.id");
    for (const { id } of options.excludeCredentials ?? []) requireBinary(id, "publicKey.excludeCredentials[].id");
  };

  const checkRequest = (options) => {
    requireRequest(options);
    requireBinary(options.challenge, "publicKey.challenge");
    for (const { id } of options.allowCredentials ?? []) requireBinary(id, "publicKey.allowCredentials[].id");
  };

  // --- extensions whose values are binary (WebAuthn L3 §10.1) -----------------

  const decodeMembers = (owner, name, ...members) => {
    for (const member of members) {
      if (owner?.[member] !== undefined) owner[member] = decode(owner[member], `${name}.${member}`);
    }
  };

  /** Client extension inputs; the argument is changed. */
  const inputs = (extensions) => {
    decodeMembers(extensions?.prf?.eval, "prf.eval", "first", "second");
    for (const values of Object.values(extensions?.prf?.evalByCredential ?? {})) {
      decodeMembers(values, "prf.evalByCredential[]", "first", "second");
    }
    decodeMembers(extensions?.largeBlob, "largeBlob", "write");
  };

  /** Client extension outputs. */
  const outputs = (json) => {
    const results = structuredClone(json ?? {});
    decodeMembers(results.prf?.results, "prf.results", "first", "second");
    decodeMembers(results.largeBlob, "largeBlob", "blob");
    return results;
  };

  // --- the objects a page gets back ------------------------------------------

  /** What stands behind each object: its JSON, and the buffers made of it. */
  const behind = new WeakMap();

  const read = (object) => {
    const found = behind.get(object);
    if (!found) throw new TypeError("Illegal invocation");
    return found;
  };

  /** Only the bridge makes these objects, and not by their constructors. */
  const make = (type, state) => {
    const object = Object.create(type.prototype);
    behind.set(object, state);
    return object;
  };

  /** Read-only attributes: each is what `state` of that name holds. */
  const attributes = (type, ...names) => {
    for (const name of names) {
      Object.defineProperty(type.prototype, name, {
        configurable: true,
        enumerable: true,
        get() {
          return read(this)[name];
        },
      });
    }
    Object.defineProperty(type.prototype, Symbol.toStringTag, { value: type.name, configurable: true });
  };

  class AuthenticatorResponse {
    constructor() {
      throw new TypeError("Illegal constructor");
    }
  }

  class AuthenticatorAttestationResponse extends AuthenticatorResponse {
    getAuthenticatorData() {
      return decode(read(this).json.authenticatorData, "authenticatorData");
    }
    getPublicKey() {
      const { publicKey } = read(this).json;
      return publicKey ? decode(publicKey, "publicKey") : null;
    }
    getPublicKeyAlgorithm() {
      return read(this).json.publicKeyAlgorithm;
    }
    getTransports() {
      return [...(read(this).json.transports ?? [])];
    }
  }

  class AuthenticatorAssertionResponse extends AuthenticatorResponse {}

  class Credential {
    constructor() {
      throw new TypeError("Illegal constructor");
    }
  }

  class PublicKeyCredential extends Credential {
    getClientExtensionResults() {
      return outputs(read(this).json.clientExtensionResults);
    }
    toJSON() {
      return structuredClone(read(this).json);
    }
    static async isUserVerifyingPlatformAuthenticatorAvailable() {
      return true;
    }
    static async isConditionalMediationAvailable() {
      return false;
    }
    static async getClientCapabilities() {
      return {
        conditionalCreate: false,
        conditionalGet: false,
        hybridTransport: false,
        passkeyPlatformAuthenticator: true,
        relatedOrigins: false,
        userVerifyingPlatformAuthenticator: true,
      };
    }
    static parseCreationOptionsFromJSON(json) {
      requireCreation(json);
      const options = structuredClone(json);
      options.challenge = decode(json.challenge, "challenge");
      options.user.id = decode(json.user.id, "user.id");
      options.excludeCredentials = withBinaryIds(json.excludeCredentials, "excludeCredentials[].id");
      inputs(options.extensions);
      return options;
    }
    static parseRequestOptionsFromJSON(json) {
      requireRequest(json);
      const options = structuredClone(json);
      options.challenge = decode(json.challenge, "challenge");
      options.allowCredentials = withBinaryIds(json.allowCredentials, "allowCredentials[].id");
      inputs(options.extensions);
      return options;
    }
  }

  attributes(Credential, "id", "type");
  attributes(PublicKeyCredential, "rawId", "response", "authenticatorAttachment");
  attributes(AuthenticatorResponse, "clientDataJSON");
  attributes(AuthenticatorAttestationResponse, "attestationObject");
  attributes(AuthenticatorAssertionResponse, "authenticatorData", "signature", "userHandle");

  const withBinaryIds = (list, name) => (list ?? []).map((entry) => ({ ...entry, id: decode(entry.id, name) }));

  /** The JSON of an answer as the object a page expects. */
  const credentialOf = (json) => make(PublicKeyCredential, {
    json,
    id: json.id,
    type: "public-key",
    rawId: decode(json.rawId, "rawId"),
    authenticatorAttachment: json.authenticatorAttachment ?? null,
    response: responseOf(json.response),
  });

  const responseOf = (json) => {
    const clientDataJSON = decode(json.clientDataJSON, "clientDataJSON");
    if (json.attestationObject !== undefined) {
      const attestationObject = decode(json.attestationObject, "attestationObject");
      return make(AuthenticatorAttestationResponse, { json, clientDataJSON, attestationObject });
    }
    return make(AuthenticatorAssertionResponse, {
      json,
      clientDataJSON,
      authenticatorData: decode(json.authenticatorData, "authenticatorData"),
      signature: decode(json.signature, "signature"),
      userHandle: json.userHandle ? decode(json.userHandle, "userHandle") : null,
    });
  };

  // --- carrying calls ----------------------------------------------------------

  const running = new Map();
  let calls = 0;

  window.addEventListener("message", (event) => {
    if (event.source !== parent || event.origin !== app) return;
    const { touchstone, id, answer } = event.data ?? {};
    const call = touchstone === "answer" ? running.get(id) : undefined;
    if (!call) return;
    call.end();
    try {
      if (answer.outcome === "credential") call.resolve(credentialOf(answer.credential));
      else call.reject(exception(answer));
    } catch (thrown) {
      call.reject(new DOMException(`The bench answered with what is no credential: ${thrown.message}`, "UnknownError"));
    }
  });

  const exception = ({ name, message }) => (name === "TypeError" ? new TypeError(message) : new DOMException(message, name));

  const call = (method, options) => new Promise((resolve, reject) => {
    const { publicKey, mediation, signal } = options ?? {};
    if (!publicKey) throw new DOMException("Only public-key credentials are supported here.", "NotSupportedError");
    if (mediation === "conditional") throw new DOMException("Conditional mediation is not offered here.", "NotSupportedError");
    if (method === "create") checkCreation(publicKey);
    else checkRequest(publicKey);
    signal?.throwIfAborted();
    const id = ++calls;
    post({ touchstone: "credentials", id, method, publicKey: toJson(publicKey), mediation: mediation ?? null });
    const abort = () => {
      end();
      post({ touchstone: "abort", id });
      reject(signal.reason);
    };
    const end = () => {
      running.delete(id);
      signal?.removeEventListener("abort", abort);
    };
    running.set(id, { resolve, reject, end });
    signal?.addEventListener("abort", abort);
  });

  const credentials = {
    create: (options) => call("create", options),
    get: (options) => call("get", options),
    preventSilentAccess: async () => undefined,
    store: async () => {
      throw new DOMException("Public-key credentials cannot be stored.", "NotSupportedError");
    },
  };

  const define = (target, name, value) => Object.defineProperty(target, name, { value, configurable: true, enumerable: true });
  define(Navigator.prototype, "credentials", credentials);
  const types = {
    Credential,
    PublicKeyCredential,
    AuthenticatorResponse,
    AuthenticatorAttestationResponse,
    AuthenticatorAssertionResponse,
  };
  for (const [name, type] of Object.entries(types)) define(window, name, type);

  // --- where the page is, for the address bar ----------------------------------

  const tellLocation = () => post({ touchstone: "location", href: location.href });
  for (const name of ["pushState", "replaceState"]) {
    const original = history[name];
    history[name] = function (...parameters) {
      original.apply(this, parameters);
      tellLocation();
    };
  }
  window.addEventListener("popstate", tellLocation);
  window.addEventListener("DOMContentLoaded", tellLocation);
})();
