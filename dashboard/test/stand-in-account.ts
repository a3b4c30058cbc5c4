// Signing in and one's own account at the stand-in: accounts with and without a second factor, passkeys taken at their word, sessions.
import { randomBytes, randomUUID } from 'node:crypto';

export const PASSWORD = 'correct-horse';
/** What every authenticator application shows, until a test changes it. */
export const CODE = '123456';
export const INVITATION = 'invitation-token';

export interface AuthAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>> | null;
  /** A session begins: the answer gets tokens and the cookie. */
  readonly signsIn?: string;
}
interface Passkey {
  readonly id: string;
  readonly name: string;
  readonly isBackedUp: boolean;
  readonly createdAt: string;
  readonly usedAt: string | null;
}
type Body = Readonly<Record<string, unknown>>;

const ago = (ms: number): string => new Date(Date.now() - ms).toISOString();
const ok = (body: Body | null): AuthAnswer => ({ status: body === null ? 204 : 200, body });
const refused = (status: number, code: string, detail: string, more: Body = {}): AuthAnswer => ({ status, body: { code, detail, ...more } });
const invalid = (pointer: string, detail: string) => refused(400, 'INVALID_REQUEST', 'Correct what is listed.', { errors: [{ pointer, detail }] });
const codes = (): string[] =>
  Array.from({ length: 10 }, () =>
    randomBytes(10)
      .toString('hex')
      .replaceAll(/(.{5})(?=.)/g, '$1-'),
  );
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const PHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.4 Mobile/15E148 Safari/604.1';

/** Everything of it that a test may change. `admin` signs in by password alone, `ada` has an application, `new` has to set one up, `bob` is locked out. */
export class Account {
  totpSince: string | null = null;
  recoveryCodes = 0;
  passkeys: Passkey[] = [];
  /** While true, changes of factors want the password. */
  isSignInOld = false;
  isInvitationOpen = true;
  providers: readonly { readonly name: string; readonly label: string; readonly start: string }[] = [];
  sessions = [
    this.#session('s1', true, FIREFOX, '127.0.0.1', ['password'], 60_000),
    this.#session('s2', false, PHONE, '203.0.113.7', ['password', 'totp'], 3_600_000),
    this.#session('s3', false, 'curl/8.14.1', '2001:db8::7', ['password'], 90_000_000),
  ];
  /** Passwords given to /auth/change-password, newest last. */
  readonly passwords: string[] = [];

  /** Users who were let in again, or lost their factors: what and who, newest last. */
  readonly helped: string[] = [];

  #session(id: string, isThisOne: boolean, agent: string, address: string, methods: readonly string[], usedMs: number) {
    return { id, isThisOne, agent, address, methods, usedAt: ago(usedMs), createdAt: ago(usedMs + 86_400_000), expiresAt: ago(-1_209_600_000) };
  }

  /** @returns Undefined when the route is not here. */
  answer(method: string, path: string, body: Body): AuthAnswer | undefined {
    return this.#signIn(method, path, body) ?? this.#own(method, path, body);
  }

  #signIn(method: string, path: string, body: Body): AuthAnswer | undefined {
    switch (`${method} ${path}`) {
      case 'GET /auth/oidc':
        return ok({ providers: this.providers });
      case 'POST /auth/login':
        return this.#login(body);
      case 'POST /auth/verify-mfa':
        if (typeof body['mfaToken'] !== 'string') return undefined;
        if (body['code'] !== CODE && body['code'] !== 'aaaaa-bbbbb-ccccc-ddddd') return refused(401, 'MFA_FAILED', 'The code does not hold.');
        return { status: 200, body: body['mfaToken'] === 'new' ? { recoveryCodes: codes() } : {}, signsIn: body['mfaToken'] };
      case 'POST /auth/passkeys/sign-in/options':
        return ok({
          challenge: randomBytes(32).toString('base64url'),
          rpId: 'localhost',
          allowCredentials: [],
          userVerification: 'preferred',
          timeout: 60_000,
        });
      case 'POST /auth/passkeys/sign-in': {
        const { id } = body['credential'] as { readonly id: string };
        return this.passkeys.some((passkey) => passkey.id === id)
          ? { status: 200, body: {}, signsIn: 'admin' }
          : refused(401, 'PASSKEY_REFUSED', 'It is unknown.');
      }
      case 'POST /auth/invitations/look':
        return this.isInvitationOpen && body['token'] === INVITATION
          ? ok({ organization: 'default', organizationName: 'Example Corp', name: 'grace', email: null, roles: ['analyst'], expiresAt: ago(-3_600_000) })
          : refused(404, 'NOT_FOUND', 'This invitation is not open: it was used or withdrawn, or has expired. Ask for another.');
      case 'POST /auth/invitations/accept':
        if (String(body['password']).length < 12) return invalid('/body/password', 'This is easy to guess. Take four unrelated words.');
        this.isInvitationOpen = false;
        return { status: 201, body: { organization: 'default', user: 'grace' } };
      default:
        return undefined;
    }
  }

  #login({ user, password }: Body): AuthAnswer {
    if (user === 'bob') return refused(429, 'SIGN_IN_DELAYED', 'Too many failed attempts.');
    if (password !== PASSWORD) return refused(401, 'LOGIN_FAILED', 'Check name, password and organization.');
    if (user !== 'ada' && user !== 'new') return { status: 200, body: {}, signsIn: 'admin' };
    const mustEnrol = user === 'new';
    const mfa = { token: user, expiresIn: 300, methods: mustEnrol ? [] : ['totp', 'recovery'], mustEnrol };
    return refused(401, 'MFA_REQUIRED', 'A second factor is needed.', { mfa });
  }

  #own(method: string, path: string, body: Body): AuthAnswer | undefined {
    const [, , area, rest = '', deed] = path.split('/');
    if (method === 'POST' && area === 'users' && deed !== undefined) {
      this.helped.push(`${deed} ${rest}`);
      return ok(null);
    }
    const id = decodeURIComponent(rest);
    switch (id === '' ? `${method} ${path}` : `${method} ${path.slice(0, path.lastIndexOf('/'))}/:id`) {
      case 'GET /auth/mfa':
        return ok({ isRequired: false, totpSince: this.totpSince, passkeys: this.passkeys.length, recoveryCodes: this.recoveryCodes });
      case 'POST /auth/setup-mfa':
        return body['mfaToken'] === 'new' ? this.#proposal() : (this.#proof(body) ?? this.#proposal());
      case 'POST /auth/verify-mfa':
        if (body['code'] !== CODE) return refused(401, 'MFA_FAILED', 'The code does not hold.');
        this.totpSince = ago(0);
        return this.#withCodes(200);
      case 'POST /auth/disable-mfa':
        if (body['code'] !== CODE) return refused(401, 'MFA_FAILED', 'The code does not hold.');
        this.totpSince = null;
        return ok(null);
      case 'POST /auth/recovery-codes':
        return this.#proof(body) ?? this.#withCodes(200);
      case 'GET /auth/passkeys':
        return ok({ passkeys: this.passkeys });
      case 'POST /auth/passkeys/:id': // options
        return this.#proof(body) ?? ok(this.#creation());
      case 'POST /auth/passkeys': {
        const { id: made } = body['credential'] as { readonly id: string };
        this.passkeys = [{ id: made, name: String(body['name']), isBackedUp: false, createdAt: ago(0), usedAt: null }, ...this.passkeys];
        return this.passkeys.length === 1 && this.totpSince === null ? this.#withCodes(201) : { status: 201, body: {} };
      }
      case 'DELETE /auth/passkeys/:id':
        this.passkeys = this.passkeys.filter((passkey) => passkey.id !== id);
        return ok(null);
      case 'GET /auth/identities':
        return ok({ identities: [] });
      case 'GET /auth/sessions':
        return ok({ sessions: this.sessions });
      case 'DELETE /auth/sessions/:id':
        this.sessions = this.sessions.filter((session) => session.id !== id);
        return ok(null);
      case 'DELETE /auth/sessions':
        this.sessions = this.sessions.filter(({ isThisOne }) => isThisOne);
        return ok(null);
      case 'POST /auth/change-password':
        if (body['currentPassword'] !== PASSWORD) return invalid('/body/currentPassword', 'This is not your password.');
        if (String(body['newPassword']).length < 12) return invalid('/body/newPassword', 'This is easy to guess. Take four unrelated words.');
        this.passwords.push(String(body['newPassword']));
        this.sessions = this.sessions.filter(({ isThisOne }) => isThisOne);
        return ok(null);
      default:
        return undefined;
    }
  }

  #proposal = (): AuthAnswer =>
    ok({ secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP', uri: 'otpauth://totp/Goshawk:admin?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Goshawk' });

  #proof({ password }: Body): AuthAnswer | undefined {
    if (!this.isSignInOld || password === PASSWORD) return undefined;
    if (password === undefined) return refused(403, 'REAUTHENTICATION_NEEDED', 'Send your password in the body as `password`, or sign in again.');
    return refused(403, 'REAUTHENTICATION_NEEDED', 'The password is not right.', {
      errors: [{ pointer: '/body/password', detail: 'This is not your password.' }],
    });
  }

  #withCodes(status: number): AuthAnswer {
    this.recoveryCodes = 10;
    return { status, body: { recoveryCodes: codes() } };
  }

  #creation = (): Body => ({
    challenge: randomBytes(32).toString('base64url'),
    rp: { name: 'Goshawk', id: 'localhost' },
    user: { id: Buffer.from(randomUUID()).toString('base64url'), name: 'admin', displayName: 'admin' },
    pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
    authenticatorSelection: { residentKey: 'required', requireResidentKey: true, userVerification: 'preferred' },
    attestation: 'none',
    timeout: 60_000,
    excludeCredentials: [],
  });
}
