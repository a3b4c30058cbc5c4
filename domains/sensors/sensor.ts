// What a sensor may be called, and where its records go.

/** Part of topic names, hence the narrow alphabet. */
export const SENSOR_NAME = /^[a-z0-9][a-z0-9-]{0,39}$/;
/** By these the platform's own records go; no sensor may be called so, nor have such a source. */
export const RESERVED_NAMES: readonly string[] = ['goshawk', 'redriven'];
/** Where sensors of the gateway write unless they are given a source of their own. */
export const DEFAULT_SOURCE = 'sensors';

/**
 * How a sensor proves who it is. `token`: one that it shows with each request. `mtls`: a client certificate of the installation's authority.
 * `spiffe`: the SPIFFE ID of its workload. These three come in through the gateway. `sasl`: a user of the broker, which writes the raw topic itself.
 */
export type SensorAccess = 'token' | 'mtls' | 'spiffe' | 'sasl';
export const SENSOR_ACCESS = ['token', 'mtls', 'spiffe', 'sasl'] as const satisfies readonly SensorAccess[];

/** The whole name of a SPIFFE ID: a trust domain and a path, without query, port or user. @see SPIFFE-ID, sections 2.1 to 2.3 */
export function isSpiffeId(text: string): boolean {
  return text.length <= 2_048 && /^spiffe:\/\/[a-z0-9._-]{1,255}(\/[A-Za-z0-9._-]+)+$/.test(text) && !/\/\.{1,2}(\/|$)/.test(text);
}

/** What is shown of a sensor's state. `never`: enrolled, nothing came yet. */
export type SensorState = 'never' | 'sending' | 'silent' | 'revoked';

/** @param now, lastSeenAt Append times, microseconds. */
export function stateOf(
  sensor: { readonly revokedAt: number | null; readonly lastSeenAt: number | null; readonly silenceSeconds: number | null; readonly createdAt: number },
  now: number,
): SensorState {
  if (sensor.revokedAt !== null) return 'revoked';
  const since = sensor.lastSeenAt ?? sensor.createdAt;
  const isLate = sensor.silenceSeconds !== null && now - since > sensor.silenceSeconds * 1_000_000;
  if (isLate) return 'silent';
  return sensor.lastSeenAt === null ? 'never' : 'sending';
}

const HOUR_SECONDS = 3_600;
/** Sources that tell of something all the time, so that an hour without a word is a finding. */
const TALKATIVE: readonly string[] = ['windows', 'suricata-eve', 'zeek', 'aws-vpc-flow', 'netflow', 'paloalto', 'fortinet', 'cisco-asa', 'kubernetes-audit'];
const DAY_SECONDS = 86_400;

/** How long a sensor may say nothing where its owner does not say: an hour for those that always talk, else a day. @param format Name of a decoder; null = recognised. */
export function defaultSilenceSeconds(format: string | null): number {
  return format !== null && TALKATIVE.some((name) => format === name || format.startsWith(`${name}-`)) ? HOUR_SECONDS : DAY_SECONDS;
}
