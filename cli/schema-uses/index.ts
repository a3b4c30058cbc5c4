// Everybody who uses a field of a schema, as the code itself says.
import { pino } from 'pino';
import { Registry } from 'prom-client';
import type { Use } from '../../domains/schema-impact/index.ts';
import { loadProcessConfig, loadTopologyFile } from '../../local/config.ts';
import { openRules } from '../../pipeline/detect/index.ts';
import type { DetectConfig } from '../../pipeline/detect/index.ts';
import type { AvroSchema } from '../../schemas/avro/schema.ts';
import { columnUses, fillings, viewUses } from './columns.ts';
import { documentUses, ecsFields } from './documents.ts';
import { graphqlUses } from './graphql.ts';
import { ruleUses } from './rules.ts';
import { contextSourceUses, stageUses } from './stages.ts';

const silent = pino({ level: 'silent' });

/**
 * @param before The schemas that the uses are of, by full name.
 * @param ruleFolders Rules that are looked at besides those of the configuration.
 * @throws ConfigError for options or rules that cannot be read
 */
export async function schemaUses(
  before: ReadonlyMap<string, AvroSchema>,
  ruleFolders: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<readonly Use[]> {
  const file = await loadTopologyFile('telemetry');
  const { topology: config } = loadProcessConfig(file, environment, undefined);
  const detect = config['detect'] as DetectConfig;
  const { set } = await openRules({ ...detect, directories: [...detect.directories, ...ruleFolders] }, silent);
  const { topology, close } = await file.open(config, {
    installationId: 'schemas',
    databaseUrl: 'postgresql://nowhere/none', // loaders are looked at, never opened
    stages: undefined,
    committed: () => Promise.resolve(new Map()),
    log: silent,
    metrics: new Registry(),
  });
  try {
    const filled = fillings(before);
    return [
      ...ruleUses(set, ecsFields(before), detect.experimental),
      ...stageUses(topology),
      ...(await contextSourceUses(before)),
      ...columnUses(filled),
      ...viewUses(filled),
      ...documentUses(before),
      ...(await graphqlUses(filled)),
    ];
  } finally {
    await close();
  }
}
