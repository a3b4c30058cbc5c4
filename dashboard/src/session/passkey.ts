// The browser's side of passkeys: the API's options in, what the authenticator made out, both as JSON.

/** False without a secure connection, and in browsers from before 2025. */
export const hasPasskeys = (): boolean =>
  window.isSecureContext && typeof PublicKeyCredential === 'function' && typeof PublicKeyCredential.parseCreationOptionsFromJSON === 'function';

/** Asks for a passkey that is there. @throws PasskeyError when its owner declines or the device has none. */
export const showPasskey = (options: unknown): Promise<unknown> =>
  answered(async () =>
    navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options as PublicKeyCredentialRequestOptionsJSON) }),
  );

/** Makes another one. @throws PasskeyError */
export const makePasskey = (options: unknown): Promise<unknown> =>
  answered(async () =>
    navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options as PublicKeyCredentialCreationOptionsJSON) }),
  );

/** The browser gave no passkey; the message says why, for its owner. */
export class PasskeyError extends Error {
  override readonly name = 'PasskeyError';
}

const WORDS: Readonly<Record<string, string>> = {
  NotAllowedError: 'No passkey was given: it was declined, took too long, or this device has none for this address.',
  InvalidStateError: 'This device has a passkey for this account already.',
  SecurityError: 'Passkeys do not work at this address: open the dashboard by its name (localhost on this machine), not by a number.',
};

async function answered(ask: () => Promise<Credential | null>): Promise<unknown> {
  try {
    const credential = await ask();
    if (credential instanceof PublicKeyCredential) return credential.toJSON();
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    throw new PasskeyError(WORDS[error.name] ?? `The browser refused: ${error.message}`);
  }
  throw new PasskeyError('The browser gave no passkey.');
}
