import { existsSync } from 'node:fs';
import { Option } from 'commander';
import { openBroker } from '../local/broker.ts';
import { sendFiles } from '../local/send.ts';
import { ConfigError } from '../pipeline/core/errors.ts';
import { settingsOf } from '../pipeline/core/topic-settings.ts';
import { topics } from '../topologies/topics.ts';
import type { CommandFile } from './command.ts';
import { requireConnection } from './connection.ts';
import { parsePositive } from './numbers.ts';

interface Options {
  readonly topic: string;
  readonly rate?: number;
  readonly rebase?: 'now';
  readonly salt?: string;
  readonly data?: string;
  readonly partitions: number;
  readonly replication: number;
}

const RAW_TOPIC = /^raw\.[a-z0-9][a-z0-9-]*\.[a-z0-9][a-z0-9-]*$/;
const RECORD_OVERHEAD = 1024; // key, headers and batch count towards the topic's limit

export default {
  name: 'send',
  register(program, io) {
    program
      .command('send')
      .description('Sends native records to a raw topic: a line each, or JSON documents; .gz is read too, - is stdin')
      .argument('<files...>')
      .requiredOption('--topic <name>', 'raw.<organization>.<source>; made when it is missing')
      .option('--rate <count>', 'records a second (default: as fast as the broker takes them)', parsePositive)
      .addOption(new Option('--rebase <when>', 'move all times inside the records so that each recording ends now').choices(['now']))
      .option('--salt <text>', 'give ids that sensors made other values, to send a file once more')
      .option('--partitions <count>', 'of the topic, when it is made', parsePositive, 4)
      .option('--replication <count>', 'copies of each partition, when it is made', parsePositive, 1)
      .option('--data <folder>', 'of the installation that runs on this machine')
      .option('--json', 'one JSON document')
      .action(async (files: readonly string[], options: Options) => {
        const { topic, rate, rebase, salt, data } = options;
        if (rebase !== undefined && files.includes('-'))
          throw new ConfigError('INVALID_USAGE', '--rebase reads its files twice, which stdin cannot do. Give it a file.');
        if (!RAW_TOPIC.test(topic))
          throw new ConfigError(
            'INVALID_USAGE',
            `${topic} is no raw topic; those are raw.<organization>.<source>, with lower-case letters, digits and hyphens.`,
          );
        const missing = files.filter((file) => file !== '-' && !existsSync(file));
        if (missing.length > 0) throw new ConfigError('INVALID_USAGE', `${missing.join(', ')} ${missing.length === 1 ? 'does' : 'do'} not exist.`);
        const { kafkaBrokers } = requireConnection(['kafkaBrokers'], { data });
        const broker = openBroker(kafkaBrokers, 'goshawk-send', io.log());
        try {
          const admin = broker.admin();
          const existing = (await admin.topics()).get(topic);
          if (existing === undefined) {
            await admin.createTopics([settingsOf(topics.raw, options.partitions, topic)], options.replication);
            io.report.say('send', `Made the topic ${topic}.`, { topic });
          }
          const started = performance.now();
          const { records, bytes, refused } = await sendFiles({
            files,
            topic,
            partitions: existing ?? options.partitions,
            producer: broker.producer(),
            rate,
            rebase: rebase !== undefined,
            salt,
            mostBytes: topics.raw.maxMessageBytes - RECORD_OVERHEAD,
            signal: io.interruption.signal,
            wallMs: Date.now,
            onProgress: (sent) => io.report.progress('send', `Sending to ${topic}`, sent, 0),
          });
          const seconds = (performance.now() - started) / 1000;
          for (const reason of refused) io.report.say('refused', `Not sent, larger than the topic takes: ${reason}.`, { reason });
          if (refused.length > 0) process.exitCode = 1;
          if (io.json) io.print(JSON.stringify({ topic, records, bytes, refused: refused.length, seconds }));
          else io.report.say('send', `Sent ${records} records (${(bytes / 1_048_576).toFixed(1)} MiB) in ${seconds.toFixed(1)} s.`);
        } finally {
          await broker.close();
        }
      });
  },
} satisfies CommandFile;
