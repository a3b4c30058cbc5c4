import Table from 'cli-table3';
import { openBroker } from '../local/broker.ts';
import { ensureTopics } from '../local/topics.ts';
import { ConfigError } from '../pipeline/core/errors.ts';
import { principals } from '../topologies/permissions.ts';
import { installationTopics } from '../topologies/settings.ts';
import type { CommandFile } from './command.ts';
import { requireConnection } from './connection.ts';
import { parsePositive } from './numbers.ts';
import { topicRows } from './topic-table.ts';

interface Options {
  readonly create?: boolean;
  readonly permissions?: boolean;
  readonly data?: string;
  readonly partitions: number;
  readonly replication: number;
  readonly organization: readonly string[];
  readonly json?: boolean;
}

export default {
  name: 'topics',
  register(program, io) {
    program
      .command('topics')
      .description('Prints the catalogue of topics; with --create makes what is missing and checks what is there')
      .option('--create', 'create missing topics; refuse when one exists with other settings that matter')
      .option('--permissions', 'with --create: let each principal of the installation do what it needs (the broker must have an authorizer)')
      .option('--partitions <count>', 'of each topic whose count is not fixed', parsePositive, 4)
      .option('--replication <count>', 'copies of each partition', parsePositive, 1)
      .option('--organization <names...>', 'whose raw topics and sinks', ['default'])
      .option('--data <folder>', 'of the installation that runs on this machine')
      .option('--json', 'one JSON document')
      .action(async ({ create = false, permissions = false, data, partitions, replication, organization }: Options) => {
        if (permissions && !create) throw new ConfigError('INVALID_USAGE', '--permissions goes with --create.');
        if (create) {
          const { kafkaBrokers } = requireConnection(['kafkaBrokers'], { data });
          const broker = openBroker(kafkaBrokers, 'goshawk-topics', io.log());
          try {
            const admin = broker.admin();
            const created = await ensureTopics(admin, installationTopics({ organizations: organization, partitions }), replication);
            if (permissions) await admin.permit(principals(organization).flatMap((principal) => principal.permissions));
            if (io.json) io.print(JSON.stringify({ created }));
            else io.report.say('topics', created.length === 0 ? 'All topics are there.' : `Created ${created.join(', ')}.`);
          } finally {
            await broker.close();
          }
          return;
        }
        const rows = topicRows();
        if (io.json) return io.print(JSON.stringify(rows));
        const table = new Table({ head: ['topic', 'value', 'key', 'partitions', 'cleanup', 'retention', 'largest'], style: { head: [], border: [] } });
        for (const row of rows) table.push([row.name, row.schema, row.key, row.partitions, row.cleanup, row.retention, row.maxMessage]);
        io.print(table.toString());
        for (const { name, note } of rows) if (note !== '') io.print(`${name}: ${note}`);
      });
  },
} satisfies CommandFile;
