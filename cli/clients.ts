// Broker, codec and database of a command, opened from its connection and closed with it.
import type { Pool } from 'pg';
import { openBroker } from '../local/broker.ts';
import { schemaCacheFile } from '../local/project.ts';
import type { Broker } from '../pipeline/runtime/port.ts';
import { Codec } from '../schemas/avro/codec.ts';
import { openRegistry } from '../schemas/avro/registry.ts';
import { openPool } from '../store/connect.ts';
import type { Io } from './command.ts';
import type { Connection } from './connection.ts';

export interface Clients extends AsyncDisposable {
  readonly broker: Broker;
  readonly codec: Codec;
  /** As the API's role. Opened when first used, so a command without database may ignore it. */
  readonly database: Pool;
}

/** @throws RegistryError when an id is neither in the data folder nor to be had. */
export async function openClients(connection: Connection, io: Io): Promise<Clients> {
  const ids = await openRegistry({ url: connection.registryUrl ?? '', cacheFile: schemaCacheFile(connection.dataFolder) });
  const broker = openBroker(connection.kafkaBrokers ?? '', 'goshawk-cli', io.log());
  const database = openPool({ databaseUrl: connection.databaseUrl ?? '', role: 'goshawk_api', max: 2, applicationName: 'goshawk-cli', log: io.log() });
  return {
    broker,
    database,
    codec: new Codec(ids),
    async [Symbol.asyncDispose]() {
      await Promise.allSettled([broker.close(), database.end()]);
    },
  };
}
