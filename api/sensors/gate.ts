// Who sends. All inputs ask here; what follows from a credential is kept for a moment, so that a busy sensor costs no query per request.
import { createHash } from 'node:crypto';
import { RetryableError } from '../../pipeline/core/errors.ts';
import type { Micros } from '../../pipeline/core/index.ts';
import type { AuthenticatedSensor, SensorCredential, SensorGate } from '../../pipeline/core/sensor.ts';
import { livingCredentials, sensorOfProof } from '../../store/queries/sensors.ts';
import type { ProofKind } from '../../store/queries/sensors.ts';
import type { InOrganization } from '../database.ts';

/** Every token of a sensor begins so: it is told from an access token, and found when it leaks into a log or a repository. */
export const TOKEN_PREFIX = 'ghs_';
const TOKEN = /^ghs_[\w-]{43}$/;

const FRESH_MICROS = 2_000_000;
/** While the database is away. */
const TRUSTED_MICROS = 900_000_000;
const LOOK_EVERY_MS = 2_000;
/** Wrong credentials are remembered too, or they would cost a query each; many of them must not cost memory. */
const MAX_REMEMBERED = 10_000;
/** The register is asked across organizations; the transaction needs one all the same. */
const ANY_ORGANIZATION = 'default';

export const hashOfToken = (token: string): string => createHash('sha256').update(token).digest('hex');

interface Remembered {
  readonly sensor: AuthenticatedSensor | null;
  readonly askedAt: Micros;
}
interface Watcher {
  readonly credentialId: string;
  readonly onEnd: () => void;
}

export interface RunningSensorGate extends SensorGate {
  /** Forgets what it knows: for the process that has just changed the register. */
  readonly forget: () => void;
  /** Looks after what is watched, now; runs by itself every 2 s. Never rejects. */
  readonly look: () => Promise<void>;
  readonly stop: () => void;
}

/** Watches from the start until `stop()`. */
export function openSensorGate({ run, wallMicros }: { readonly run: InOrganization; readonly wallMicros: () => Micros }): RunningSensorGate {
  const remembered = new Map<string, Remembered>();
  const watchers = new Set<Watcher>();

  async function ask(kind: ProofKind, proof: string): Promise<AuthenticatedSensor | null> {
    const found = await run(ANY_ORGANIZATION, (sql) => sensorOfProof(sql, kind, proof));
    if (found === undefined) return null;
    const { expiresAt, ...rest } = found;
    return { ...rest, expiresAt: expiresAt === null ? null : Math.floor(expiresAt / 1_000_000) };
  }

  async function authenticateSensor(credential: SensorCredential): Promise<AuthenticatedSensor | null> {
    const proof = proofOf(credential);
    if (proof === null) return null;
    const key = `${credential.kind} ${proof}`;
    const now = wallMicros();
    const known = remembered.get(key);
    if (known !== undefined && now - known.askedAt < FRESH_MICROS) return living(known.sensor, now);
    try {
      const sensor = await ask(credential.kind, proof);
      if (remembered.size >= MAX_REMEMBERED) remembered.clear();
      remembered.set(key, { sensor, askedAt: now });
      return sensor;
    } catch (error) {
      const isTrusted = error instanceof RetryableError && known !== undefined && known.sensor !== null && now - known.askedAt < TRUSTED_MICROS;
      if (!isTrusted) throw error;
      return living(known.sensor, now);
    }
  }

  async function look(): Promise<void> {
    if (watchers.size === 0) return;
    const asked = [...watchers];
    try {
      const held = await run(ANY_ORGANIZATION, (sql) => livingCredentials(sql, [...new Set(asked.map(({ credentialId }) => credentialId))]));
      for (const watcher of asked) if (!held.has(watcher.credentialId) && watchers.delete(watcher)) watcher.onEnd();
    } catch {
      // The database is away: nothing can have been revoked, and the next look asks again.
    }
  }
  const timer = setInterval(() => void look(), LOOK_EVERY_MS);
  timer.unref();

  return {
    authenticateSensor,
    watch({ credentialId }, onEnd) {
      const watcher = { credentialId, onEnd };
      watchers.add(watcher);
      return () => void watchers.delete(watcher);
    },
    forget: () => remembered.clear(),
    look,
    stop: () => clearInterval(timer),
  };
}

const living = (sensor: AuthenticatedSensor | null, now: Micros): AuthenticatedSensor | null =>
  sensor === null || (sensor.expiresAt !== null && sensor.expiresAt * 1_000_000 <= now) ? null : sensor;

/** What the register knows the credential by; null when it cannot be one. */
function proofOf(credential: SensorCredential): string | null {
  switch (credential.kind) {
    case 'token':
      return TOKEN.test(credential.token) ? hashOfToken(credential.token) : null;
    case 'certificate': {
      const hex = credential.sha256.replaceAll(':', '').toLowerCase();
      return /^[0-9a-f]{64}$/.test(hex) ? hex : null;
    }
    case 'spiffe':
      return credential.id.length <= 2_048 && credential.id.startsWith('spiffe://') ? credential.id : null;
  }
}
