import { describe, expect, it } from 'vitest';
import { topics } from '../../topologies/topics.ts';
import { example, line, platform } from './test/example.ts';
import type { Line } from './test/example.ts';
import { runOnMemory } from './topology-driver.ts';

const RAW = 'raw.default.test';
const start = (options = {}) => runOnMemory(example, { platform, topics: [RAW], ...options });

describe('runTopology', () => {
  it('takes records through all stages, each with what became of it', async () => {
    const driver = await start();
    const lines: Line[] = [{ n: 1 }, { n: 2, act: 'reject' }, { n: 3, act: 'crash' }, { n: 4, act: 'skip' }, { n: 5 }, { n: 6, act: 'check-reject' }, { n: 7, act: 'sum-reject' }, { n: 8, act: 'large' }, { n: 9 }];
    await driver.write(RAW, [...lines.map((fields) => ({ key: null, value: line(fields) })), { key: Buffer.from('k'), value: Buffer.from('garbage'), partition: 0 }]);
    await driver.settle();
    expect((await driver.records(topics.findings)).map(({ value }) => value.title)).toEqual(['h 1 1', 'h 2 5', 'h 3 9']);
    expect((await driver.records(topics.enriched)).map(({ value, key }) => [key, value.event.labels.n, value.context.relatedHosts])).toEqual([['h', '1', ['h']], ['h', '5', ['h']], ['h', '7', ['h']], ['h', '9', ['h']]]);
    const letters = (await driver.raw('dead-letters.v1')).map(({ headers, key, value }) => {
      const text = (name: string) => new Map(headers).get(name)?.toString();
      return [text('__goshawk.errors.stage'), text('__goshawk.errors.code'), text('__streams.errors.topic'), text('__streams.errors.offset'), text('__goshawk.errors.organization'), key?.toString(), value!.length > 5];
    });
    expect(letters.sort()).toEqual([
      ['check', 'PAST_TIMESTAMP', 'events.parsed.v1', expect.any(String), '', 'h', true],
      ['sum', 'INVALID_EVENT', 'events.enriched.v1', expect.any(String), '', 'h', true],
      ['take', 'DECODE_FAILED', RAW, '9', 'default', 'k', true],
      ['take', 'INVALID_EVENT', RAW, '1', 'default', undefined, true],
      ['take', 'RECORD_TOO_LARGE', RAW, '7', 'default', undefined, true],
      ['take', 'UNEXPECTED', RAW, '2', 'default', undefined, true],
    ]);
    await driver.stop();
  });
});
