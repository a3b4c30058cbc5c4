// Sends the script's records steadily. Each lands once: after a send without an answer it looks at what the topics hold before it sends again.
import type { Logger } from 'pino';
import { setTimeout as delay } from 'node:timers/promises';
import { kafkaBroker } from '../pipeline/runtime/kafka/index.ts';
import type { Broker, Producer } from '../pipeline/runtime/port.ts';
import { readInputs } from './observe.ts';
import type { Script, Scripted } from './script.ts';
import { EXPECTATION_HEADER } from './script.ts';

export interface GeneratorOptions {
  readonly script: Script;
  readonly addresses: string;
  readonly log: Logger;
  readonly perSecond: number;
  readonly signal: AbortSignal;
}
export interface Generator {
  /** Records that the broker has acknowledged. */
  readonly sent: () => number;
  /** Sends what the script still owes and ends. @throws what ended it before */
  readonly finish: () => Promise<void>;
}

const TICK_MS = 300;

export function startGenerator({ script, addresses, log, perSecond, signal }: GeneratorOptions): Generator {
  const finishing = new AbortController();
  let sent = 0;
  let broker: Broker | undefined;
  let producer: Producer | undefined;
  const perTick = Math.max(1, Math.round((perSecond * TICK_MS) / 1000));

  async function deliver(records: readonly Scripted[]): Promise<void> {
    let missing = records;
    let isInDoubt = false;
    while (missing.length > 0) {
      signal.throwIfAborted();
      try {
        if (isInDoubt) missing = await notThere(missing);
        broker ??= kafkaBroker({ brokers: addresses.split(','), clientId: 'torture-generator', log });
        producer ??= broker.producer();
        if (missing.length > 0) await producer.send(missing.map(outRecord));
        break;
      } catch {
        isInDoubt = true;
        await broker?.close().catch(() => {});
        broker = undefined;
        producer = undefined;
        await delay(500, undefined, { signal });
      }
    }
    sent += records.length;
  }

  async function notThere(records: readonly Scripted[]): Promise<readonly Scripted[]> {
    const looker = kafkaBroker({ brokers: addresses.split(','), clientId: 'torture-looker', log });
    try {
      const there = new Map<string, number>();
      for (const { expectation } of await readInputs(looker)) there.set(expectation.token, (there.get(expectation.token) ?? 0) + 1);
      // A repeat has the token of the record it repeats: it is missing while there is one only.
      const wanted = new Map<string, number>();
      return records.filter(({ expectation: { token } }) => {
        const before = (wanted.get(token) ?? 0) + 1;
        wanted.set(token, before);
        return (there.get(token) ?? 0) < before + (acknowledged.get(token) ?? 0);
      });
    } finally {
      await looker.close();
    }
  }

  const acknowledged = new Map<string, number>();
  const running = (async () => {
    while (!finishing.signal.aborted || !script.isFinished) {
      const records = script.next(Date.now(), finishing.signal.aborted ? 0 : perTick);
      await deliver(records);
      for (const { expectation } of records) acknowledged.set(expectation.token, (acknowledged.get(expectation.token) ?? 0) + 1);
      await delay(TICK_MS, undefined, { signal });
    }
  })();
  running.catch(() => {}); // `finish` throws it
  return {
    sent: () => sent,
    async finish() {
      finishing.abort();
      try {
        await running;
      } finally {
        await broker?.close().catch(() => {});
      }
    },
  };
}

const outRecord = ({ topic, partition, key, value, expectation }: Scripted) => ({
  topic,
  partition,
  key: Buffer.from(key),
  value,
  headers: [[EXPECTATION_HEADER, Buffer.from(JSON.stringify(expectation))] as const],
});
