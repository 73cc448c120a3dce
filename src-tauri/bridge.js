// The bridge: gives a page framed in the bench its `navigator.credentials` and
// `PublicKeyCredential`, so that the page is the same bytes here and in a
// browser. It only converts and carries; the parent takes the origin from the
// message event, never from what is said here. It also tells what the page
// shows and whether it is busy, and presses the page's own controls when a walk
// asks for that.
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
    const { touchstone, id, answer, act } = event.data ?? {};
    if (touchstone === "act") void obey(id, act);
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
      ended();
    };
    began();
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

  // --- whether the page is busy, and what it shows -----------------------------

  /** A page that did nothing for this time is idle, in milliseconds: it may go on a moment after an answer. */
  const SETTLE = 40;

  let active = 0;
  let busy = true;
  let settling;

  const textOf = (role, root = document) => root.querySelector(`[data-role="${role}"]`)?.textContent.trim() || null;

  const view = () => ({
    path: location.pathname,
    signedInAs: textOf("account-username") ?? textOf("account-name"),
    error: textOf("error"),
    passkeys: [...document.querySelectorAll('[data-role="passkey-label"]')].map((label) => label.textContent.trim()),
    scanCodes: [...document.querySelectorAll('[data-role="scan-code"]')].map((code) => code.textContent.trim()),
    digits: textOf("pin-digits")?.replace(/\s/g, "") ?? null,
    pin: document.querySelector('[data-role="pin-state"]')?.dataset.state ?? null,
    phones: [...document.querySelectorAll('[data-role="pin-phone"]')].map((phone) => phone.textContent.trim()),
  });

  const tell = (more) => post({ touchstone: "page", busy, view: view(), ...more });

  const settle = () => {
    clearTimeout(settling);
    settling = setTimeout(() => {
      busy = active > 0;
      tell();
    }, SETTLE);
  };

  const began = () => {
    active += 1;
    clearTimeout(settling);
    if (busy) return;
    busy = true;
    tell();
  };

  const ended = () => {
    active -= 1;
    if (active === 0) settle();
  };

  const { then } = Promise.prototype;

  /** Runs what gives a promise, and is busy until that is settled; the page gets its outcome unchanged. */
  const counted = (run) => {
    began();
    let promise;
    try {
      promise = run();
    } catch (thrown) {
      ended();
      throw thrown;
    }
    const settled = (take) => (outcome) => {
      ended();
      return take(outcome);
    };
    // The page gets the promise that follows, so that a rejection it does not handle is still reported.
    return Reflect.apply(then, promise, [
      settled((value) => value),
      settled((reason) => {
        throw reason;
      }),
    ]);
  };

  /** Puts a watcher before a function, which keeps its name, its length and its attributes. */
  const watch = (owner, name, apply) => {
    const property = Object.getOwnPropertyDescriptor(owner ?? {}, name);
    if (typeof property?.value !== "function") return;
    Object.defineProperty(owner, name, { ...property, value: new Proxy(property.value, { apply }) });
  };
  const counting = (target, self, parameters) => counted(() => Reflect.apply(target, self, parameters));

  watch(window, "fetch", counting);
  for (const read of ["arrayBuffer", "blob", "bytes", "formData", "json", "text"]) watch(window.Response?.prototype, read, counting);

  const sending = new WeakSet();
  const sent = (request) => sending.delete(request) && ended();
  watch(XMLHttpRequest.prototype, "open", (target, self, parameters) => {
    const outcome = Reflect.apply(target, self, parameters);
    // A request that is opened anew is over, and says nothing.
    sent(self);
    return outcome;
  });
  watch(XMLHttpRequest.prototype, "send", (target, self, parameters) => {
    const outcome = Reflect.apply(target, self, parameters);
    if (self.readyState === XMLHttpRequest.DONE) return outcome;
    sending.add(self);
    began();
    EventTarget.prototype.addEventListener.call(self, "loadend", () => sent(self), { once: true });
    return outcome;
  });

  // A press may change what the page shows without a request.
  window.addEventListener("click", () => active === 0 && settle(), true);

  // --- what a walk does on the page ---------------------------------------------

  /** How long a control may take to appear and to be enabled, and how often that is looked at, in milliseconds. */
  const PATIENCE = 3000;
  const GLANCE = 20;

  const moment = (millis) => new Promise((resolve) => setTimeout(resolve, millis));

  const action = (name) => `[data-action="${name}"]`;
  const field = (name) => `[data-field="${name}"]`;

  const ready = (selector, root) =>
    [...root.querySelectorAll(selector)].find((control) => !control.disabled && control.getAttribute("aria-disabled") !== "true");

  /** The first control that can be used. */
  const control = async (what, selector, root = document) => {
    for (let waited = 0; ; waited += GLANCE) {
      const found = ready(selector, root);
      if (found) return found;
      if (waited >= PATIENCE) throw new Error(`The page at ${location.pathname} does not offer "${what}" now.`);
      await moment(GLANCE);
    }
  };

  const press = async (name, root) => (await control(name, action(name), root)).click();

  /** As a person types: the page learns of it by its events. */
  const fill = async (name, text) => {
    const input = await control(name, field(name));
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(input, text);
    for (const type of ["input", "change"]) input.dispatchEvent(new Event(type, { bubbles: true }));
  };

  /** Follows the page's own link when what is wanted is on another page. */
  const goWhere = async (selector, link) => {
    if (document.querySelector(selector)) return;
    ready(action(link), document)?.click();
  };

  const row = (index) => {
    const found = [...document.querySelectorAll("[data-passkey]")].find((_, at) => at === index);
    if (!found) throw new Error(`The page at ${location.pathname} lists no passkey number ${index + 1}.`);
    return found;
  };

  const acts = {
    open: ({ path }) => {
      const target = new URL(path, location.origin);
      if (target.origin !== location.origin || target.hash) throw new Error(`"${path}" is no path of this site.`);
      // Busy until this page is gone.
      began();
      location.assign(target);
    },
    createAccount: async ({ username, displayName }) => {
      await goWhere(field("username"), "go-sign-up");
      await fill("username", username);
      await fill("displayName", displayName);
      await press("create-account");
    },
    signIn: async () => {
      await goWhere(action("sign-in"), "go-sign-in");
      await press("sign-in");
    },
    signOut: () => press("sign-out"),
    addPasskey: () => press("add-passkey"),
    renamePasskey: async ({ index, label }) => {
      await press("rename-passkey", row(index));
      await fill("passkey-label", label);
      await press("save-passkey-label", row(index));
    },
    deletePasskey: async ({ index }) => {
      await press("delete-passkey", row(index));
      await press("confirm-delete-passkey");
    },
    cancel: () => press("cancel"),
    setUpPin: () => press("pin-set-up"),
    continuePin: () => press("pin-continue"),
    confirmPin: () => press("pin-confirm-digits"),
    resetPin: async () => {
      // A page that still shows a finished set-up learns of the new PIN when that is left.
      ready(action("pin-done"), document)?.click();
      await press("pin-reset");
      await press("confirm-pin-reset");
    },
    removePhone: async ({ index }) => {
      const phone = document.querySelectorAll("[data-pin-phone]")[index];
      if (!phone) throw new Error("The page does not list this phone.");
      await press("pin-remove-phone", phone);
      await press("confirm-pin-remove-phone");
    },
    beginLogon: async ({ username, workstation }) => {
      await fill("logon-username", username);
      await fill("logon-workstation", workstation);
      await press("logon-begin");
    },
    finishLogon: async ({ code }) => {
      await fill("logon-code", code);
      await press("logon-finish");
    },
    // Not a walk's: the window gives its own token to its own relying party's page.
    adminSignIn: async ({ token }) => {
      await control("admin-token", `${field("admin-token")}, ${action("admin-sign-out")}`);
      // Whoever has the cookie is in already.
      if (ready(action("admin-sign-out"), document)) return;
      await fill("admin-token", token);
      await press("admin-sign-in");
    },
  };

  const obey = async (order, act) => {
    began();
    let refused = null;
    try {
      if (!Object.hasOwn(acts, act?.kind)) throw new Error("The page cannot do that.");
      await acts[act.kind](act);
    } catch (thrown) {
      refused = thrown.message;
    }
    // What the press sets going has begun by then.
    await moment(0);
    tell({ order, refused });
    ended();
  };

  // --- where the page is, for the address bar ----------------------------------

  const tellLocation = () => {
    post({ touchstone: "location", href: location.href });
    if (active === 0) settle();
  };
  for (const name of ["pushState", "replaceState"]) {
    const original = history[name];
    history[name] = function (...parameters) {
      original.apply(this, parameters);
      tellLocation();
    };
  }
  window.addEventListener("popstate", tellLocation);

  // A page is busy until it is read; its scripts have run by then.
  began();
  window.addEventListener("DOMContentLoaded", () => {
    tellLocation();
    ended();
  });
})();
