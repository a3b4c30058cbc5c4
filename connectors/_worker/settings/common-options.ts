// The options that every connector has, under the names that Kafka Connect gives them where it has them.
import { z } from 'zod';
import { topics } from '../../../topologies/topics.ts';
import { wrongWith } from './regex.ts';

export const DEAD_LETTER_TOPIC = topics.connectDeadLetters.name;
export const CONVERTERS = {
  'org.apache.kafka.connect.json.JsonConverter': 'json',
  'org.apache.kafka.connect.storage.StringConverter': 'string',
  'org.apache.kafka.connect.converters.ByteArrayConverter': 'bytes',
} as const;
export type Form = (typeof CONVERTERS)[keyof typeof CONVERTERS];
const SIMPLE_HEADERS = 'org.apache.kafka.connect.storage.SimpleHeaderConverter';

const atLeast = (least: number) => ({ error: `Value must be at least ${least}` });
const oneOf = <const T extends readonly [string, ...string[]]>(values: T) => z.enum(values, { error: `String must be one of: ${values.join(', ')}` });
const converter = (what: string, more: readonly string[] = []) =>
  z
    .enum([...Object.keys(CONVERTERS), ...more], {
      error: `documents are JSON without schemas: ${[...Object.keys(CONVERTERS), ...more].join(', ')} are what can be named here`,
    })
    .meta({ description: `${what} JSON is read without schemas.`, group: 'Common', importance: 'low', width: 'short', type: 'CLASS' });
const withoutSchemas = (what: string) =>
  z
    .literal(false, { error: 'documents are JSON without schemas: false is all that can be said here' })
    .default(false)
    .meta({ description: `Whether JSON ${what} carry a schema: no.`, group: 'Common', importance: 'low', width: 'short', type: 'BOOLEAN' });

const everyConnector = {
  name: z
    .string()
    .min(1, 'String must be non-empty')
    .max(200, 'String must have at most 200 characters')
    // oxlint-disable-next-line no-control-regex -- that is what is refused
    .regex(/^[^\u0000-\u001f\u007f]*$/, 'String may not contain control sequences')
    .meta({ description: 'Name of the connector, of its own among all.', group: 'Common', importance: 'high', width: 'medium', displayName: 'Connector name' }),
  'connector.class': z
    .string()
    .meta({ description: 'What kind of connector it is.', group: 'Common', importance: 'high', width: 'long', displayName: 'Connector class' }),
  'tasks.max': z
    .int()
    .min(1, atLeast(1))
    .max(1_000)
    .default(1)
    .meta({ description: 'Most tasks that share its work.', group: 'Common', importance: 'high', width: 'short', displayName: 'Tasks max' }),
  'tasks.max.enforce': z
    .boolean()
    .default(true)
    .meta({
      description: 'Taken for the sake of Kafka Connect: it is always so.',
      group: 'Common',
      importance: 'low',
      width: 'short',
      displayName: 'Enforce tasks max',
    }),
  'config.action.reload': oneOf(['none', 'restart'])
    .default('restart')
    .meta({
      description: 'Taken for the sake of Kafka Connect, without effect: secrets are read when a task starts.',
      group: 'Common',
      importance: 'low',
      width: 'medium',
      displayName: 'Reload Action',
    }),
};

const tolerance = oneOf(['none', 'all'])
  .default('all')
  .meta({
    description:
      'What a record does that cannot be delivered as it is: `all` sets it aside in the dead-letter topic and goes on; `none` stops the task. In Kafka Connect the default is `none`.',
    group: 'Error Handling',
    importance: 'medium',
    width: 'short',
    displayName: 'Error Tolerance',
  });

export const sinkOptions = z.strictObject({
  ...everyConnector,
  topics: z
    .array(z.string().regex(/^[a-zA-Z0-9._-]{1,249}$/, 'not the name of a topic'))
    .default([])
    .meta({
      description: 'Topics to read, with commas between. One of `topics` and `topics.regex`.',
      group: 'Common',
      importance: 'high',
      width: 'long',
      displayName: 'Topics',
    }),
  'topics.regex': z
    .string()
    .default('')
    .superRefine((source, context) => {
      const wrong = wrongWith(source);
      if (wrong !== null) context.addIssue({ code: 'custom', message: `Invalid regex: ${wrong}` });
    })
    .meta({
      description: 'Reads all topics whose whole name meets this regular expression (RE2 syntax), also those that come to be later.',
      group: 'Common',
      importance: 'high',
      width: 'long',
      displayName: 'Topics regex',
    }),
  start: z
    .string()
    .default('now')
    .refine((text) => startOf(text) !== null, 'now, earliest, or a time such as 2026-01-31T00:00:00Z')
    .meta({
      description:
        'Where it begins when it is created: `now`, `earliest` (what the topic still has), or a time, ISO 8601 with its zone. Later it goes on where it was.',
      group: 'Delivery',
      importance: 'high',
      width: 'medium',
      recommended: ['now', 'earliest'],
    }),
  subscription: z
    .string()
    .max(200)
    .default('')
    .meta({
      description: 'Only documents that the subscription of this name asked for. Empty: all of the topics.',
      group: 'Delivery',
      importance: 'high',
      width: 'medium',
    }),
  maxOwedBytes: z
    .int()
    .min(1_048_576, atLeast(1_048_576))
    .max(17_179_869_184)
    .default(67_108_864)
    .meta({
      description: 'Most bytes that a task holds of records that are read and not yet settled. Beyond it, nothing more is read.',
      group: 'Delivery',
      importance: 'medium',
      width: 'medium',
    }),
  'offset.flush.interval.ms': z
    .int()
    .min(100, atLeast(100))
    .max(3_600_000)
    .default(5_000)
    .meta({ description: 'How often positions of what is settled are committed.', group: 'Delivery', importance: 'low', width: 'short' }),
  'key.converter': converter('How transforms see the key.')
    .default('org.apache.kafka.connect.storage.StringConverter')
    .meta({ displayName: 'Key converter class', recommended: Object.keys(CONVERTERS) }),
  'key.converter.schemas.enable': withoutSchemas('keys'),
  'value.converter': converter('How transforms see the value.')
    .default('org.apache.kafka.connect.json.JsonConverter')
    .meta({ displayName: 'Value converter class', recommended: Object.keys(CONVERTERS) }),
  'value.converter.schemas.enable': withoutSchemas('values'),
  'header.converter': converter('How headers are seen: bytes in any case.', [SIMPLE_HEADERS])
    .default(SIMPLE_HEADERS)
    .meta({ displayName: 'Header converter class', recommended: [...Object.keys(CONVERTERS), SIMPLE_HEADERS] }),
  'header.converter.schemas.enable': withoutSchemas('headers'),
  transforms: z
    .array(z.string())
    .default([])
    .meta({
      description: 'Names of transforms, applied in this order; each has options `transforms.<name>.*`.',
      group: 'Transforms',
      importance: 'low',
      width: 'long',
      displayName: 'Transforms',
    }),
  predicates: z
    .array(z.string())
    .default([])
    .meta({
      description: 'Names of predicates that transforms may ask; each has options `predicates.<name>.*`.',
      group: 'Predicates',
      importance: 'low',
      width: 'long',
      displayName: 'Predicates',
    }),
  'errors.retry.timeout': z
    .int()
    .min(-1, atLeast(-1))
    .default(0)
    .meta({
      description:
        'How long a transform that fails is tried again, in milliseconds; -1 = for ever. What the far side does not take is tried for ever in any case.',
      group: 'Error Handling',
      importance: 'medium',
      width: 'medium',
      displayName: 'Retry Timeout for Errors',
    }),
  'errors.retry.delay.max.ms': z
    .int()
    .min(1, atLeast(1))
    .default(60_000)
    .meta({
      description: 'Longest wait between two tries.',
      group: 'Error Handling',
      importance: 'medium',
      width: 'medium',
      displayName: 'Maximum Delay Between Retries for Errors',
    }),
  'errors.tolerance': tolerance,
  'errors.log.enable': z
    .boolean()
    .default(false)
    .meta({ description: 'Whether each such record is logged.', group: 'Error Handling', importance: 'medium', width: 'short', displayName: 'Log Errors' }),
  'errors.log.include.messages': z
    .boolean()
    .default(false)
    .meta({
      description: 'Whether its topic, partition, offset and time are logged too.',
      group: 'Error Handling',
      importance: 'medium',
      width: 'short',
      displayName: 'Log Error Details',
    }),
  'errors.deadletterqueue.topic.name': z
    .string()
    .regex(/^(connect\.dead-letters\.[a-zA-Z0-9._-]{1,200})?$/, 'the name begins with connect.dead-letters. : what else there is, is not for dead letters')
    .default(DEAD_LETTER_TOPIC)
    .meta({
      description:
        'Topic for records that cannot be delivered, as they were; its name begins with `connect.dead-letters.`. Empty: with tolerance `all` they are left out and counted. In Kafka Connect the default is empty.',
      group: 'Error Handling',
      importance: 'medium',
      width: 'medium',
      displayName: 'Dead Letter Queue Topic Name',
    }),
  'errors.deadletterqueue.topic.replication.factor': z
    .int()
    .min(1, atLeast(1))
    .max(32_767)
    .default(3)
    .meta({
      description: 'Copies of that topic when it has to be created. The default topic is there already.',
      group: 'Error Handling',
      importance: 'medium',
      width: 'medium',
      type: 'SHORT',
      displayName: 'Dead Letter Queue Topic Replication Factor',
    }),
  'errors.deadletterqueue.context.headers.enable': z
    .boolean()
    .default(true)
    .meta({
      description: 'Whether headers `__connect.errors.*` say where the record lay and why it is there. In Kafka Connect the default is `false`.',
      group: 'Error Handling',
      importance: 'medium',
      width: 'medium',
      displayName: 'Enable Error Context Headers',
    }),
});
export type SinkOptions = z.infer<typeof sinkOptions>;
/** Pulled sources write to raw topics: no topics to read, nothing to transform, and one topic for what cannot be kept. */
export const sourceOptions = z.strictObject({ ...everyConnector, 'errors.tolerance': tolerance });
export type SourceOptions = z.infer<typeof sourceOptions>;

/** A time has its zone: whoever leaves it out means one of two. */
export function startOf(text: string): 'now' | 'earliest' | number | null {
  if (text === 'now' || text === 'earliest') return text;
  const isWhole = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/.test(text);
  const ms = isWhole ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) || ms < 0 ? null : ms;
}
