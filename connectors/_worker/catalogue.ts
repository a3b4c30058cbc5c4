// What the worker asks about kinds of connectors and their configuration.
import type { Logger } from 'pino';
import type { AllowList } from '../../outbound/allow-list.ts';
import type { Outbound } from '../../outbound/client.ts';
import { ConfigError } from '../../pipeline/core/errors.ts';
import type { SinkDeps } from '../_sink/index.ts';
import type { JsonObject, SourceConnector } from '../_source/index.ts';
import { optionsOf } from './settings/options.ts';
import { maskedLog } from './settings/masked-log.ts';
import { isSink } from './settings/plugins.ts';
import type { Plugin } from './settings/plugins.ts';
import { readConfig } from './settings/read.ts';
import { commonOf } from './settings/common-config.ts';
import type { SinkOptions } from './settings/common-options.ts';
import type { CommonConfig } from './settings/common-config.ts';
import type { Secrets } from './settings/secrets.ts';
import type { Settings } from './settings/settings.ts';
import type { Definition, Validation } from './settings/shapes.ts';
import { readTexts } from './settings/reading.ts';
import { pluginConfig, validateConfig } from './settings/validate.ts';
import { PREDICATES, TRANSFORMS } from './transforms/index.ts';
import type { Named } from './transforms/index.ts';

export type Config = Readonly<Record<string, string>>;
/** As `GET /connector-plugins` shows it. */
export interface PluginRow {
  readonly class: string;
  readonly type: 'sink' | 'source' | 'transformation' | 'predicate';
  readonly version: string;
}

export interface Catalogue {
  /** All kinds of connectors, transforms and predicates. */
  readonly plugins: readonly PluginRow[];
  /** A kind of connector by its class; undefined = there is none. */
  readonly find: (name: string) => Plugin | undefined;
  /** Options of a plugin of any type; null = there is none of that name. */
  readonly definitions: (name: string) => readonly Definition[] | null;
  /** Of a connector whose class `find` knows. Nobody is asked. */
  readonly validate: (config: Config, organization: string) => Validation;
  /** Asks the far side, where the kind of connector can. Never throws for what the far side says. */
  readonly ask: (config: Config, organization: string) => Promise<readonly { readonly option: string; readonly message: string }[]>;
  /** Of a configuration without errors; secrets are left alone. */
  readonly common: (config: Config) => CommonConfig;
  /** With its secrets. @throws ConfigError with all problems. */
  readonly read: (config: Config, organization: string) => Promise<{ readonly plugin: Plugin; readonly settings: Settings }>;
  /** Last part of the raw topic that a source writes to, after `gateway-`; null = it is a sink. */
  readonly sourceOf: (config: Config) => string | null;
  /** What is wrong with a position of a source that is set by hand; null = nothing. */
  readonly checkPosition: (config: Config, partition: JsonObject, position: JsonObject) => string | null;
}

export interface CatalogueOptions {
  readonly plugins: readonly Plugin[];
  /** Of our own transforms and predicates. */
  readonly version: string;
  readonly secretsOf: (organization: string) => Secrets;
  readonly outbound: Outbound;
  readonly allowOf: (organization: string) => Promise<AllowList>;
  readonly extra: Omit<SinkDeps, 'log' | 'outbound' | 'allow' | 'connector' | 'task' | 'organization' | 'signal' | 'now' | 'slowDown'>;
  readonly log: Logger;
}
const ASK_MS = 20_000;

export function openCatalogue({ plugins, version, secretsOf, outbound, allowOf, extra, log }: CatalogueOptions): Catalogue {
  const byName = new Map(plugins.map((plugin) => [plugin.name, plugin]));
  const parts: readonly (readonly [PluginRow['type'], Named])[] = [
    ...TRANSFORMS.map((each) => ['transformation', each] as const),
    ...PREDICATES.map((each) => ['predicate', each] as const),
  ];
  const require = (config: Config): Plugin => {
    const name = config['connector.class'] ?? '';
    const plugin = byName.get(name);
    if (plugin === undefined)
      throw new ConfigError('SINK_MISCONFIGURED', `This worker has no connectors of class ${name}. Known are ${[...byName.keys()].join(', ')}.`);
    return plugin;
  };
  const read = async (config: Config, organization: string) => {
    const plugin = require(config);
    return { plugin, settings: await readConfig(plugin, config, secretsOf(organization)) };
  };

  return {
    plugins: [
      ...plugins.map(({ name, type, version: own }) => ({ class: name, type, version: own })),
      ...parts.map(([type, { className }]) => ({ class: className, type, version })),
    ],
    find: (name) => byName.get(name),
    definitions(name) {
      const plugin = byName.get(name);
      if (plugin !== undefined) return pluginConfig(plugin);
      const part = parts.find(([, { className, names }]) => className === name || names.includes(name));
      return part === undefined ? null : optionsOf(part[1].options, null).map(({ definition }) => definition);
    },
    validate: (config, organization) => validateConfig(require(config), config, secretsOf(organization)),
    async ask(config, organization) {
      const closing = AbortSignal.timeout(ASK_MS);
      let mask = (text: string): string => text;
      try {
        const { plugin, settings } = await read(config, organization);
        mask = settings.mask;
        if (!isSink(plugin) || plugin.check === undefined) return [];
        const found = await plugin.check(settings.connector, {
          ...extra,
          log: maskedLog(log, mask),
          outbound,
          allow: await allowOf(organization),
          connector: config['name'] ?? '',
          task: 0,
          organization,
          signal: closing,
          now: Date.now,
          slowDown: () => {},
        });
        return found.map(({ option, message }) => ({ option, message: mask(message) }));
      } catch (error) {
        const message = error instanceof ConfigError ? error.message : `The far side could not be asked: ${(error as Error).message}`;
        return [{ option: 'connector.class', message: mask(message) }];
      }
    },
    common(config) {
      const plugin = require(config);
      const { blocks, values } = readTexts(plugin, config, null, null);
      const found = values.get(blocks.common);
      if (found === undefined) throw new ConfigError('INVALID_CONFIG', `The configuration of ${config['name']} cannot be read.`);
      return commonOf(found as SinkOptions);
    },
    read,
    sourceOf(config) {
      const plugin = require(config);
      if (plugin.type === 'sink') return null;
      return config['source'] ?? pluginConfig(plugin).find(({ name }) => name === 'source')?.default_value ?? null;
    },
    checkPosition: (config, partition, position) => (require(config) as unknown as SourceConnector).checkPosition(partition, position),
  };
}
