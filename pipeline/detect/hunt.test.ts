import { describe, expect, it } from 'vitest';
import { HUNT_DATASET, recordOf } from '../../domains/hunt/index.ts';
import type { ToldMatch } from '../../domains/hunt/index.ts';
import { parseRuleSet } from '../../domains/sigma/index.ts';
import { plainContext, plainEvent } from '../../schemas/avro/plain.ts';
import type { Event, Finding } from '../../schemas/avro/types.gen.ts';
import { StageDriver } from '../runtime/driver.ts';
import { config, detect } from './index.ts';
import { openEngine } from './open-rules.ts';

const PAST = Date.UTC(2025, 0, 1) * 1000;
const told: ToldMatch = {
  kind: 'hunt-match',
  id: 'a'.repeat(32),
  at: '2026-01-01T00:00:00.000000Z',
  message: 'The hunt found it.',
  hunt: '00000000-0000-4000-8000-000000000001',
  finding: {
    ruleId: 'goshawk.hunt.indicator',
    title: 'evil.example seen in the past',
    description: 'Found by the hunt.',
    severity: 'high',
    status: 'test',
    groupKey: 'goshawk.hunt.indicator|x',
    entities: [{ type: 'host', value: 'ws1' }],
    fields: [{ name: 'dns.question.name', value: 'evil.example' }],
    event: { id: 'b'.repeat(32), time: PAST, dataset: 'zeek.dns', topic: 'raw.acme.zeek', partition: 3, offset: 9 },
  },
};
const RULE = 'title: Any\nname: any\nlevel: high\nstatus: stable\nlogsource: {product: goshawk}\ndetection: {s: {goshawk.kind: hunt-match}, condition: s}\n';

const findingsOf = (native: unknown, { topic = 'raw.acme.gateway-goshawk', ...over }: Partial<Event> & { topic?: string } = {}) => {
  const set = parseRuleSet([{ file: 'f.yml', text: RULE }]);
  const driver = new StageDriver(detect(config.parse({}), { set, engine: openEngine(set), isOwn: () => false }));
  const event = plainEvent({
    organization: 'acme',
    dataset: HUNT_DATASET,
    product: 'goshawk',
    native: Buffer.from(JSON.stringify(native)),
    provenance: { topic, partition: 0, offset: 1, index: 0, appendedAt: PAST, parser: 'goshawk', parserVersion: 3 },
    ...over,
  });
  const { outputs, summary } = driver.send({ event, context: plainContext() });
  return { summary, key: outputs[0]?.key, findings: outputs.map(({ value }) => value as Finding) };
};

describe('what a hunt tells', () => {
  it('becomes a finding of the event that it found, which no rule is asked about', () => {
    const { key, findings } = findingsOf(recordOf(told));
    expect(key).toBe('acme|goshawk.hunt.indicator|x');
    expect(findings).toEqual([
      expect.objectContaining({
        id: told.id,
        organization: 'acme',
        kind: 'hunt',
        ruleVersion: told.hunt,
        time: PAST,
        lastTime: PAST,
        status: 'test',
        events: [told.finding.event],
        eventCount: 1,
        fields: told.finding.fields,
      }),
    ]);
  });

  it.each<[name: string, native: unknown, over: Parameters<typeof findingsOf>[1], summary: string, kinds: string[]]>([
    ['is not believed from the topic of a sensor, and rules are asked', recordOf(told), { topic: 'raw.acme.zeek' }, 'finding', ['rule']],
    ['is not believed from the topic of another organization', recordOf(told), { topic: 'raw.other.gateway-goshawk' }, 'finding', ['rule']],
    ['is nothing when its shape is another', { goshawk: { ...told, finding: { ...told.finding, severity: 'worst' } } }, {}, 'passed', []],
    ['is nothing when members are missing', { goshawk: { kind: 'hunt-match', id: told.id } }, {}, 'passed', []],
    ['is nothing when it has members that we do not know', { goshawk: { ...told, kindOf: 1 } }, {}, 'passed', []],
  ])('%s', (_name, native, over, summary, kinds) => {
    const found = findingsOf(native, over);
    expect([found.summary, found.findings.map(({ kind }) => kind)]).toEqual([summary, kinds]);
  });
});
