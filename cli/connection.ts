// Finds the broker, registry, database and API for a command: the environment first, then the installation that runs on this machine.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '../pipeline/core/errors.ts';
import type { Broker } from '../pipeline/runtime/port.ts';
import { addressesFrom } from '../local/choice.ts';
import { findRunning } from '../local/installation.ts';
import { dataFolder } from '../local/project.ts';

/** Null = neither set nor running. */
export interface Connection {
  readonly kafkaBrokers: string | null;
  readonly registryUrl: string | null;
  readonly databaseUrl: string | null;
  readonly apiUrl: string | null;
  /** Stored in the data folder, or GOSHAWK_INSTALLATION_ID; goes into event ids. */
  readonly installationId: string | null;
  readonly dataFolder: string;
}
export interface ConnectionOptions {
  readonly data?: string | undefined;
}

export function resolveConnection({ data }: ConnectionOptions, env: NodeJS.ProcessEnv = process.env): Connection {
  const folder = dataFolder(data);
  const running = findRunning(folder);
  const given = addressesFrom(env);
  return {
    kafkaBrokers: given.broker ?? (running?.kafkaBrokers || null),
    registryUrl: given.registry ?? (running?.registryUrl || null),
    databaseUrl: given.database ?? (running?.databaseUrl || null),
    apiUrl: (env.GOSHAWK_API_URL || running?.apiUrl) ?? null,
    installationId: env.GOSHAWK_INSTALLATION_ID || running?.installationId || storedId(folder),
    dataFolder: folder,
  };
}

function storedId(folder: string): string | null {
  const file = join(folder, 'identity.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { installationId: string }).installationId : null;
}

type Need = 'kafkaBrokers' | 'registryUrl' | 'databaseUrl' | 'apiUrl';
const VARIABLES: Readonly<Record<Need, string>> = {
  kafkaBrokers: 'KAFKA_BROKERS',
  registryUrl: 'SCHEMA_REGISTRY_URL',
  databaseUrl: 'DATABASE_URL',
  apiUrl: 'GOSHAWK_API_URL',
};

/** @throws ConfigError INVALID_USAGE that names what is missing and how to get it. */
export function requireConnection<const N extends Need>(
  needs: readonly N[],
  options: ConnectionOptions,
  env: NodeJS.ProcessEnv = process.env,
): Connection & { readonly [K in N]: string } {
  const connection = resolveConnection(options, env);
  const missing = needs.filter((need) => connection[need] === null);
  if (missing.length > 0) {
    throw new ConfigError(
      'INVALID_USAGE',
      `Nothing runs in ${connection.dataFolder}. Start it with ./goshawk up, name another folder with --data, or set ${missing.map((need) => VARIABLES[need]).join(', ')}.`,
    );
  }
  return connection as ReturnType<typeof requireConnection<N>>;
}

/** For installations that were given no id: the cluster's, which is as stable and as much their own. */
export async function installationIdFor(broker: Broker): Promise<string> {
  const admin = broker.admin();
  try {
    return await admin.clusterId();
  } finally {
    await admin.close();
  }
}
