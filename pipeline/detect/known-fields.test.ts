import { describe, expect, it } from 'vitest';
import { parseRuleSet } from '../../domains/sigma/index.ts';
import { KnownFields, shippedFields } from './known-fields.ts';
import type { KnownSource } from './known-fields.ts';
import { OWN_RULES, readRuleFiles } from './open-rules.ts';

const SOURCES: readonly KnownSource[] = [
  { product: 'windows', category: ['process_creation'], service: ['sysmon'], events: 100, fields: ['CommandLine', 'EventID', 'Image', 'by.*', 'a.b'] },
  { product: 'windows', category: [], service: ['security'], events: 3, fields: ['EventID', 'SubjectUserName'] },
];
const ruleOf = (logsource: string, selection: string) =>
  parseRuleSet([{ file: 'x.yml', text: `title: x\nlogsource: {${logsource}}\ndetection:\n  s: {${selection}}\n  condition: s\n` }]).rules[0]!;
const told = (known: KnownFields, logsource: string, selection: string) =>
  known.unknownOf(ruleOf(logsource, selection))?.map(({ field, nearest }) => [field, nearest]);

describe('fields of a rule', () => {
  const known = new KnownFields(SOURCES);
  const CREATION = 'product: windows, category: process_creation';
  it.each<[what: string, logsource: string, selection: string, unknown: readonly (readonly [string, string | undefined])[] | undefined]>([
    ['are known when events have them', CREATION, "Image: x, 'CommandLine|contains': y, a.b: 1", []],
    [
      'are known by the names of other vendors',
      'product: windows, category: process_creation',
      'ParentImage|endswith: x, Image: y',
      [['ParentImage', undefined]],
    ],
    ['are known where their keys are values', CREATION, 'by.17: x', []],
    ['are told with the name that was meant', CREATION, "'CommandLin|contains': x", [['CommandLin', 'CommandLine']]],
    ['are told once, references too', CREATION, "'Image|fieldref': Immage, Immage: x", [['Immage', 'Image']]],
    ['are told where much is known, without any such name', CREATION, 'Banana: x', [['Banana', undefined]]],
    ['are not told where little is known', 'product: windows, service: security', 'Banana: x', []],
    ['but are where they look like another', 'product: windows, service: security', 'SubjectUserNam: x', [['SubjectUserNam', 'SubjectUserName']]],
    ['of an unknown log source cannot be checked', 'product: toaster', 'Banana: x', undefined],
  ])('%s', (_what, logsource, selection, unknown) => {
    expect(told(known, logsource, selection)).toEqual(unknown);
  });
  it('are known when an installation has seen them', () => {
    expect(told(new KnownFields(SOURCES, ['Banana']), CREATION, 'Banana: x')).toEqual([]);
  });
});

it('knows the fields of our own rules', async () => {
  const known = new KnownFields(shippedFields());
  const { rules } = parseRuleSet(await readRuleFiles(OWN_RULES));
  const found = rules.flatMap((rule) => (known.unknownOf(rule) ?? []).map(({ field }) => `${rule.file}: ${field}`));
  expect(found).toEqual([]);
  expect(rules.filter((rule) => known.unknownOf(rule) === undefined).map(({ file }) => file)).toEqual([]);
});
