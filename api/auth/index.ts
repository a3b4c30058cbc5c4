// Everything about signing in with an account of our own, put together once.
import type { Logger } from 'pino';
import type { Standings } from '../access/standing.ts';
import type { ApiConfig } from '../config.ts';
import type { InOrganization } from '../database.ts';
import type { Routes } from '../rest/kit.ts';
import { Accounts } from './account.ts';
import { registerSignInAdminRoutes } from './admin-routes.ts';
import { registerIdentityRoutes } from './identities.ts';
import type { SigningKeys } from './keys.ts';
import { Factors } from './mfa/factors.ts';
import { registerMfaRoutes } from './mfa/routes.ts';
import { Tickets } from './mfa/ticket.ts';
import { Passkeys } from './passkeys/passkeys.ts';
import { registerPasskeyRoutes } from './passkeys/routes.ts';
import type { Revocations } from './revocation.ts';
import { registerAuthRoutes } from './routes.ts';
import { openSecretBox } from './secrets/box.ts';
import type { SecretBox } from './secrets/box.ts';
import { startKeySchedule } from './schedule.ts';
import { openSecretKeys } from './secrets/ring.ts';
import { Sessions } from './sessions.ts';
import { SignIn } from './sign-in.ts';
import type { Tokens } from './tokens.ts';

export interface AuthDeps {
  readonly run: InOrganization;
  readonly keys: SigningKeys;
  readonly tokens: Tokens;
  readonly revocations: Revocations;
  readonly access: { readonly standings: Pick<Standings, 'of'> };
  readonly config: ApiConfig;
  readonly installationId: string;
  /** Holds the key of secrets too, unless the configuration has one. */
  readonly keyFolder: string;
  /** Microseconds since 1970. */
  readonly wallMicros: () => number;
}
export interface Auth {
  readonly run: InOrganization;
  readonly keys: SigningKeys;
  /** For everybody who opens sessions, identity providers too: `sessions.open`. */
  readonly sessions: Sessions;
  readonly signIn: SignIn;
  readonly accounts: Accounts;
  readonly tickets: Tickets;
  readonly factors: Factors;
  readonly passkeys: Passkeys;
  /** For secrets that have to be kept so that they can be used again. */
  readonly box: SecretBox;
  readonly nowSeconds: () => number;
}

/** @throws ConfigError INVALID_CONFIG, FatalError DATA_FOLDER when the key of secrets cannot be used. */
export function openAuth({ run, keys, tokens, revocations, access, config, installationId, keyFolder, wallMicros }: AuthDeps): Auth {
  const nowSeconds = () => Math.floor(wallMicros() / 1_000_000);
  const box = openSecretBox(openSecretKeys(config.secretKey, keyFolder));
  const sessions = new Sessions({ run, tokens, config, revocations, hoursOf: async (organization) => (await access.standings.of(organization)).sessionHours });
  const tickets = new Tickets(keys, installationId);
  return {
    run,
    keys,
    sessions,
    tickets,
    box,
    nowSeconds,
    signIn: new SignIn({ run, sessions, tickets }),
    accounts: new Accounts({ run, revocations, wallMicros }),
    factors: new Factors({ run, sessions, box, nowSeconds }),
    passkeys: new Passkeys({ run, sessions, config }),
  };
}

interface ScheduleDeps extends Pick<AuthDeps, 'keyFolder' | 'config'> {
  readonly log: Logger;
}

/** With the routes comes the schedule of signing keys, from when the API is ready until it closes. */
export function registerAuth(app: Routes, auth: Auth, { keyFolder: folder, config, log }: ScheduleDeps): void {
  let stop = (): void => {};
  app.addHook('onReady', async () => {
    stop = startKeySchedule({ folder, days: config.signingKeyDays, run: auth.run, nowSeconds: auth.nowSeconds, log });
  });
  app.addHook('onClose', async () => stop());
  registerAuthRoutes(app, auth);
  registerMfaRoutes(app, auth);
  registerPasskeyRoutes(app, auth);
  registerIdentityRoutes(app, auth);
  registerSignInAdminRoutes(app, auth);
}
