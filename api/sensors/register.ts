// Enrolling sensors, and taking it back. REST and GraphQL serve the same.
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { DEFAULT_SOURCE, defaultSilenceSeconds, isSpiffeId, RESERVED_NAMES, SENSOR_ACCESS, SENSOR_NAME } from '../../domains/sensors/sensor.ts';
import { snippetsOf } from '../../domains/sensors/snippets/index.ts';
import type { SensorAddresses, Snippet } from '../../domains/sensors/snippets/index.ts';
import type { Micros } from '../../pipeline/core/index.ts';
import { enrolSensor, revokeSensor, rotateSensor, sensorById } from '../../store/queries/sensors.ts';
import type { NewProof, SensorRow } from '../../store/queries/sensors.ts';
import { OWN_SOURCE } from '../../pipeline/core/sensor.ts';
import { rawTopic } from '../../topologies/topics.ts';
import type { Principal } from '../auth/tokens.ts';
import type { InOrganization } from '../database.ts';
import { ApiProblem, notFound } from '../gate/problem.ts';
import type { SensorAuthority } from './authority.ts';
import { brokerUserOf } from './broker-users.ts';
import type { BrokerUsers, MadeUser } from './broker-users.ts';
import { hashOfToken, TOKEN_PREFIX } from './gate.ts';
import type { RunningSensorGate } from './gate.ts';

const DAY_SECONDS = 86_400;
const DEFAULT_OVERLAP_SECONDS = DAY_SECONDS;
const name = z
  .string()
  .regex(SENSOR_NAME, 'Lower-case letters, digits and dashes, at most 40.')
  .refine((text) => !RESERVED_NAMES.includes(text), `Not ${RESERVED_NAMES.join(' or ')}: records of the platform itself go by these names.`);
const csr = z
  .string()
  .max(8_192)
  .nullable()
  .default(null)
  .meta({ description: 'For `mtls`: a certificate request (PKCS #10, PEM). Left out: a key is made, and shown once.' });
const days = z.int().min(1).max(825).default(365).meta({ description: 'For `mtls`: how long the certificate holds.' });

export const enrolment = z.strictObject({
  name: name.meta({ description: 'What its events carry as sensor.' }),
  access: z.enum(SENSOR_ACCESS).default('token').meta({ description: 'How it proves who it is.' }),
  format: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'Lower-case letters, digits and dashes.')
    .default('auto')
    .meta({ description: 'Name of a decoder, or `auto`: found out record by record.' }),
  source: name.optional().meta({ description: `Last part of the topic. Left out: \`${DEFAULT_SOURCE}\`, or the name of one that writes its topic itself.` }),
  silenceSeconds: z
    .int()
    .min(0)
    .max(2_592_000)
    .refine((seconds) => seconds === 0 || seconds >= 60, 'From 60 on, or 0 for none.')
    .nullable()
    .optional()
    .meta({
      description: 'An alert after so long without a record; 0 or null: none. Left out: an hour for formats that always have something to tell, else a day.',
    }),
  spiffeId: z.string().refine(isSpiffeId, 'Not a SPIFFE ID: spiffe://<trust domain>/<path>.').optional().meta({ description: 'For `spiffe`.' }),
  csr,
  certificateDays: days,
});
export type Enrolment = z.infer<typeof enrolment>;
export const rotation = z.strictObject({
  overlapSeconds: z
    .int()
    .min(0)
    .max(30 * DAY_SECONDS)
    .default(DEFAULT_OVERLAP_SECONDS)
    .meta({ description: 'How long what it has now still holds.' }),
  csr,
  certificateDays: days,
});
export type Rotation = z.infer<typeof rotation>;

/** What is shown once, and kept nowhere. Of the members those of the sensor's access are set. */
export interface ShownCredential {
  readonly kind: NewProof['kind'];
  readonly token: string | null;
  /** PEM. */
  readonly certificate: string | null;
  /** PEM; null when the sensor made its key itself. */
  readonly key: string | null;
  readonly spiffeId: string | null;
  readonly user: string | null;
  readonly password: string | null;
  /** Null = until it is revoked. */
  readonly expiresAt: Micros | null;
}
export interface Enrolled {
  readonly sensor: SensorRow;
  readonly credential: ShownCredential;
  readonly snippets: readonly Snippet[];
  /** What the owner should know besides; empty when all is well. */
  readonly notes: readonly string[];
}

export interface SensorsDeps {
  readonly run: InOrganization;
  readonly gate: RunningSensorGate;
  readonly authority: SensorAuthority;
  readonly brokerUsers: BrokerUsers;
  readonly createRawTopic: (name: string) => Promise<void>;
  /** Everything but the API's own address, which callers know best. */
  readonly addresses: Omit<SensorAddresses, 'apiUrl'>;
}
type Who = Pick<Principal, 'organization' | 'user' | 'permissions'>;
interface Made {
  readonly proof: NewProof;
  readonly shown: ShownCredential;
  readonly notes: readonly string[];
}

export class Sensors {
  readonly #deps: SensorsDeps;

  constructor(deps: SensorsDeps) {
    this.#deps = deps;
  }

  /**
   * @param apiUrl As the caller reaches it: goes into the snippets.
   * @throws ApiProblem CONFLICT when the name is taken, INVALID_REQUEST, FORBIDDEN.
   */
  async enrol(who: Who, given: Enrolment, apiUrl: string): Promise<Enrolled> {
    const source = given.source ?? (given.access === 'sasl' ? given.name : DEFAULT_SOURCE);
    if (given.access === 'sasl' && (source !== given.name || source.startsWith('gateway-')))
      throw invalid('source', 'A sensor that writes its topic itself has the topic of its name, which may not begin with gateway-.');
    if (given.access === 'spiffe' && !who.permissions.has('organizations:manage'))
      throw new ApiProblem('FORBIDDEN', 'A trust domain belongs to the whole installation, so binding a SPIFFE ID needs the role platform_admin.');
    const format = given.format === 'auto' ? null : given.format;
    const silenceSeconds = (given.silenceSeconds === undefined ? defaultSilenceSeconds(format) : given.silenceSeconds) || null;
    const topic = rawTopic(who.organization, given.access === 'sasl' ? source : `gateway-${source}`);
    await this.#deps.createRawTopic(topic);
    if (silenceSeconds !== null) await this.#deps.createRawTopic(rawTopic(who.organization, OWN_SOURCE)); // where its silence would be told
    const made = await this.#make(given.access, { ...given, organization: who.organization, topic, turn: 1 });
    const sensor = { name: given.name, access: given.access, source, format, silenceSeconds };
    const row = await this.#deps
      .run(who.organization, async (sql) => required(await sensorById(sql, await enrolSensor(sql, who.user, sensor, made.proof))))
      .catch((error: unknown) => this.#undo(made, error));
    this.#deps.gate.forget();
    return this.#answer(row, made, apiUrl);
  }

  /** A new credential; the one before holds for `overlapSeconds`. @throws ApiProblem NOT_FOUND, CONFLICT for what cannot be rotated. */
  async rotate(who: Who, id: string, given: Rotation, apiUrl: string): Promise<Enrolled> {
    const before = await this.sensor(who, id);
    if (before.revokedAt !== null) throw new ApiProblem('CONFLICT', 'The sensor is revoked. Enrol it again.');
    if (before.access === 'spiffe') throw new ApiProblem('CONFLICT', 'A SPIFFE ID has no secret of ours: its SVIDs are rotated by the trust domain.');
    const what = { ...given, name: before.name, organization: who.organization, topic: before.topic, turn: before.credentials.length + 1 };
    const made = await this.#make(before.access, what);
    const row = await this.#deps
      .run(who.organization, async (sql) => {
        await rotateSensor(sql, who.user, id, made.proof, given.overlapSeconds);
        return required(await sensorById(sql, id));
      })
      .catch((error: unknown) => this.#undo(made, error));
    this.#deps.gate.forget();
    return this.#answer(row, made, apiUrl);
  }

  /** Takes effect within seconds, also on connections that are open. @throws ApiProblem NOT_FOUND, also when it is revoked already. */
  async revoke(who: Who, id: string): Promise<SensorRow> {
    const row = await this.#deps
      .run(who.organization, async (sql) => {
        await revokeSensor(sql, who.user, id);
        return required(await sensorById(sql, id));
      })
      .catch(refused);
    this.#deps.gate.forget();
    await this.#deps.gate.look();
    for (const { kind, proof } of row.credentials) if (kind === 'sasl' && proof !== null) await this.#deps.brokerUsers.remove(proof);
    return row;
  }

  async sensor(who: Who, id: string): Promise<SensorRow> {
    return required(await this.#deps.run(who.organization, (sql) => sensorById(sql, id)));
  }

  /** With a placeholder for the secret. */
  snippets(row: SensorRow, apiUrl: string): readonly Snippet[] {
    return this.#snippets(row, apiUrl, null, null);
  }

  async #make(
    access: SensorRow['access'],
    what: {
      readonly name: string;
      readonly organization: string;
      readonly topic: string;
      /** Counts the sensor's credentials, from 1. */
      readonly turn: number;
      readonly csr: string | null;
      readonly certificateDays: number;
      readonly spiffeId?: string | undefined;
    },
  ): Promise<Made> {
    switch (access) {
      case 'token': {
        const token = TOKEN_PREFIX + randomBytes(32).toString('base64url');
        return made({ kind: 'token', proof: hashOfToken(token), expiresAt: null }, { token });
      }
      case 'mtls': {
        const issued = await this.#deps.authority.issue({ organization: what.organization, sensor: what.name }, what.certificateDays, what.csr);
        const { certificate, key, expiresAt } = issued;
        return made({ kind: 'certificate', proof: issued.sha256, expiresAt }, { certificate, key });
      }
      case 'spiffe': {
        if (what.spiffeId === undefined) throw invalid('spiffeId', 'Say which SPIFFE ID the sensor has.');
        return made({ kind: 'spiffe', proof: what.spiffeId, expiresAt: null }, { spiffeId: what.spiffeId });
      }
      case 'sasl': {
        const user = brokerUserOf(what.organization, what.name, `${what.turn}-${randomBytes(3).toString('hex')}`);
        const { password, notes }: MadeUser = await this.#deps.brokerUsers.make(user, what.topic);
        return made({ kind: 'sasl', proof: user, expiresAt: null }, { user, password }, notes);
      }
    }
  }

  /** What the broker was told is taken back when the register refuses. */
  async #undo({ shown }: Made, error: unknown): Promise<never> {
    if (shown.user !== null) await this.#deps.brokerUsers.remove(shown.user);
    return refused(error);
  }

  #answer(sensor: SensorRow, { shown, notes }: Made, apiUrl: string): Enrolled {
    return { sensor, credential: shown, snippets: this.#snippets(sensor, apiUrl, shown.token ?? shown.password, shown.user), notes };
  }

  #snippets(row: SensorRow, apiUrl: string, secret: string | null, user: string | null): readonly Snippet[] {
    const known = user ?? row.credentials.find(({ kind }) => kind === 'sasl')?.proof ?? null;
    const brokerUser = known === null || !this.#deps.brokerUsers.isChecked() ? null : { user: known, mechanism: this.#deps.brokerUsers.mechanism };
    const { name: sensor, topic, format } = row;
    return snippetsOf(row.access, { sensor, topic, format, secret, addresses: { ...this.#deps.addresses, apiUrl } }, brokerUser);
  }
}

function made(proof: NewProof, shown: Partial<ShownCredential>, notes: readonly string[] = []): Made {
  const nothing = { token: null, certificate: null, key: null, spiffeId: null, user: null, password: null };
  return { proof, shown: { ...nothing, ...shown, kind: proof.kind, expiresAt: proof.expiresAt }, notes };
}

const invalid = (member: string, detail: string) => new ApiProblem('INVALID_REQUEST', detail, { errors: [{ pointer: `/body/${member}`, detail }] });

function required(row: SensorRow | undefined): SensorRow {
  if (row === undefined) throw notFound('sensor of this id');
  return row;
}

/** What the database refuses, as what the caller can change. */
function refused(error: unknown): never {
  const { code, constraint } = error as { readonly code?: unknown; readonly constraint?: unknown };
  if (code === 'P0002') throw notFound('sensor of this id that is not revoked');
  if (code === '23505' && constraint === 'sensor_name')
    throw new ApiProblem('CONFLICT', 'There is a sensor of this name. Rotate its credential, revoke it, or choose another name.');
  if (code === '23505') throw new ApiProblem('CONFLICT', 'This credential belongs, or belonged, to another sensor.');
  throw error;
}
