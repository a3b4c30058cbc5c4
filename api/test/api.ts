// The whole API on an in-memory broker and a database of its own.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify';
import pino from 'pino';
import { Registry } from 'prom-client';
import { defineTopology } from '../../pipeline/core/topology.ts';
import type { Topology } from '../../pipeline/core/topology.ts';
import { memoryBroker } from '../../pipeline/runtime/memory/index.ts';
import type { MemoryBroker } from '../../pipeline/runtime/memory/index.ts';
import { Codec } from '../../schemas/avro/codec.ts';
import { fixedIds } from '../../schemas/avro/registry.ts';
import type { DatabasePool } from '../../store/queries/sql.ts';
import { installationTopics } from '../../topologies/settings.ts';
import { settingsOf } from '../../pipeline/core/topic-settings.ts';
import { topics } from '../../topologies/topics.ts';
import { buildApp } from '../app.ts';
import { Tokens } from '../auth/tokens.ts';
import { openKeys } from '../auth/keys.ts';
import { config as configSchema } from '../config.ts';
import type { ApiConfig } from '../config.ts';
import type { ApiDeps } from '../deps.ts';
import type { TestDatabase } from './database.ts';

export const INSTALLATION = '00000000-0000-4000-8000-000000000001';
/** 2026-03-01T13:00:00Z: an hour after the seeds' noon. */
export const NOW = 1_772_370_000_000_000;

const wire = (name: string, from: { readonly name: string }, to: readonly { readonly name: string }[]) => ({ kind: 'stage', name, from, to }) as never;
export const topology: Topology = defineTopology('telemetry', [
  wire('ingest', topics.raw, [topics.parsed]),
  wire('validate', topics.parsed, [topics.valid]),
  { kind: 'loader', name: 'events', from: topics.enriched, group: 'persist' } as never,
]);

/** Whatever an answer holds: a test says what it expects of it. */
export type Loose = ReturnType<typeof JSON.parse>;

export interface TestApi {
  readonly app: FastifyInstance;
  readonly broker: MemoryBroker;
  readonly codec: Codec;
  readonly token: (roles: readonly string[], organization?: string, user?: string) => Promise<string>;
  /** As a user of these roles; without roles, without a token. */
  readonly inject: (options: InjectOptions, roles?: readonly string[] | null, organization?: string) => Promise<LightMyRequestResponse>;
  readonly graphql: (
    query: string,
    variables?: Record<string, unknown>,
    roles?: readonly string[],
    organization?: string,
  ) => Promise<{ data: Loose; errors?: { message: string; extensions: Record<string, Loose>; path?: unknown[] }[] }>;
  readonly close: () => Promise<void>;
}

/** @param database Absent: a pool that reaches nobody. */
export async function openTestApi(
  database?: TestDatabase,
  overrides: { readonly config?: Partial<ApiConfig>; readonly deps?: Partial<ApiDeps> } = {},
): Promise<TestApi> {
  const keyFolder = mkdtempSync(join(tmpdir(), 'goshawk-api-'));
  const broker = memoryBroker();
  const admin = broker.admin();
  await admin.createTopics(installationTopics({ partitions: 2 }), 1);
  const codec = new Codec(fixedIds());
  const app = await buildApp({
    config: {
      ...configSchema.parse({}),
      requestsPerMinute: 1_000_000,
      writesPerMinute: 1_000_000,
      socketsPerMinute: 1_000_000,
      loginsPerMinute: 1_000_000,
      bulkRequestsPerMinute: 1_000_000,
      ...overrides.config,
    },
    log: pino({ level: process.env.LOG_LEVEL ?? 'silent' }),
    pool: database?.pool ?? away,
    openListener:
      database?.openListener ??
      (() => {
        throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
      }),
    broker,
    codec,
    topology,
    probes: [],
    metrics: new Registry(),
    installationId: INSTALLATION,
    keyFolder,
    dashboardFolder: null,
    version: '0.0.0-test',
    createRawTopic: (name) => admin.createTopics([settingsOf(topics.raw, 2, name)], 1),
    wallMicros: () => NOW,
    ...overrides.deps,
  });
  await app.ready();
  const tokens = new Tokens(await openKeys(keyFolder), INSTALLATION);
  const token: TestApi['token'] = async (roles, organization = 'default', user = 'tester') => (await tokens.sign({ user, organization, roles }, 3_600)).token;
  const inject: TestApi['inject'] = async (options, roles = ['admin'], organization) =>
    app.inject({ ...options, headers: { ...options.headers, ...(roles === null ? {} : { authorization: `Bearer ${await token(roles, organization)}` }) } });
  return {
    app,
    broker,
    codec,
    token,
    inject,
    graphql: async (query, variables, roles, organization) =>
      (await inject({ method: 'POST', url: '/graphql', payload: { query, variables } }, roles, organization)).json(),
    close: async () => {
      await app.close();
      await broker.close();
      rmSync(keyFolder, { recursive: true, force: true });
    },
  };
}

const refuse = () => Promise.reject(Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED' }));
const away = { connect: refuse, query: refuse } as unknown as DatabasePool;
