// The official client takes the stand-in for Elasticsearch: what it sends is taken, what it is answered it understands.
import { Client } from '@elastic/elasticsearch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API_KEY, openCluster } from './test/stand-in.ts';
import type { Cluster } from './test/stand-in.ts';

describe('the Elasticsearch client', () => {
  let cluster: Cluster;
  let client: Client;
  beforeAll(async () => {
    cluster = await openCluster();
    client = new Client({ node: cluster.url, auth: { apiKey: API_KEY }, maxRetries: 0 });
  });
  afterAll(async () => {
    await client.close();
    await cluster.close();
  });

  it('sees the product, and each item', async () => {
    expect((await client.info()).version.number).toBe('9.1.0');
    const document = { '@timestamp': '2026-03-01T12:00:00Z' };
    const create = (_id: string) => ({ create: { _index: 'logs-goshawk.event-default', _id } });
    const { errors, items } = await client.bulk({ operations: [create('a'), document, create('a'), document, create('b'), {}], require_data_stream: true });
    expect(errors).toBe(true);
    expect(items.map(({ create: item }) => [item!.status, item!.error?.type])).toEqual([
      [201, undefined],
      [409, 'version_conflict_engine_exception'],
      [400, 'document_parsing_exception'],
    ]);
    expect(await cluster.taken()).toEqual(['a']);
  });

  it('sees that it is asked to come again', async () => {
    await cluster.fail('throttle', { times: 1 });
    const sent = client.bulk({ operations: [{ create: { _index: 'logs-a-b', _id: 'c' } }, { '@timestamp': 't' }] });
    await expect(sent).rejects.toMatchObject({ statusCode: 429, body: { error: { type: 'es_rejected_execution_exception' } } });
  });
});
