import { afterEach, describe, expect, it } from 'vitest';
import { sinkDeps } from '../_contract/one-sink.ts';
import elasticsearch from './index.ts';
import { matchesPattern } from './names.ts';
import { API_KEY, openCluster } from './test/stand-in.ts';
import type { Cluster, ClusterOptions } from './test/stand-in.ts';

let cluster: Cluster | undefined;
afterEach(() => cluster?.close());

describe('the check of a configuration', () => {
  it.each<[name: string, far: ClusterOptions, options: object, problems: readonly (readonly [option: string, part: string])[]]>([
    ['finds nothing wrong', {}, {}, []],
    ['finds nothing wrong with OpenSearch', { product: 'opensearch' }, {}, []],
    ['finds nothing wrong when the key may see nothing but its index', { maySeeCluster: false }, {}, []],
    ['says that a key is wrong', {}, { apiKey: 'd3Jvbmc=' }, [['apiKey', 'does not take the credentials']]],
    [
      'says which privileges are missing, for each kind of document',
      { privileges: { create_doc: false } },
      { index: 'logs-x.{kind}-default' },
      [
        ['index', 'may not write to logs-x.event-default: create_doc is missing'],
        ['index', 'may not write to logs-x.finding-default: create_doc is missing'],
        ['index', 'may not write to logs-x.alert-default: create_doc is missing'],
      ],
    ],
    ['says that a target would become a plain index', {}, { index: 'goshawk' }, [['index', 'No index template makes goshawk a data stream']]],
    ['leaves a plain index alone that is meant to be one', {}, { index: 'goshawk', dataStream: false }, []],
    ['takes a part that is not known yet for what a template may take', {}, { index: 'logs-{dataset}-{organization}' }, []],
  ])('%s', async (_name, far, options, problems) => {
    cluster = await openCluster(far);
    const config = elasticsearch.config.parse({ urls: [cluster.url], apiKey: API_KEY, ...options });
    const said = await elasticsearch.check!(config, sinkDeps(cluster.outboundAllow));
    expect(said.map(({ option }) => option)).toEqual(problems.map(([option]) => option));
    for (const [n, [, part]] of problems.entries()) expect(said[n]!.message).toContain(part);
  });

  it('says that an address is no cluster, or is not there, or may not be reached', async () => {
    cluster = await openCluster();
    cluster.answer = { status: 200, body: '<html>Welcome</html>' };
    const config = elasticsearch.config.parse({ urls: [cluster.url], apiKey: API_KEY });
    expect(await elasticsearch.check!(config, sinkDeps(cluster.outboundAllow))).toMatchObject([
      { option: 'urls', message: expect.stringContaining('neither') },
    ]);
    expect(await elasticsearch.check!(config, sinkDeps([]))).toMatchObject([{ option: 'urls', message: expect.stringContaining('outbound.allow') }]);
    await cluster.fail('down');
    expect(await elasticsearch.check!(config, sinkDeps(cluster.outboundAllow))).toMatchObject([{ option: 'urls' }]);
  });
});

describe('a configuration', () => {
  const urls = ['https://es:9200'];
  it.each<[name: string, options: object, path: string]>([
    ['without an address', { urls: [] }, 'urls'],
    ['with an address twice', { urls: ['https://es:9200', 'https://es:9200'] }, 'urls'],
    ['with credentials in an address', { urls: ['https://elastic:secret@es:9200'] }, 'urls'],
    ['with a placeholder that nobody knows', { urls, index: 'logs-{host}-default' }, 'index'],
    ['with a brace alone', { urls, index: 'logs-{kind-default' }, 'index'],
    ['with a capital in a name', { urls, index: 'Logs' }, 'index'],
    ['with a user and no password', { urls, username: 'elastic' }, 'password'],
    ['with a key and a user', { urls, apiKey: 'k', username: 'elastic', password: 'p' }, 'apiKey'],
    ['signed for AWS and with a user', { urls, awsSigned: true, accessKeyId: 'a', secretAccessKey: 's', username: 'elastic', password: 'p' }, 'awsSigned'],
    ['signed for AWS without its key', { urls, awsSigned: true, accessKeyId: 'a' }, 'accessKeyId'],
    ['with half of a client certificate', { urls, certFile: '/cert.pem' }, 'keyFile'],
    ['with an option that nobody knows', { urls, flushTimeoutMs: 1 }, ''],
  ])('%s is refused', (_name, options, path) => {
    const { error } = (elasticsearch.config as { safeParse: (value: unknown) => { error?: { issues: { path: (string | number)[] }[] } } }).safeParse(options);
    expect(error?.issues.map((issue) => String(issue.path[0] ?? ''))).toContain(path);
  });
});

describe('a pattern of an index template', () => {
  it.each<[pattern: string, name: string, isTaken: boolean]>([
    ['logs-*-*', 'logs-goshawk.event-default', true],
    ['logs-*-*', 'logs-goshawk', false],
    ['logs-*', 'logs-', true],
    ['logs', 'logs', true],
    ['logs', 'logs2', false],
    ['*-default', 'logs-x-default', true],
    ['a*a', 'a', false],
    ['a.c', 'abc', false],
  ])('%s and %s', (pattern, name, isTaken) => {
    expect(matchesPattern(pattern, name)).toBe(isTaken);
  });
});
