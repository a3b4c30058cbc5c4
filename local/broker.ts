import type { Logger } from 'pino';
import { ConfigError } from '../pipeline/core/errors.ts';
import { kafkaBroker } from '../pipeline/runtime/kafka/index.ts';
import type { Broker } from '../pipeline/runtime/port.ts';

type Mechanism = 'plain' | 'scram-sha-256' | 'scram-sha-512';
const MECHANISMS: readonly string[] = ['plain', 'scram-sha-256', 'scram-sha-512'];

/** A broker at `host:port,host:port`; KAFKA_SSL and KAFKA_SASL_* of the environment say how to sign in. Connects when first used. */
export function openBroker(brokers: string, clientId: string, log: Logger, env: NodeJS.ProcessEnv = process.env): Broker {
  const { KAFKA_SSL: ssl, KAFKA_SASL_MECHANISM: mechanism = 'scram-sha-512', KAFKA_SASL_USERNAME: username, KAFKA_SASL_PASSWORD: password = '' } = env;
  if (!MECHANISMS.includes(mechanism)) throw new ConfigError('INVALID_CONFIG', `KAFKA_SASL_MECHANISM is ${mechanism}; known are ${MECHANISMS.join(', ')}.`);
  const sasl = username ? { mechanism: mechanism as Mechanism, username, password } : undefined;
  return kafkaBroker({ brokers: brokers.split(',').map((broker) => broker.trim()), clientId, ssl: ssl === 'true', sasl, log });
}
