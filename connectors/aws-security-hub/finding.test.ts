// Findings in AWS's format, against its service model.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alertRecord, findingRecord } from '../_contract/finding-records.ts';
import { findingFacts } from '../_sink/finding-document.ts';
import type { FindingFacts } from '../_sink/finding-document.ts';
import { awsFinding } from './finding.ts';
import { findingShape, problemsOf } from './test/model.ts';

const PLACE = { region: 'eu-central-1', accountId: '123456789012', productArn: 'arn:aws:securityhub:eu-central-1:123456789012:product/123456789012/default' };
const UPDATED = Date.UTC(2026, 10, 21, 23);
const of = (facts: FindingFacts) => awsFinding(facts, PLACE, UPDATED);

describe('a finding of Security Hub', () => {
  it('of an alert', () => {
    expect(of(findingFacts(alertRecord('a1', 2)))).toEqual({
      SchemaVersion: '2018-10-08',
      Id: 'a1',
      ProductArn: PLACE.productArn,
      ProductName: 'Goshawk',
      CompanyName: 'Goshawk',
      Region: 'eu-central-1',
      AwsAccountId: '123456789012',
      GeneratorId: 'r1',
      CreatedAt: '2025-11-20T23:02:03.456Z',
      UpdatedAt: '2026-11-21T23:00:00.000Z',
      FirstObservedAt: '2025-11-20T23:02:03.456Z',
      LastObservedAt: '2025-11-20T23:03:03.456Z',
      Title: 'Hive copied',
      Description: 'Another finding.',
      Resources: [
        { Type: 'Other', Id: 'srv-1', Details: { Other: { entityType: 'host' } } },
        { Type: 'Other', Id: 'ada', Details: { Other: { entityType: 'user' } } },
      ],
      ProductFields: {
        'goshawk/goshawk/kind': 'alert',
        'goshawk/goshawk/organization': 'alpha',
        'goshawk/goshawk/revision': '2',
        'goshawk/goshawk/score': '71',
        'goshawk/goshawk/rules': 'r1 r2',
        'goshawk/goshawk/techniques': 'T1003.002',
        'goshawk/goshawk/tags': 'attack.credential-access attack.t1003.002',
        'goshawk/goshawk/eventCount': '4',
      },
      RecordState: 'ACTIVE',
      FindingProviderFields: { Severity: { Label: 'HIGH', Original: 'high' }, Types: ['TTPs/Credential Access'] },
    });
  });

  it.each<[name: string, given: Readonly<Record<string, unknown>>, expected: object]>([
    ['that was withdrawn is archived', { revisable: { revision: 2, isWithdrawn: true } }, { RecordState: 'ARCHIVED' }],
    ['without a description has its title', { description: null }, { Description: 'Hive copied' }],
    [
      'of an instance has its ARN',
      { entities: [{ type: 'host', value: 'i-0abc1234def567890' }] },
      { Resources: [{ Type: 'AwsEc2Instance', Id: 'arn:aws:ec2:eu-central-1:123456789012:instance/i-0abc1234def567890' }] },
    ],
    ['of nobody is of the organization', { entities: [] }, { Resources: [{ Type: 'Other', Id: 'alpha' }] }],
    ['without tactics is unusual', { tags: [] }, { FindingProviderFields: { Types: ['Unusual Behaviors'] } }],
    ['links to its rule', { reference: 'https://rules.example/r1' }, { SourceUrl: 'https://rules.example/r1' }],
  ])('%s', (_name, given, expected) => {
    expect(of(findingFacts(findingRecord('f1', given)))).toMatchObject(expected);
  });

  it('has no link that is none', () => {
    expect(of(findingFacts(findingRecord('f1', { reference: 'javascript:alert(1)' })))).not.toHaveProperty('SourceUrl');
  });

  it('adheres to the service model and to its lengths, whatever it is of', () => {
    const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme', minLength: 200, maxLength: 3_000 }));
    const facts = fc.record<FindingFacts>({
      kind: fc.constantFrom('finding', 'alert'),
      id: fc.stringMatching(/^[0-9a-f]{32}$/),
      revision: fc.nat(),
      isWithdrawn: fc.boolean(),
      organization: fc.string(),
      title: text.filter((title) => title !== ''),
      description: fc.option(text),
      level: fc.constantFrom('informational', 'low', 'medium', 'high', 'critical'),
      score: fc.option(fc.nat(100)),
      firstMs: fc.integer({ min: 0, max: 4e12 }),
      lastMs: fc.integer({ min: 0, max: 4e12 }),
      ruleIds: fc.array(text, { maxLength: 3 }),
      reference: fc.option(fc.oneof(fc.webUrl(), fc.string())),
      tactics: fc.array(fc.constantFrom('impact', 'discovery', 'stealth'), { maxLength: 60 }),
      techniques: fc.array(fc.string(), { maxLength: 3 }),
      tags: fc.array(text, { maxLength: 5 }),
      entities: fc.array(fc.record({ type: fc.constantFrom('host', 'user', 'address', 'hash', 'other'), value: text }), { maxLength: 50 }),
      eventCount: fc.nat(),
    });
    fc.assert(
      fc.property(facts, (given) => {
        const finding = of(given) as ReturnType<typeof of> & {
          readonly Title: string;
          readonly Description: string;
          readonly Resources: readonly { readonly Id: string }[];
        };
        expect(problemsOf(finding, findingShape)).toEqual([]);
        expect(finding.Title.length).toBeLessThanOrEqual(256);
        expect(finding.Description.length).toBeLessThanOrEqual(1_024);
        expect(finding.Description).not.toBe('');
        expect(finding.Resources.length).toBeLessThanOrEqual(32);
        expect(finding.Resources.every(({ Id: id }) => id.length <= 512)).toBe(true);
        expect(JSON.stringify(finding).isWellFormed()).toBe(true);
        expect(JSON.stringify(finding)).not.toMatch(/\\ud[89a-f]/i);
      }),
      { numRuns: 60 },
    );
  });
});
