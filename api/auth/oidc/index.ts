// Everything about identity providers, put together once.
import type { Outbound } from '../../../outbound/client.ts';
import type { InOrganization } from '../../database.ts';
import type { Routes } from '../../rest/kit.ts';
import type { Auth } from '../index.ts';
import type { Revocations } from '../revocation.ts';
import { ExternalTokens } from './access-tokens.ts';
import { OidcClients } from './clients.ts';
import { ProviderLogout } from './logout.ts';
import { registerProviderRoutes } from './provider-routes.ts';
import { Providers } from './providers.ts';
import { registerOidcRoutes } from './routes.ts';
import { OidcSignIn } from './sign-in.ts';

export interface OidcDeps {
  readonly run: InOrganization;
  readonly auth: Pick<Auth, 'sessions' | 'box'>;
  readonly outbound: Outbound;
  readonly revocations: Pick<Revocations, 'sessionsEnded'>;
  readonly installationId: string;
  /** As browsers reach us, without a slash at the end; empty = as the request says. */
  readonly publicUrl: string;
  readonly wallMicros: () => number;
}
export interface Oidc {
  /** For the gate: access tokens of providers. */
  readonly tokens: ExternalTokens;
  readonly providers: Providers;
  readonly register: (app: Routes) => void;
}

export function openOidc({ run, auth: { sessions, box: secrets }, outbound, revocations, installationId, publicUrl, wallMicros }: OidcDeps): Oidc {
  const nowMs = () => Math.floor(wallMicros() / 1_000);
  const clients = new OidcClients(outbound, nowMs);
  const signIn = new OidcSignIn({ run, clients, sessions, secrets });
  const logout = new ProviderLogout({ run, signIn, outbound, revocations, nowMs });
  const providers = new Providers({ run, outbound, clients, secrets, installationId, publicUrl });
  return {
    providers,
    tokens: new ExternalTokens({ run, signIn, outbound, nowMs }),
    register(app) {
      registerOidcRoutes(app, { run, signIn, logout, sessions, publicUrl });
      registerProviderRoutes(app, providers);
    },
  };
}
