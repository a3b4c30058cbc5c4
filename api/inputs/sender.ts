import type { Sender } from '../../pipeline/core/connector.ts';
import { senderOf } from '../../pipeline/core/connector.ts';
import type { SensorGate } from '../../pipeline/core/sensor.ts';
import type { Principal, Tokens } from '../auth/tokens.ts';
import { principalOfToken } from '../gate/gate.ts';
import { mayDo } from '../gate/permissions.ts';
import { ApiProblem } from '../gate/problem.ts';

export interface WhoMaySend {
  readonly tokens: Tokens;
  readonly sensors: SensorGate;
}

/** @param source For who is no enrolled sensor: those are told theirs by the register. */
export function senderOfPrincipal({ organization, user, roles, sensor }: Principal, source: string): Sender {
  if (sensor !== undefined) return senderOf(sensor);
  return { organization, source, sensor: roles.includes('sensor') ? user : source };
}

/**
 * Of the token that a protocol carries in its own way.
 * @returns null when it is not valid here, or its roles may not send.
 * @throws RetryableError DATABASE_UNAVAILABLE when it cannot be looked up.
 */
export async function principalWhoSends(token: string, { tokens, sensors }: WhoMaySend): Promise<Principal | null> {
  try {
    const principal = await principalOfToken(token, tokens, sensors);
    return mayDo('POST /v2/events/bulk', principal.roles) ? principal : null;
  } catch (error) {
    if (error instanceof ApiProblem && error.code === 'UNAUTHENTICATED') return null;
    throw error;
  }
}
