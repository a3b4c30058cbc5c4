import type { Logger } from 'pino';
import type { KafkajsLogger } from './library.ts';

/**
 * What kafkajs has to say, where it belongs: it calls every lost connection an error, and says so once per attempt. Our own errors carry
 * the cause, so this is for looking closer.
 */
export function quietLogger(log: Logger): KafkajsLogger {
  const nothing = () => {};
  const quiet = (message: string, extra: object = {}) => {
    log.debug({ kafkajs: message, ...extra }, 'The Kafka client reports trouble.');
  };
  const logger: KafkajsLogger = { namespace: () => logger, debug: nothing, info: nothing, warn: quiet, error: quiet };
  return logger;
}

const QUIET_MS = 10_000;

/** Warns of trouble that passes, at most every ten seconds; the rest goes to debug. */
export function troubleLog(log: Logger, fields: object): (error: unknown) => void {
  let saidMs = -Infinity;
  return (error) => {
    const isDue = performance.now() - saidMs >= QUIET_MS;
    if (isDue) saidMs = performance.now();
    log[isDue ? 'warn' : 'debug']({ ...fields, err: error }, 'The broker is away or moves; trying again.');
  };
}
