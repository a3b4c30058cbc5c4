// Who holds a token. Every way in asks here: requests, WebSockets, inputs in the terms of others.
import type { SensorGate } from '../../pipeline/core/sensor.ts';
import type { Access } from '../access/index.ts';
import { KEY_PREFIX } from '../access/api-key.ts';
import { ApiProblem } from '../gate/problem.ts';
import { permissionsOfRoles } from '../gate/roles.ts';
import { TOKEN_PREFIX } from '../sensors/gate.ts';
import type { Foreign } from './foreign.ts';
import type { Revocations } from './revocation.ts';
import { unauthenticated } from './tokens.ts';
import type { Claims, Principal, Tokens } from './tokens.ts';

/**
 * @param address Of who shows the token, as the gate sees it.
 * @throws ApiProblem UNAUTHENTICATED, ORGANIZATION_SUSPENDED; RetryableError DATABASE_UNAVAILABLE when what must be looked up cannot be.
 */
export type Authenticate = (token: string, address: string) => Promise<Principal>;

/** What somebody who has been verified may do now. @throws ApiProblem UNAUTHENTICATED, ORGANIZATION_SUSPENDED; RetryableError DATABASE_UNAVAILABLE */
export type Identify = (claims: Claims) => Promise<Principal>;

export function openIdentify({
  revocations,
  access,
}: {
  readonly revocations: Pick<Revocations, 'isRevoked'>;
  readonly access: Pick<Access, 'standings'>;
}): Identify {
  return async (claims) => {
    if (revocations.isRevoked(claims)) throw unauthenticated('The session of this token has ended, or its roles were changed. Refresh it, or log in again.');
    const { roles, isSuspended } = await access.standings.of(claims.organization);
    const permissions = roles.permissionsOf(claims.roles);
    if (isSuspended && !permissions.has('organizations:manage')) throw suspended();
    return { ...claims, permissions };
  };
}

/** Of access tokens, those of identity providers and workloads, API keys, and sensors' own tokens. */
export function openAuthenticate({
  tokens,
  foreign,
  sensors,
  identify,
  access,
}: {
  readonly tokens: Tokens;
  readonly foreign: Foreign;
  readonly sensors: SensorGate;
  readonly identify: Identify;
  readonly access: Pick<Access, 'keys'>;
}): Authenticate {
  return async (token, address) => {
    if (token.startsWith(TOKEN_PREFIX)) return sensorOf(token, sensors);
    if (token.startsWith(KEY_PREFIX)) return access.keys.authenticate(token, address);
    return identify(tokens.known(token) ?? (await foreign(token)) ?? (await tokens.verify(token)));
  };
}

async function sensorOf(token: string, sensors: SensorGate): Promise<Principal> {
  const sensor = await sensors.authenticateSensor({ kind: 'token', token });
  if (sensor === null)
    throw unauthenticated("This sensor's token is not valid: it was mistyped, replaced or revoked. `./goshawk sensor list` shows which hold.");
  const roles = ['sensor'];
  return {
    user: sensor.sensor,
    organization: sensor.organization,
    roles,
    permissions: permissionsOfRoles(roles),
    expiresAt: sensor.expiresAt ?? Number.MAX_SAFE_INTEGER,
    sensor,
  };
}

const suspended = () => new ApiProblem('ORGANIZATION_SUSPENDED', 'The organization is suspended; its data is kept. Ask those who run the installation.');
