// The sink sends to Goshawk's own input for Elasticsearch's senders: the other half.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestApi } from '../../api/test/api.ts';
import type { TestApi } from '../../api/test/api.ts';
import { recordsOf } from '../../api/test/raw-records.ts';
import { NEVER, plainRecord, sinkDeps } from '../_contract/one-sink.ts';
import elasticsearch from './index.ts';

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

  it.each<[name: string, options: () => object]>([
    ['with a key', () => ({ apiKey: token })],
    ['packed, with a password', () => ({ username: 'shipper', password: token, compression: 'gzip' })],
  ])('takes what is sent %s', async (name, options) => {
    const config = elasticsearch.config.parse({ urls: [`${url}/elastic/`], ...options() });
    const deps = sinkDeps([url]);
    const sink = await elasticsearch.sink(config, deps);
    const sent = [0, 1].map((n) => plainRecord({ id: `${name}-${n}`.replaceAll(' ', '-'), value: { '@timestamp': '2026-03-01T12:00:00Z', name, n } }));
    expect(await sink.send(sent, NEVER)).toEqual([{ kind: 'delivered' }, { kind: 'delivered' }]);
    const texts = (await recordsOf(api.broker, 'raw.alpha.gateway-elastic')).map(({ text }) => text);
    expect(texts.filter((text) => (JSON.parse(text) as { name: string }).name === name)).toEqual(sent.map(({ value }) => String(value)));
    await sink.close();
    deps.outbound.close();
  });
});
