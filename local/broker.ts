import type { Logger } from 'pino';
import { loadConfig } from '../pipeline/core/config.ts';
import { kafkaBroker } from '../pipeline/runtime/kafka/index.ts';
import type { Broker } from '../pipeline/runtime/port.ts';
import { ownSections } from './config.ts';

/** A broker at `host:port,host:port`; KAFKA_SSL and KAFKA_SASL_* of the environment say how to sign in. Connects when first used. */
export function openBroker(brokers: string, clientId: string, log: Logger, env: NodeJS.ProcessEnv = process.env): Broker {
  const { ssl, saslMechanism: mechanism, saslUsername: username, saslPassword: password } = loadConfig({ kafka: ownSections.kafka }, env).kafka;
  return kafkaBroker({
    brokers: brokers.split(',').map((broker) => broker.trim()),
    clientId,
    ssl,
    sasl: username === '' ? undefined : { mechanism, username, password },
    log,
  });
}
