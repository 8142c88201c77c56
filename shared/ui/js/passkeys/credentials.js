// The browser's WebAuthn functions, with the server's JSON going in and JSON for the server coming out.
// `PublicKeyCredential.toJSON` and its inverses do the same, but phones of a few years ago lack them.

import { decode, encode } from "./base64url.js";

/**
 * Asks the device to sign with a passkey that it holds.
 *
 * @param {object} options PublicKeyCredentialRequestOptionsJSON
 * @returns {Promise<object>} AuthenticationResponseJSON
 */
export async function getCredential(options) {
  const credential = await navigator.credentials.get({
    publicKey: {
      ...options,
      challenge: decode(options.challenge),
      allowCredentials: withBinaryIds(options.allowCredentials),
    },
  });
  const { response } = credential;
  return toJson(credential, {
    clientDataJSON: encode(response.clientDataJSON),
    authenticatorData: encode(response.authenticatorData),
    signature: encode(response.signature),
    userHandle: response.userHandle && encode(response.userHandle),
  });
}

/**
 * Asks the device to make a passkey.
 *
 * @param {object} options PublicKeyCredentialCreationOptionsJSON
 * @returns {Promise<object>} RegistrationResponseJSON
 */
export async function createCredential(options) {
  const credential = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: decode(options.challenge),
      user: { ...options.user, id: decode(options.user.id) },
      excludeCredentials: withBinaryIds(options.excludeCredentials),
    },
  });
  const { response } = credential;
  return toJson(credential, {
    clientDataJSON: encode(response.clientDataJSON),
    attestationObject: encode(response.attestationObject),
  });
}

const withBinaryIds = (credentials = []) => credentials.map((one) => ({ ...one, id: decode(one.id) }));

const toJson = ({ id, rawId, type }, response) => ({ id, rawId: encode(rawId), type, response });
