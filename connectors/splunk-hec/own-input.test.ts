// The sink sends to Goshawk's own input for HEC: the other half, which was written for Splunk's senders.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestApi } from '../../api/test/api.ts';
import type { TestApi } from '../../api/test/api.ts';
import { recordsOf } from '../../api/test/raw-records.ts';
import { NEVER, plainRecord, sinkDeps } from '../_contract/one-sink.ts';
import splunkHec from './index.ts';

describe("Goshawk's own input", () => {
  let api: TestApi;
  let url: string;
  let token: string;
  beforeAll(async () => {
    api = await openTestApi();
    token = await api.token(['sensor'], 'alpha', 'shipper');
    url = await api.app.listen({ host: '127.0.0.1', port: 0 });
  });
  afterAll(() => api.close());

  it.each<[name: string, options: object]>([
    ['plain', {}],
    ['packed', { compression: 'gzip' }],
    ['acknowledged', { acks: true, ackPollMs: 100 }],
  ])('takes what is sent %s, and refuses what Splunk does', async (name, options) => {
    const config = splunkHec.config.parse({ urls: [url], token, source: `test-${name}`, ...options });
    const deps = sinkDeps([url]);
    const sink = await splunkHec.sink(config, deps);
    const record = (n: number) => plainRecord({ id: `${name}-${n}`, value: { '@timestamp': `2026-03-01T12:00:0${n}.25Z`, host: { name: 'web-01' }, name, n } });
    const outcomes = await sink.send([record(0), plainRecord({ id: 'blank', value: '""' }), record(1)], NEVER);
    const settled = await Promise.all(outcomes.map(async (outcome) => (outcome.kind === 'accepted' ? outcome.acknowledged : outcome)));
    expect(settled).toMatchObject([{ kind: 'delivered' }, { kind: 'rejected', reason: '13' }, { kind: 'delivered' }]);
    const taken = (await recordsOf(api.broker, 'raw.alpha.gateway-hec')).filter(({ text }) => (JSON.parse(text) as { name?: string }).name === name);
    expect(taken.map(({ text }) => (JSON.parse(text) as { n: number }).n)).toEqual([0, 1]);
    expect(JSON.parse(taken[0]!.headers.told!)).toMatchObject({
      host: 'web-01',
      time: Date.UTC(2026, 2, 1, 12) * 1_000 + 250_000,
      labels: { 'hec.source': `test-${name}`, 'hec.fields.goshawk_id': `${name}-0` },
    });
    await sink.close();
    deps.outbound.close();
  });
});
