// Answers of the REST interface about configuration, as Kafka Connect gives them.
import type { Texts } from './blocks.ts';
import { commonBlock, ownBlock } from './blocks.ts';
import type { Option } from './options.ts';
import type { Plugin } from './plugins.ts';
import type { Reading } from './reading.ts';
import { HIDDEN, holdsCredentials, readTexts } from './reading.ts';
import type { Secrets } from './secrets.ts';
import type { ConfigValue, ConnectorConfig, Definition, Validation } from './shapes.ts';

/** Definitions of `GET /connector-plugins/<name>/config`: its own, then those of every connector. */
export const pluginConfig = (plugin: Plugin): readonly Definition[] => {
  const own = ownBlock(plugin).options.map(({ definition }) => definition);
  return [
    ...own,
    ...commonBlock(plugin)
      .options.map(({ definition }) => definition)
      .filter(({ name }) => own.every((option) => option.name !== name)),
  ];
};

/** Answer of `PUT /connector-plugins/<name>/config/validate`. Nothing is looked up, nobody is asked. */
export function validateConfig(plugin: Plugin, config: ConnectorConfig, secrets: Pick<Secrets, 'refusal' | 'fileRefusal'> | null = null): Validation {
  const { blocks, problems, texts } = readTexts(plugin, config, secrets, null);
  const options = new Map(
    [blocks.common, ...blocks.aliases.map(({ block }) => block), blocks.own].flatMap((block) =>
      block.options.map((option) => [option.definition.name, option] as const),
    ),
  );
  const unknown = [...problems.keys()].filter((name) => !options.has(name));
  const groups = new Set([...options.values()].flatMap(({ definition: { group } }) => (group === null ? [] : [group])));
  return {
    name: plugin.name,
    error_count: [...problems.values()].flat().length,
    groups: [...groups],
    configs: [
      ...unknown.map((name) => ({ definition: null, value: valueOf(name, HIDDEN, [], problems) })),
      ...[...options.values()].map((option) => ({
        definition: option.definition,
        value: valueOf(option.definition.name, shown(option, texts), option.choices, problems),
      })),
    ],
  };
}

const valueOf = (name: string, value: string | null, choices: readonly string[], problems: Reading['problems']): ConfigValue => ({
  name,
  value,
  recommended_values: choices,
  errors: problems.get(name) ?? [],
  visible: true,
});

/** As Connect shows it: read and written again; null when it cannot be read. An unknown option may hold a secret whose name is misspelt. */
function shown({ definition, read }: Option, texts: Texts): string | null {
  const text = texts.get(definition.name);
  if (text === undefined) return definition.default_value;
  if (definition.type === 'PASSWORD' || holdsCredentials(text)) return HIDDEN;
  try {
    const value = read(text);
    return Array.isArray(value) ? value.join(',') : String(value);
  } catch {
    return null;
  }
}

/** The message of a refused `POST /connectors`, as Connect words it; null when nothing is wrong. */
export function refusalOf({ error_count: count, configs }: Validation): string | null {
  if (count === 0) return null;
  const errors = configs.flatMap(({ value }) => value.errors);
  return `Connector configuration is invalid and contains the following ${count} error(s):\n${errors.join('\n')}\nYou can also find the above list of errors at the endpoint \`/connector-plugins/{connectorType}/config/validate\``;
}

/** The same with what `check` of a plugin has found. */
export function withProblems(validation: Validation, found: readonly { readonly option: string; readonly message: string }[]): Validation {
  if (found.length === 0) return validation;
  const at = (name: string) => found.filter(({ option }) => option === name).map(({ message }) => message);
  const placed = new Set(validation.configs.map(({ value }) => value.name));
  // Of the connector as a whole, where no option is meant.
  const rest = found.filter(({ option }) => !placed.has(option)).map(({ message }) => message);
  return {
    ...validation,
    error_count: validation.error_count + found.length,
    configs: validation.configs.map(({ definition, value }) => ({
      definition,
      value: { ...value, errors: [...value.errors, ...at(value.name), ...(value.name === 'connector.class' ? rest : [])] },
    })),
  };
}
