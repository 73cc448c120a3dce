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

  const isBinary = (value) => value instanceof ArrayBuffer || ArrayBuffer.isView(value);

  const encode = (value) => {
    const bytes = value instanceof ArrayBuffer
      ? new Uint8Array(value)
      : new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    let text = "";
    for (const byte of bytes) text += String.fromCharCode(byte);
    return btoa(text).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  };

  const decode = (text) => {
    const binary = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(binary, (letter) => letter.charCodeAt(0)).buffer;
  };

  /** Options as a page writes them to their JSON form (WebAuthn L3 §5.1.8 and §5.1.9). */
  const toJson = (value) => {
    if (isBinary(value)) return encode(value);
    if (Array.isArray(value)) return value.map(toJson);
    if (value !== null && typeof value === "object") {
      return Object.fromEntries(
        Object.entries(value).filter(([, member]) => member !== undefined).map(([name, member]) => [name, toJson(member)]),
      );
    }
    return value;
  };

  const requireBinary = (value, name) => {
    if (!isBinary(value)) throw new TypeError(`${name} is not a BufferSource`);
  };

  const checkCreation = (options) => {
    for (const name of ["rp", "user", "challenge", "pubKeyCredParams"]) {
      if (options[name] === undefined) throw new TypeError(`publicKey.${name} is missing`);
    }
    requireBinary(options.challenge, "publicKey.challenge");
    requireBinary(options.user.id, "publicKey.user.id");
    for (const credential of options.excludeCredentials ?? []) requireBinary(credential.id, "excludeCredentials[].id");
  };

  const checkRequest = (options) => {
    requireBinary(options.challenge, "publicKey.challenge");
    for (const credential of options.allowCredentials ?? []) requireBinary(credential.id, "allowCredentials[].id");
  };

  // --- the objects a page gets back ------------------------------------------

  class AuthenticatorResponse {
    #json;
    constructor(json) {
      this.#json = json;
      this.clientDataJSON = decode(json.clientDataJSON);
    }
    get _json() {
      return this.#json;
    }
  }

  class AuthenticatorAttestationResponse extends AuthenticatorResponse {
    constructor(json) {
      super(json);
      this.attestationObject = decode(json.attestationObject);
    }
    getAuthenticatorData() {
      return decode(this._json.authenticatorData);
    }
    getPublicKey() {
      return this._json.publicKey ? decode(this._json.publicKey) : null;
    }
    getPublicKeyAlgorithm() {
      return this._json.publicKeyAlgorithm;
    }
    getTransports() {
      return [...(this._json.transports ?? [])];
    }
  }

  class AuthenticatorAssertionResponse extends AuthenticatorResponse {
    constructor(json) {
      super(json);
      this.authenticatorData = decode(json.authenticatorData);
      this.signature = decode(json.signature);
      this.userHandle = json.userHandle ? decode(json.userHandle) : null;
    }
  }

  /** Client extension outputs whose values are binary (WebAuthn L3 §10.1). */
  const outputs = (json) => {
    const results = structuredClone(json ?? {});
    for (const name of ["first", "second"]) {
      const value = results.prf?.results?.[name];
      if (typeof value === "string") results.prf.results[name] = decode(value);
    }
    if (typeof results.largeBlob?.blob === "string") results.largeBlob.blob = decode(results.largeBlob.blob);
    return results;
  };

  class PublicKeyCredential {
    #json;
    constructor(json) {
      this.#json = json;
      this.id = json.id;
      this.type = "public-key";
      this.rawId = decode(json.rawId);
      this.authenticatorAttachment = json.authenticatorAttachment ?? null;
      this.response = json.response.attestationObject
        ? new AuthenticatorAttestationResponse(json.response)
        : new AuthenticatorAssertionResponse(json.response);
    }
    getClientExtensionResults() {
      return outputs(this.#json.clientExtensionResults);
    }
    toJSON() {
      return structuredClone(this.#json);
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
      const options = structuredClone(json);
      options.challenge = decode(json.challenge);
      options.user.id = decode(json.user.id);
      options.excludeCredentials = withBinaryIds(json.excludeCredentials);
      return options;
    }
    static parseRequestOptionsFromJSON(json) {
      const options = structuredClone(json);
      options.challenge = decode(json.challenge);
      options.allowCredentials = withBinaryIds(json.allowCredentials);
      return options;
    }
  }

  const withBinaryIds = (list) => (list ?? []).map((credential) => ({ ...credential, id: decode(credential.id) }));

  // --- carrying calls ----------------------------------------------------------

  const running = new Map();
  let calls = 0;

  window.addEventListener("message", (event) => {
    if (event.source !== parent || event.origin !== app) return;
    const { touchstone, id, answer } = event.data ?? {};
    const call = touchstone === "answer" ? running.get(id) : undefined;
    if (!call) return;
    running.delete(id);
    if (answer.outcome === "credential") call.resolve(new PublicKeyCredential(answer.credential));
    else call.reject(exception(answer));
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
    running.set(id, { resolve, reject });
    signal?.addEventListener("abort", () => {
      if (!running.delete(id)) return;
      post({ touchstone: "abort", id });
      reject(signal.reason);
    }, { once: true });
    post({ touchstone: "credentials", id, method, publicKey: toJson(publicKey), mediation: mediation ?? null });
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
  define(window, "PublicKeyCredential", PublicKeyCredential);
  define(window, "AuthenticatorResponse", AuthenticatorResponse);
  define(window, "AuthenticatorAttestationResponse", AuthenticatorAttestationResponse);
  define(window, "AuthenticatorAssertionResponse", AuthenticatorAssertionResponse);

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
