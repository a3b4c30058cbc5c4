// Takes fields out of copies of the schemas, or renames them, and expects everybody who uses them to be named.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { blinded, changesBetween, impactOf } from '../../domains/schema-impact/index.ts';
import type { Use } from '../../domains/schema-impact/index.ts';
import { ourSchemas } from '../../schemas/avro/codec.ts';
import type { AvroField, AvroRecord, AvroSchema } from '../../schemas/avro/schema.ts';
import { fullNameOf, inlined, isRecord, isUnion, readSchemas } from '../../schemas/avro/schema.ts';
import { schemaUses } from './index.ts';

/** A copy in which the field at `path` (`Event.process.commandLine`) is what `change` makes of it; null takes it out. */
function edited(path: string, change: (field: AvroField) => AvroField | null): ReadonlyMap<string, AvroSchema> {
  const [root, ...names] = path.split('.');
  const walk = (schema: AvroSchema, rest: readonly string[]): AvroSchema => {
    if (isUnion(schema)) return schema.map((branch) => walk(branch, rest));
    if (!isRecord(schema)) return schema;
    return {
      ...schema,
      fields: schema.fields.flatMap((field) => {
        if (field.name !== rest[0]) return [field];
        const made = rest.length === 1 ? change(field) : { ...field, type: walk(field.type, rest.slice(1)) };
        return made === null ? [] : [made];
      }),
    };
  };
  const own = [...readSchemas().values()];
  const all = own.map((schema) => (schema.name === root ? (walk(inlined(schema, own), names) as AvroRecord) : (inlined(schema, own) as AvroRecord)));
  return new Map(all.map((schema) => [fullNameOf(schema), schema]));
}
const without = (path: string) => edited(path, () => null);

const STABLE_RULE = `title: Named as ECS does
id: 0d1b3b6e-6a54-4a57-9a3e-1d3f1f0f7a11
status: stable
logsource: { category: process_creation, product: linux }
detection:
  selection: { process.command_line|contains: secret }
  condition: selection
`;

describe('impact', () => {
  let uses: readonly Use[];
  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'goshawk-rules-'));
    writeFileSync(join(folder, 'named.yml'), STABLE_RULE);
    writeFileSync(
      join(folder, 'test.yml'),
      STABLE_RULE.replace('stable', 'experimental').replace('Named as ECS does', 'Only an experiment').replace('7a11', '7a12'),
    );
    uses = await schemaUses(ourSchemas(), [folder], {});
  }, 60_000);
  const impactsOf = (after: ReadonlyMap<string, AvroSchema>) => impactOf(changesBetween(ourSchemas(), after), uses);
  const named = (after: ReadonlyMap<string, AvroSchema>) => impactsOf(after).flatMap((impact) => impact.uses.map(({ kind, name }) => `${kind}: ${name}`));

  it.each<[path: string, users: string[]]>([
    [
      'Event.process.commandLine',
      [
        'column: goshawk.event.process_command_line',
        'view: api.event',
        'view: api.event_newest',
        'document: ECS document of an event',
        'document: ECS field process.command_line',
        'graphql field: Event.fields',
        'rule: Named as ECS does',
        'rule: Only an experiment',
      ],
    ],
    [
      'Event.source.ip',
      [
        'stage: detect',
        'stage: enrich',
        'context source: geo',
        'context source: zones',
        'column: goshawk.event.source_ip',
        'graphql field: Event.sourceIp',
        'dashboard query: EventRow { Event.sourceIp }',
      ],
    ],
    ['Event.host.ip', ['context source: assets', 'context source: related']],
    ['RefZone.cidr', ['context source: zones']],
    ['Event.dns.answers', ['stage: enrich', 'context source: related', 'column: goshawk.event.detail "dns.answers.data"']],
    [
      'Context.sourceGeo',
      ['column: goshawk.event.detail "source.geo.country_iso_code"', 'document: ECS document of an event', 'document: OCSF document of an event'],
    ],
    [
      'Finding.supersedes',
      ['stage: findings', 'column: goshawk.finding.supersedes', 'view: api.finding', 'stage: publish-findings', 'document: ECS document of a finding'],
    ],
    ['Alert.score', ['column: goshawk.alert.score', 'view: api.alert', 'graphql field: Alert.score', 'document: ECS document of an alert']],
    ['Feature.distinctPorts', ['stage: features', 'column: goshawk.feature.distinct_ports', 'view: api.feature']],
  ])('names who uses %s', (path, users) => {
    expect(impactsOf(without(path))[0]?.change).toMatchObject({ path, kind: 'removed' });
    expect(named(without(path))).toEqual(expect.arrayContaining(users));
  });

  it('tells a rename from a loss, and a retyped field from both', () => {
    const renamed = edited('Event.file.path', (field) => ({ ...field, name: 'fullPath' }));
    expect(changesBetween(ourSchemas(), renamed)).toEqual([{ path: 'Event.file.path', kind: 'removed', detail: 'is gone; perhaps it is fullPath now' }]);
    expect(named(renamed)).toContain('column: goshawk.event.file_path');
    const retyped = edited('Event.severity', (field) => ({ ...field, type: ['null', 'string'] }));
    expect(changesBetween(ourSchemas(), retyped)).toMatchObject([{ path: 'Event.severity', kind: 'retyped' }]);
    expect(named(retyped)).toContain('column: goshawk.event.severity');
  });

  it('finds nothing where nothing goes: docs change, fields come', () => {
    const told = edited('Event.message', (field) => ({ ...field, doc: 'Something else.' }));
    const grown = edited('Event.labels', (field) => ({ ...field }));
    expect(changesBetween(ourSchemas(), told)).toEqual([]);
    expect(changesBetween(ourSchemas(), grown)).toEqual([]);
  });

  it.each<[what: string, path: string, blind: (names: readonly string[]) => boolean]>([
    [
      'every rule in production without the native document',
      'Event.native',
      (names) => names.includes('Named as ECS does') && !names.includes('Only an experiment'),
    ],
    ['rules of a category without categories', 'Event.logsource.category', (names) => names.includes('Named as ECS does')],
    ['a rule that names the field as ECS does', 'Event.process.commandLine', (names) => names.length === 1 && names[0] === 'Named as ECS does'],
    ['none without a field that rules do not ask', 'Event.tls', (names) => names.length === 0],
  ])('blinds %s', (_what, path, isAsExpected) => {
    expect(isAsExpected(blinded(impactsOf(without(path))).map(({ name }) => name))).toBe(true);
  });
});
