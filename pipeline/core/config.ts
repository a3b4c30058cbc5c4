// One zod schema per component makes the type, the check, the names in the environment and the printed pages.
// Order: default, then file, then environment.
import { existsSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { ConfigError } from './errors.ts';

/** Sections by name, each a strict object whose every option has a default and a description. */
export type Sections = Readonly<Record<string, z.ZodObject>>;
export type ConfigOf<S extends Sections> = { readonly [K in keyof S]: z.infer<S[K]> };
export type Environment = Readonly<Record<string, string | undefined>>;

/** Names that keep the spelling that other tools use. */
const USUAL_NAMES: Readonly<Record<string, string>> = {
  KAFKA_BROKERS: 'kafka.brokers',
  KAFKA_SSL: 'kafka.ssl',
  KAFKA_SASL_MECHANISM: 'kafka.saslMechanism',
  KAFKA_SASL_USERNAME: 'kafka.saslUsername',
  KAFKA_SASL_PASSWORD: 'kafka.saslPassword',
  SCHEMA_REGISTRY_URL: 'registry.url',
  DATABASE_URL: 'database.url',
  HOST: 'api.host',
  PORT: 'api.port',
  LOG_LEVEL: 'log.level',
  GOSHAWK_RULES_DIRS: 'detect.directories',
};
const constantCase = (name: string) => name.replaceAll(/(?<=[a-z0-9])([A-Z])/g, '_$1').toUpperCase();
/** `GOSHAWK_<SECTION>_<OPTION>`. */
export const environmentName = (section: string, option: string) => `GOSHAWK_${constantCase(section)}_${constantCase(option)}`;

/**
 * @param file `goshawk.yaml` or what `--config` names; absent or missing = none.
 * @throws ConfigError INVALID_CONFIG with all problems at once, each with its path and where it was set.
 */
export function loadConfig<S extends Sections>(sections: S, environment: Environment, file?: string): ConfigOf<S> {
  const problems: string[] = [];
  const given = fromFile(file, problems);
  for (const name of Object.keys(given)) {
    if (!(name in sections)) problems.push(`${name}: unknown section in ${file}; known are ${Object.keys(sections).sort().join(', ')}`);
  }
  const result: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(sections)) {
    const values = { ...(given[name] as Record<string, unknown> | undefined) };
    for (const [option, type] of Object.entries(schema.shape)) {
      const found = fromEnvironment(name, option, environment, problems);
      if (found !== undefined) values[option] = typed(found, type as z.ZodType);
    }
    const parsed = schema.safeParse(values);
    if (parsed.success) result[name] = parsed.data;
    else problems.push(...parsed.error.issues.map((issue) => `${[name, ...issue.path].join('.')}: ${issue.message}`));
  }
  if (problems.length > 0)
    throw new ConfigError(
      'INVALID_CONFIG',
      `The configuration has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:\n${problems.map((problem) => `  ${problem}`).join('\n')}`,
      { problems },
    );
  return result as ConfigOf<S>;
}

function fromFile(file: string | undefined, problems: string[]): Readonly<Record<string, unknown>> {
  if (file === undefined || !existsSync(file)) return {};
  try {
    const document: unknown = parse(readFileSync(file, 'utf8'));
    if (document === null) return {};
    if (typeof document === 'object' && !Array.isArray(document)) return document as Record<string, unknown>;
    problems.push(`${file}: must hold sections, one per key`);
  } catch (error) {
    problems.push(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  return {};
}

function fromEnvironment(section: string, option: string, environment: Environment, problems: string[]): string | undefined {
  const usual = Object.keys(USUAL_NAMES).filter((name) => USUAL_NAMES[name] === `${section}.${option}`);
  for (const name of [environmentName(section, option), ...usual]) {
    const file = environment[`${name}_FILE`];
    if (file !== undefined) {
      try {
        return readFileSync(file, 'utf8').trimEnd();
      } catch {
        problems.push(`${section}.${option}: ${name}_FILE names ${file}, which cannot be read`);
      }
    }
    const value = environment[name];
    if (value !== undefined && value !== '') return value;
  }
  return undefined;
}

/** Text from the environment as the type the option has; what does not fit stays text, and the schema says so. */
function typed(text: string, schema: z.ZodType): unknown {
  const kind = kindOf(schema);
  if (kind === 'number' && text.trim() !== '' && Number.isFinite(Number(text))) return Number(text);
  if (kind === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  if (kind === 'array')
    return text
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '');
  return text;
}

function kindOf(schema: z.ZodType): string {
  const inner = schema as unknown as { def: { type: string; innerType?: z.ZodType } };
  return inner.def.innerType === undefined || ['array', 'object'].includes(inner.def.type) ? inner.def.type : kindOf(inner.def.innerType);
}

export interface OptionRow {
  readonly section: string;
  readonly option: string;
  readonly environment: string;
  readonly type: string;
  readonly fallback: string;
  readonly description: string;
  readonly isSecret: boolean;
}

/** What docs/reference/options.md prints, and what masks secrets. */
export function optionRows(sections: Sections): readonly OptionRow[] {
  return Object.entries(sections).flatMap(([section, schema]) =>
    Object.entries(schema.shape).map(([option, type]): OptionRow => {
      const meta = (z.globalRegistry.get(type as z.ZodType) ?? {}) as { description?: string; secret?: boolean };
      const usual = Object.keys(USUAL_NAMES).find((name) => USUAL_NAMES[name] === `${section}.${option}`);
      const parsed = (type as z.ZodType).safeParse(undefined);
      return {
        section,
        option,
        environment: usual ?? environmentName(section, option),
        type: kindOf(type as z.ZodType),
        fallback: parsed.success ? (JSON.stringify(parsed.data) ?? '') : 'required',
        description: meta.description ?? '',
        isSecret: meta.secret === true,
      };
    }),
  );
}
