// All options of a process: ours, and those of the topology that it runs.
import { join } from 'node:path';
import { z } from 'zod';
import { config as api } from '../api/config.ts';
import { config as relay } from '../api/relay/index.ts';
import { config as ticker } from '../api/ticker/index.ts';
import { config as connect } from '../connectors/_worker/settings/section.ts';
import { config as outbound } from '../outbound/config.ts';
import { loadConfig } from '../pipeline/core/config.ts';
import type { ConfigOf, Environment } from '../pipeline/core/config.ts';
import { ConfigError } from '../pipeline/core/errors.ts';
import { load } from '../pipeline/core/load.ts';
import { config as database } from '../store/connect.ts';
import type { TopologyFile } from '../topologies/open.ts';
import { inputSections } from './inputs.ts';
import { projectFolder } from './project.ts';

const kafka = z.strictObject({
  brokers: z.string().default('127.0.0.1:9092').meta({ description: 'host:port of some nodes of the cluster, with commas between.' }),
  ssl: z.boolean().default(false).meta({ description: 'Connect by TLS.' }),
  saslMechanism: z
    .enum(['plain', 'scram-sha-256', 'scram-sha-512'])
    .default('scram-sha-512')
    .meta({ description: 'How to sign in, when there is a user name.' }),
  saslUsername: z.string().default('').meta({ description: 'Empty: do not sign in.' }),
  saslPassword: z.string().default('').meta({ description: 'Password of that user.', secret: true }),
  replication: z.int().min(1).max(9).default(1).meta({ description: 'Copies of each partition of the topics that are created.' }),
  partitions: z.int().min(1).max(1000).default(4).meta({ description: 'Partitions of the topics that are created.' }),
});
const registry = z.strictObject({
  url: z.string().default('http://127.0.0.1:8081').meta({ description: 'Address of the schema registry, with the path of its Confluent API.' }),
});
const log = z.strictObject({
  level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).default('info').meta({ description: 'Least level that is logged.' }),
});
export const ownSections = { kafka, registry, database, log, api, relay, ticker, outbound, connect } as const;
export type OwnConfig = ConfigOf<typeof ownSections>;

const topologiesFolder = new URL('../topologies/', import.meta.url);

/** `topologies/<name>/`. @throws ConfigError INVALID_USAGE when there is none of that name. */
export async function loadTopologyFile(name: string): Promise<TopologyFile> {
  return load<TopologyFile>(topologiesFolder, name).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ERR_MODULE_NOT_FOUND' && error.message.includes(`topologies/${name}/index.ts`)
      ? new ConfigError('INVALID_USAGE', `There is no topology ${name}.`)
      : error;
  });
}

export interface ProcessConfig {
  readonly own: OwnConfig;
  readonly topology: ConfigOf<TopologyFile['sections']>;
  /** Of the inputs that listen, by section. */
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** @param file undefined = goshawk.yaml of the project, if there. @throws ConfigError INVALID_CONFIG with all problems. */
export function loadProcessConfig({ sections }: Pick<TopologyFile, 'sections'>, environment: Environment, file: string | undefined): ProcessConfig {
  const all = loadConfig({ ...inputSections, ...sections, ...ownSections }, environment, file ?? join(projectFolder, 'goshawk.yaml'));
  return { own: all, topology: all, inputs: all };
}
