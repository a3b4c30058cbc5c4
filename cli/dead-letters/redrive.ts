import { resolve } from 'node:path';
import type { Command } from 'commander';
import { loadProcessConfig, loadTopologyFile } from '../../local/config.ts';
import { ConfigError } from '../../pipeline/core/errors.ts';
import { redrive } from '../../pipeline/runtime/redrive/index.ts';
import type { RedriveSums } from '../../pipeline/runtime/redrive/index.ts';
import { withOrganization } from '../../store/connect.ts';
import { appendAudit } from '../../store/queries/users.ts';
import { openClients } from '../clients.ts';
import type { Io } from '../command.ts';
import { requireConnection } from '../connection.ts';
import { filterOf, parseIds, withFilter } from './filter.ts';
import type { FilterOptions } from './filter.ts';
import { cliActor } from './show.ts';

interface Options extends FilterOptions {
  readonly data?: string;
  readonly config?: string;
  readonly all?: boolean;
  readonly execute?: boolean;
}

export function registerRedrive(parent: Command, io: Io): void {
  withFilter(parent.command('redrive'))
    .description('Sends them again, each once: a second time changes nothing. Without --execute it says what it would do')
    .argument('[ids...]', 'partition:offset, as list prints them', parseIds)
    .option('--all', 'all that there are, when no id and no other option chooses')
    .option('--execute', 'do it')
    .option('--config <file>', 'options (default: goshawk.yaml in the project, if there)')
    .option('--json', 'one JSON document; progress on stderr')
    .action(async (ids: readonly string[], options: Options) => {
      const filter = filterOf(options, ids);
      if (Object.keys(filter).length === 0 && options.all !== true)
        throw new ConfigError('INVALID_USAGE', 'Say which: ids, --code, --stage, --topic, --from, --to, --release, --organization, or --all.');
      const config = loadProcessConfig(await loadTopologyFile('telemetry'), process.env, options.config === undefined ? undefined : resolve(options.config));
      const connection = requireConnection(['kafkaBrokers', 'registryUrl'], options);
      await using clients = await openClients(connection, io);
      const isExecuted = options.execute === true;
      const sums = await redrive({
        broker: clients.broker,
        codec: clients.codec,
        filter,
        isExecuted,
        by: cliActor(),
        log: io.log(),
        signal: io.interruption.signal,
        replicationFactor: config.own.kafka.replication,
        progress: ({ matched, redriven }) =>
          io.report.say('redrive', `${matched} looked at, ${redriven} ${isExecuted ? 'sent again' : 'to send'}.`, { matched, redriven }),
      });
      if (isExecuted && connection.databaseUrl !== null) {
        const detail = { filter: { ...filter }, redriven: sums.redriven, already: sums.already, from: 'command line' };
        await withOrganization(clients.database, 'default', (sql) =>
          appendAudit(sql, cliActor(), 'dead-letter.redrive', `${sums.redriven} dead letters`, detail),
        );
      }
      if (io.json) io.print(JSON.stringify({ executed: isExecuted, ...sums }));
      else for (const line of linesOf(sums, isExecuted)) io.print(line);
    });
}

function* linesOf({ matched, redriven, already, obstacles, to, bytes }: RedriveSums, isExecuted: boolean): Generator<string> {
  if (matched === 0) return yield 'There are no such dead letters.';
  yield `${matched} dead letters match.`;
  yield `${redriven} ${isExecuted ? 'were sent again' : 'would be sent again'} (${bytes} bytes):`;
  for (const [topic, count] of Object.entries(to)) yield `${String(count).padStart(8)}  to ${topic}`;
  yield `${already} had been sent again before and ${isExecuted ? 'were' : 'would be'} left alone.`;
  for (const [obstacle, count] of Object.entries(obstacles)) yield `${count} cannot be sent again: ${obstacle}.`;
  if (!isExecuted && redriven > 0) yield 'Nothing was written. The same with --execute does it.';
}
