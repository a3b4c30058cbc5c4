import { nativeRecords } from '../local/native-files.ts';
import { ConfigError, RecordError } from '../pipeline/core/errors.ts';
import { KeyValueStore } from '../pipeline/core/stores.ts';
import { config, formats, Groups, openIngestor } from '../pipeline/ingest/index.ts';
import { declaredFormatIn } from '../pipeline/ingest/declared/folder.ts';
import type { Memory } from '../pipeline/ingest/kit.ts';
import { sourceOf } from '../pipeline/ingest/source.ts';
import { eventToEcsText } from '../schemas/avro/ecs.ts';
import type { Event } from '../schemas/avro/types.gen.ts';
import { rawTopic } from '../topologies/topics.ts';
import type { CommandFile } from './command.ts';

interface Options {
  readonly format?: string;
  readonly organization: string;
  readonly source: string;
  readonly zone?: string;
}

export default {
  name: 'decode',
  register(program, io) {
    program
      .command('decode')
      .description('Native records to canonical events, an ECS document a line; what cannot be read goes to stderr with its reason')
      .argument('[file]', 'a record a line, or JSON documents; .gz is read too, - is stdin', '-')
      .option('--format <name>', `of the records, when it must not be recognised: the file of a declared format (.yaml), or ${formats().join(', ')}`)
      .option('--organization <name>', 'that the events are of', 'default')
      .option('--source <name>', 'that the events are from', 'decode')
      .option('--zone <zone>', 'of times that name none (IANA name or +02:00); UTC unless given')
      .option('--json', 'refused records as JSON too')
      .action(async (file: string, { format: wanted, organization, source: name, zone }: Options) => {
        const declared = wanted !== undefined && /\.ya?ml$/.test(wanted) ? declaredFormatIn(wanted) : undefined;
        const format = declared?.name ?? wanted;
        if (format !== undefined && declared === undefined && !formats().some((name) => name === format || name.startsWith(`${format}-`)))
          throw new ConfigError('INVALID_USAGE', `There is no format ${format}; there are ${formats().join(', ')}.`);
        const options = config.safeParse({ zoneOfSource: zone === undefined ? {} : { [name]: zone } });
        if (!options.success) throw new ConfigError('INVALID_USAGE', `${zone} is no time zone. Examples: Europe/Berlin, +02:00.`);
        const ingestor = await openIngestor(options.data, { installation: 'decode' }, declared === undefined ? [] : [declared]);
        const topic = rawTopic(organization, name);
        const source = sourceOf(topic, new Map());
        let kept: unknown;
        const memory: Memory = {
          get: () => kept,
          put(value) {
            kept = value;
          },
        };
        const groups = new Groups(new KeyValueStore<unknown>());
        let number = 0;
        const refuse = (code: string, reason: string) => {
          process.exitCode = 1;
          io.report.say('refused', `Record ${number}: ${reason}`, { record: number, code, reason });
        };
        const tell = (events: readonly Event[]) => {
          for (const event of events) {
            // What no format claims is an event too; what is not of the format that was asked for is not.
            if (format !== undefined && event.dataset === 'unparsed' && event.labels.reason !== undefined) refuse('DECODE_FAILED', event.labels.reason);
            else io.print(eventToEcsText(event));
          }
        };

        for await (const native of nativeRecords(file, options.data.maxRecordBytes)) {
          if (io.interruption.signal.aborted) return;
          number++;
          try {
            // The record's number stands for its offset, and now for the time that a broker would have taken it.
            const record = { value: Buffer.from(native), position: { topic, partition: 0, offset: number - 1 }, appendedAt: Date.now() * 1000 };
            tell(ingestor.events(record, source, memory, format, groups));
          } catch (error) {
            if (!(error instanceof RecordError)) throw error;
            refuse(error.code, error.message);
          }
        }
        for (const group of groups.closeAll()) tell(ingestor.closed(group)); // the end of the file is the end of what is open
      });
  },
} satisfies CommandFile;
