/**
 * The conversions of WebAuthn Level 3 §5.1.8 to §5.1.10 for browsers that do not bring them
 * (Chrome before 129, Safari before 18.4). Client extensions are left to browsers that do.
 */
import { decode, encode } from './base64url';

export function creationOptions(
  json: PublicKeyCredentialCreationOptionsJSON,
): PublicKeyCredentialCreationOptions {
  const { challenge, user, excludeCredentials, attestation, extensions: _, ...rest } = json;
  return {
    ...rest,
    challenge: decode(challenge),
    user: { ...user, id: decode(user.id) },
    excludeCredentials: excludeCredentials?.map(descriptor),
    attestation: attestation as AttestationConveyancePreference | undefined,
  };
}

export function requestOptions(
  json: PublicKeyCredentialRequestOptionsJSON,
): PublicKeyCredentialRequestOptions {
  const { challenge, allowCredentials, userVerification, extensions: _, ...rest } = json;
  return {
    ...rest,
    challenge: decode(challenge),
    allowCredentials: allowCredentials?.map(descriptor),
    userVerification: userVerification as UserVerificationRequirement | undefined,
  };
}

export function registrationResponse(credential: PublicKeyCredential): RegistrationResponseJSON {
  const response = credential.response as AuthenticatorAttestationResponse;
  const publicKey = response.getPublicKey();
  return {
    ...common(credential),
    response: {
      clientDataJSON: encode(response.clientDataJSON),
      attestationObject: encode(response.attestationObject),
      authenticatorData: encode(response.getAuthenticatorData()),
      transports: response.getTransports(),
      publicKeyAlgorithm: response.getPublicKeyAlgorithm(),
      ...(publicKey && { publicKey: encode(publicKey) }),
    },
  };
}

export function authenticationResponse(
  credential: PublicKeyCredential,
): AuthenticationResponseJSON {
  const response = credential.response as AuthenticatorAssertionResponse;
  return {
    ...common(credential),
    response: {
      clientDataJSON: encode(response.clientDataJSON),
      authenticatorData: encode(response.authenticatorData),
      signature: encode(response.signature),
      ...(response.userHandle && { userHandle: encode(response.userHandle) }),
    },
  };
}

function common(credential: PublicKeyCredential) {
  return {
    id: credential.id,
    rawId: encode(credential.rawId),
    type: credential.type,
    clientExtensionResults: {},
    ...(credential.authenticatorAttachment && {
      authenticatorAttachment: credential.authenticatorAttachment,
    }),
  };
}

function descriptor(json: PublicKeyCredentialDescriptorJSON): PublicKeyCredentialDescriptor {
  return {
    id: decode(json.id),
    type: json.type as PublicKeyCredentialType,
    transports: json.transports as AuthenticatorTransport[] | undefined,
  };
}
