// Who holds a token. Every way in asks here: requests, WebSockets, inputs in the terms of others.
import type { SensorGate } from '../../pipeline/core/sensor.ts';
import { permissionsOfRoles } from '../gate/roles.ts';
import { TOKEN_PREFIX } from '../sensors/gate.ts';
import type { Revocations } from './revocation.ts';
import { unauthenticated } from './tokens.ts';
import type { Principal, Tokens } from './tokens.ts';

/**
 * @param address Of who shows the token, as the gate sees it.
 * @throws ApiProblem UNAUTHENTICATED; RetryableError DATABASE_UNAVAILABLE when what must be looked up cannot be.
 */
export type Authenticate = (token: string, address: string) => Promise<Principal>;

/** Of access tokens, and of sensors' own tokens. */
export function openAuthenticate({
  tokens,
  sensors,
  revocations,
}: {
  readonly tokens: Tokens;
  readonly sensors: SensorGate;
  readonly revocations: Pick<Revocations, 'isRevoked'>;
}): Authenticate {
  return async (token) => {
    if (token.startsWith(TOKEN_PREFIX)) return sensorOf(token, sensors);
    const claims = await tokens.verify(token);
    if (revocations.isRevoked(claims)) throw unauthenticated('The session of this token has ended, or its roles were changed. Refresh it, or log in again.');
    return { ...claims, permissions: permissionsOfRoles(claims.roles) };
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
