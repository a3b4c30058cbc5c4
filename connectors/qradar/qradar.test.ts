import { describe, expect, it } from 'vitest';
import { sinkRecord, testDeps } from '../_contract/test-sink.ts';
import { deliver } from '../_sink/syslog/test/deliver.ts';
import { openCollector } from '../_sink/syslog/test/collector.ts';
import qradar, { config } from './index.ts';

const documentOf = (id: string, message: string) => ({
  '@timestamp': '2026-11-26T03:04:05.678Z',
  event: { id, kind: 'alert', dataset: 'goshawk.alert', severity: 73 },
  rule: { id: 'r-1', name: 'Somebody | something' },
  source: { ip: '10.0.0.1' },
  host: { name: 'ws-1' },
  message,
});
const LONG_MESSAGE = 'm'.repeat(5_000);

async function sent(documents: readonly object[], options: object = {}): Promise<readonly string[]> {
  const collector = await openCollector();
  const url = `tcp://127.0.0.1:${collector.port}`;
  const test = testDeps([url]);
  try {
    const sink = await qradar.sink(config.parse({ urls: [url], settleMs: 0, ...options }), test.deps);
    await deliver(
      sink,
      documents.map((document, n) => sinkRecord(`d${n}`, { value: Buffer.from(JSON.stringify(document)) })),
    );
    await sink.close();
    await collector.read(documents.length);
    return collector.messages.map(String);
  } finally {
    test.close();
    await collector.close();
  }
}

describe('an event', () => {
  it('is LEEF behind a header that names the log source, not the host that it is about', async () => {
    const [event = ''] = await sent([documentOf('d0', 'first')]);
    const [head, ...pairs] = event.split('\t');
    expect(head).toMatch(/^<131>1 2026-11-26T03:04:05\.678Z goshawk goshawk - goshawk\.alert - LEEF:2\.0\|Goshawk\|Goshawk\|1\.0\|r-1\|x09\|sev=7$/);
    expect(pairs).toEqual(expect.arrayContaining(['devTime=1795662245678', 'src=10.0.0.1', 'identHostName=ws-1', 'GoshawkId=d0', 'msg=first']));
  });

  it('has the older header where it is asked for', async () => {
    const [event = ''] = await sent([documentOf('d0', 'first')], { header: 'rfc3164', hostName: 'soc-1' });
    expect(event).toMatch(/^<131>Nov 26 03:04:05 soc-1 LEEF:2\.0\|/);
  });

  it.each([
    [4_096, undefined],
    [1_024, 1_024],
  ])('never has more than %i bytes, nor half a pair', async (most, maxMessageBytes) => {
    const events = await sent([documentOf('d0', LONG_MESSAGE), documentOf('d1', 'short')], {
      ...(maxMessageBytes !== undefined && { maxMessageBytes }),
      framing: 'newline',
    });
    for (const event of events) expect(Buffer.byteLength(event)).toBeLessThanOrEqual(most);
    expect(events[0]).toContain('\tGoshawkId=d0\t');
    expect(events[0]).not.toContain('msg=');
    expect(events[1]).toContain('msg=short');
  });

  it('is whole where the collector was told to take more', async () => {
    const [event = ''] = await sent([documentOf('d0', LONG_MESSAGE)], { maxMessageBytes: 32_000 });
    expect(event).toContain(`msg=${'m'.repeat(4_000)}\t`); // its key has a limit of its own
  });
});

describe('its options', () => {
  const problemsOf = (given: object) => {
    const { error } = config.safeParse({ urls: ['tls://qradar.example.com:6514'], ...given });
    return error?.issues.map(({ path }) => path.join('.')) ?? [];
  };

  it.each<[name: string, given: object, problems: readonly string[]]>([
    ['are few', {}, []],
    ['name several collectors', { urls: ['tls://a.example:6514', 'tls://b.example:6514'] }, []],
    ['name each once', { urls: ['tls://a.example:6514', 'tls://a.example:6514'] }, ['urls']],
    ['do not mix schemes', { urls: ['tls://a.example:6514', 'tcp://b.example:514'] }, ['urls']],
    ['have no datagrams', { urls: ['udp://a.example:514'] }, ['urls.0']],
    ['have no address without a port', { urls: ['tls://a.example'] }, ['urls.0']],
    ['have a collector', { urls: [] }, ['urls']],
    ['do not go beyond what QRadar takes', { maxMessageBytes: 32_001 }, ['maxMessageBytes']],
    ['have no host that is an IPv6 address', { hostName: 'fd12::5' }, ['hostName']],
    ['have a host', { hostName: '' }, ['hostName']],
    ['have certificate and key together', { certFile: '/etc/goshawk/client.pem' }, ['keyFile']],
  ])('%s', (_name, given, problems) => {
    expect(problemsOf(given)).toEqual(problems);
  });
});
