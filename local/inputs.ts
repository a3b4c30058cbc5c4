// The listening inputs of an installation: sources of connectors, in the process that writes to gateway topics.
import type { Logger } from 'pino';
import { Counter } from 'prom-client';
import type { Registry } from 'prom-client';
import type { z } from 'zod';
import type { OpenInputs } from '../api/deps.ts';
import type { Connector, InputDrop, Source } from '../pipeline/core/connector.ts';
import { load, names } from '../pipeline/core/load.ts';

const CONNECTORS = new URL('../connectors/', import.meta.url);

/** `otlp-grpc` has the section `otlpGrpc`. */
const sectionOf = (name: string): string => name.replaceAll(/-([a-z])/g, (_dash, letter: string) => letter.toUpperCase());

const connectors = await Promise.all(names(CONNECTORS).map((name) => load<Connector<object>>(CONNECTORS, name)));
/** What has a type is run by the worker of `connect`. */
const sources = connectors.filter((connector) => connector.source !== undefined && !('type' in connector));

/** Options of all sources there are, a section each. */
export const inputSections = Object.fromEntries(sources.map(({ name, config }) => [sectionOf(name), config as unknown as z.ZodObject]));

export const droppedCounter = (registry: Registry): Counter<'input' | 'reason'> =>
  new Counter({
    name: 'input_dropped_records_total',
    help: 'Records that a listening input had to leave out; those that reached a topic are never among them.',
    labelNames: ['input', 'reason'],
    registers: [registry],
  });
export const takenCounter = (registry: Registry): Counter<'input'> =>
  new Counter({ name: 'input_records_total', help: 'Records that a listening input wrote to a raw topic.', labelNames: ['input'], registers: [registry] });

interface Running {
  readonly name: string;
  readonly source: Source;
  readonly drops: ReadonlyMap<InputDrop, number>;
}
export interface InputsOptions {
  /** By section. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly log: Logger;
  readonly metrics: Registry;
}

/** Opens what the configuration asks for. It throws the ConfigError of the first that cannot listen; none is left open then. */
export const openInputs =
  ({ config, log, metrics }: InputsOptions): OpenInputs =>
  async ({ deliver, sensors }) => {
    const dropped = droppedCounter(metrics);
    const taken = takenCounter(metrics);
    const open: Running[] = [];
    const stop = async () => void (await Promise.all(open.map(({ source }) => source.stop())));
    try {
      for (const { name, source } of sources) {
        const drops = new Map<InputDrop, number>();
        const running = await source!(config[sectionOf(name)] as object, {
          sensors,
          log: log.child({ input: name }),
          async deliver(values, delivery, told) {
            const found = await deliver(values, delivery, told);
            taken.inc({ input: name }, found.length);
            return found;
          },
          countDropped(reason, records) {
            dropped.inc({ input: name, reason }, records);
            drops.set(reason, (drops.get(reason) ?? 0) + records);
          },
        });
        if (running === null) continue;
        open.push({ name, source: running, drops });
        log.info({ input: name, addresses: running.addresses }, 'An input listens.');
      }
    } catch (error) {
      await stop();
      throw error;
    }
    return { stop, state: () => ({ state: open.length === 0 ? 'off' : 'up', version: null, detail: open.map(describe).join(' ') }) };
  };

const describe = ({ name, source, drops }: Running): string =>
  `${name}: ${source.addresses.join(', ')}${drops.size === 0 ? '.' : `; left out since it started: ${[...drops].map(([reason, count]) => `${count} ${reason}`).join(', ')}.`}`;
