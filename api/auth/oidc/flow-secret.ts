// What binds a sign-in to one browser. Its cookie holds a secret; verifier (PKCE) and nonce follow from it and the state, and the database keeps hashes only.
import { createHash, hkdfSync, randomBytes } from 'node:crypto';

export interface FlowSecret {
  /** In the address: comes back by way of the provider. */
  readonly state: string;
  /** In the cookie: never leaves the browser but to us. */
  readonly secret: string;
}

const TOKEN = /^[\w-]{43}$/;
const random = (): string => randomBytes(32).toString('base64url');

export const newFlowSecret = (): FlowSecret => ({ state: random(), secret: random() });
/** Whether it has the form of a state or secret of ours. */
export const isFlowToken = (text: unknown): text is string => typeof text === 'string' && TOKEN.test(text);

export const hashOf = (text: string | Buffer): Buffer => createHash('sha256').update(text).digest();

const derived = ({ state, secret }: FlowSecret, purpose: string): string =>
  Buffer.from(hkdfSync('sha256', secret, state, `goshawk oidc ${purpose}`, 32)).toString('base64url');
export const verifierOf = (flow: FlowSecret): string => derived(flow, 'verifier');
export const nonceOf = (flow: FlowSecret): string => derived(flow, 'nonce');
/** Of the cookie: several sign-ins at once, in tabs of one browser, do not disturb each other. */
export const cookieSuffix = (state: string): string => hashOf(state).toString('hex').slice(0, 16);
