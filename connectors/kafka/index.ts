// Documents to topics of another Kafka.
import { z } from 'zod';
import { ConfigError } from '../../pipeline/core/errors.ts';
import type { Cluster } from '../_sink/cluster.ts';
import type { SinkConnector, SinkDeps } from '../_sink/index.ts';
import { isTemplate, nameByRecord, PLACEHOLDERS } from '../_sink/placeholders.ts';
import { areTogether, readTls, TOGETHER, tlsOptions } from '../_sink/tls.ts';
import { checkCluster, openKafkaSink } from './sink.ts';

const ADDRESS = /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):([1-9]\d{0,4})$/;
const MECHANISMS = ['none', 'plain', 'scram-sha-256', 'scram-sha-512'] as const;

export const config = z
  .strictObject({
    brokers: z
      .array(z.string().regex(ADDRESS, 'An address of the form host:port.'))
      .min(1)
      .max(64)
      .meta({
        displayName: 'Brokers',
        description:
          'Some brokers of the other cluster, host:port. The addresses that the cluster names for its brokers have to be open too (outboundHosts: tcp:// or tls://).',
        group: 'Connection',
        importance: 'high',
        width: 'long',
      }),
    tls: z.boolean().default(true).meta({ displayName: 'TLS', description: 'Whether connections are encrypted.', group: 'Connection', importance: 'medium' }),
    ...tlsOptions,
    saslMechanism: z
      .enum(MECHANISMS)
      .default('none')
      .meta({ displayName: 'Sign-in', description: 'How to sign in.', group: 'Connection', importance: 'medium' }),
    username: z.string().default('').meta({ displayName: 'User', description: 'User that signs in.', group: 'Connection', importance: 'medium' }),
    password: z
      .string()
      .default('')
      .meta({ displayName: 'Password', description: 'Password of the user.', group: 'Connection', importance: 'medium', secret: true }),
    topic: z
      .string()
      .min(1)
      .refine(isTemplate, `A name, in which may stand ${PLACEHOLDERS}.`)
      .refine((text) => /^[A-Za-z0-9._{}-]*$/.test(text), 'Letters, digits, dots, dashes and underscores.')
      .default('{topic}')
      .meta({
        displayName: 'Topic',
        description: `Topic of the other cluster; it has to exist. ${PLACEHOLDERS} stand for what they say of a record; {topic} is the topic that it comes from.`,
        group: 'Target',
        importance: 'high',
        width: 'long',
      }),
    compression: z
      .enum(['zstd', 'none'])
      .default('zstd')
      .meta({ displayName: 'Compression', description: 'Compression of what is written.', group: 'Target', importance: 'low' }),
    maxBatchRecords: z
      .int()
      .min(1)
      .max(2_000)
      .default(1_000)
      .meta({ displayName: 'Records a call', description: 'Most records that are written at once.', group: 'Delivery', importance: 'low', width: 'short' }),
    maxBatchBytes: z
      .int()
      .min(1_024)
      .max(16_777_216)
      .default(1_048_576)
      .meta({
        displayName: 'Bytes a call',
        description: 'Most bytes of documents that are written at once.',
        group: 'Delivery',
        importance: 'low',
        width: 'short',
      }),
    lingerMs: z
      .int()
      .min(0)
      .max(60_000)
      .default(50)
      .meta({
        displayName: 'Linger (ms)',
        description: 'How long a call that is not full waits for more.',
        group: 'Delivery',
        importance: 'low',
        width: 'short',
      }),
  })
  .refine(areTogether, TOGETHER)
  .refine(({ saslMechanism, username, password }) => (saslMechanism === 'none') === (username === '' && password === ''), {
    path: ['saslMechanism'],
    error: 'saslMechanism, username and password go together',
  });
export type KafkaConfig = z.infer<typeof config>;

/** What a broker's topic may be named; the longest is 249 characters. */
const legal = (value: string): string => value.replaceAll(/[^A-Za-z0-9._-]/g, '_').slice(0, 200);

function openCluster(options: KafkaConfig, { openCluster: open, allow }: SinkDeps): Cluster {
  if (open === undefined) throw new ConfigError('SINK_MISCONFIGURED', 'This worker cannot reach other Kafka clusters.');
  const { brokers, saslMechanism: mechanism, username, password, compression } = options;
  return open({
    brokers,
    tls: options.tls ? (readTls(options) ?? {}) : null,
    sasl: mechanism === 'none' ? null : { mechanism, username, password },
    compression,
    allow,
  });
}

const kafka: SinkConnector<KafkaConfig> = {
  name: 'kafka',
  type: 'sink',
  version: '1.0.0',
  config,
  duplicates: 'repeated',
  check: async (options, deps) => checkCluster(openCluster(options, deps), options.topic.includes('{') ? null : options.topic),
  async sink(options, deps) {
    const { topic, maxBatchRecords, maxBatchBytes, lingerMs } = options;
    const limits = { maxRecords: maxBatchRecords, maxBytes: maxBatchBytes, lingerMs, maxInFlight: 2, orderedByKey: true };
    return openKafkaSink(openCluster(options, deps), { topicOf: nameByRecord(topic, deps.organization, legal), limits }, deps);
  },
};
export default kafka;
