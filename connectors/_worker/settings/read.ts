// A configuration with its secrets, for a task that starts.
import { ConfigError } from '../../../pipeline/core/errors.ts';
import { chain } from '../transforms/chain.ts';
import type { Link } from '../transforms/chain.ts';
import type { Predicate, Transform } from '../transforms/definition.ts';
import type { Condition } from '../transforms/options.ts';
import type { Transforms } from '../transforms/record.ts';
import type { Alias } from './blocks.ts';
import type { SinkOptions } from './common-options.ts';
import { CONVERTERS } from './common-options.ts';
import { commonOf } from './common-config.ts';
import { maskOf } from './mask.ts';
import type { Plugin } from './plugins.ts';
import { parseReference } from './reference.ts';
import type { Secrets } from './secrets.ts';
import type { Settings } from './settings.ts';
import type { ConnectorConfig } from './shapes.ts';
import type { Reading } from './reading.ts';
import { readTexts } from './reading.ts';

/**
 * Resolves secrets and reads everything.
 *
 * @throws ConfigError INVALID_CONFIG with all problems, an option a line; no secret is in it.
 */
export async function readConfig(plugin: Plugin, config: ConnectorConfig, secrets: Secrets): Promise<Settings> {
  const first = readTexts(plugin, config, secrets, null);
  throwProblems(first.problems, (text) => text);
  const resolved = await resolveAll(first, secrets);
  const mask = maskOf(resolved.values());
  const reading = readTexts(plugin, config, secrets, resolved);
  throwProblems(reading.problems, mask);
  const { blocks, values } = reading;
  const common = values.get(blocks.common) as SinkOptions;
  return {
    connector: values.get(blocks.own)!,
    common: commonOf(common),
    transforms: plugin.type === 'sink' ? transformsOf(reading, common) : chain([], { key: 'bytes', value: 'bytes' }),
    mask,
  };
}

function throwProblems(problems: Reading['problems'], mask: (text: string) => string): void {
  if (problems.size === 0) return;
  const lines = [...problems.values()].flat().map(mask);
  throw new ConfigError('INVALID_CONFIG', lines.join('\n'), {
    problems: Object.fromEntries([...problems].map(([option, messages]) => [option, messages.map(mask)])),
  });
}

/** Looks up each secret, and each file that is named; all problems at once. */
async function resolveAll({ blocks, texts }: Reading, secrets: Secrets): Promise<ReadonlyMap<string, string>> {
  const resolved = new Map<string, string>();
  const problems = new Map<string, string[]>();
  const options = [blocks.common, ...blocks.aliases.map(({ block }) => block), blocks.own].flatMap((block) => block.options);
  for (const { definition, isFile } of options) {
    const text = texts.get(definition.name)?.trim() ?? '';
    if (text === '') continue;
    try {
      if (isFile) await secrets.checkFile(text);
      const reference = definition.type === 'PASSWORD' ? parseReference(text) : 'none';
      if (typeof reference !== 'string') resolved.set(definition.name, await secrets.resolve(reference));
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      problems.set(definition.name, [`${definition.name}: ${error.message}`]);
    }
  }
  throwProblems(problems, maskOf(resolved.values()));
  return resolved;
}

function transformsOf({ blocks, values }: Reading, common: SinkOptions): Transforms {
  const optionsOf = (alias: Alias) => values.get(alias.block)!;
  const find = (kind: Alias['kind'], name: string) => blocks.aliases.find((alias) => alias.kind === kind && alias.alias === name)!;
  const links = common.transforms.map((name): Link => {
    const alias = find('transforms', name);
    const transform = alias.named as Transform;
    const { predicate, negate } = optionsOf(alias) as Condition;
    const asked = predicate === undefined ? null : find('predicates', predicate);
    return {
      alias: name,
      className: transform.className,
      step: transform.configure(optionsOf(alias)),
      condition: asked === null ? null : { className: asked.named!.className, test: (asked.named as Predicate).configure(optionsOf(asked)), negate },
    };
  });
  const formOf = (name: string) => CONVERTERS[name as keyof typeof CONVERTERS];
  return chain(links, { key: formOf(common['key.converter']), value: formOf(common['value.converter']) });
}
