import { beforeAll, describe, expect, it } from 'vitest';
import { eventToEcs } from '../../../schemas/avro/ecs.ts';
import type { Event } from '../../../schemas/avro/types.gen.ts';
import type { Ingestor } from '../index.ts';
import { decoded, openTestIngestor, recordsOf, sampleFiles } from '../test/records.ts';

let ingestor: Ingestor;
beforeAll(async () => {
  ingestor = await openTestIngestor();
});
const eventOf = (document: object): Event => decoded(ingestor, [JSON.stringify(document)])[0]!;

describe('an ECS document', () => {
  it.each<[name: string, document: object]>([
    [
      'nested',
      {
        '@timestamp': '2026-01-01T00:00:00Z',
        event: { kind: 'alert', category: ['process'], type: ['start'], dataset: 'my.app', severity: 70, outcome: 'success' },
        host: { name: 'H', os: { type: 'windows' } },
        process: { executable: 'C:\\a.exe', pid: 5 },
        source: { ip: '10.0.0.1', port: 7 },
      },
    ],
    [
      'with dotted names',
      {
        '@timestamp': '2026-01-01T00:00:00Z',
        'event.kind': 'alert',
        'event.category': 'process',
        'event.type': 'start',
        'event.dataset': 'my.app',
        'event.severity': '70',
        'event.outcome': 'success',
        'host.name': 'H',
        'host.os.type': 'windows',
        'process.executable': 'C:\\a.exe',
        'process.pid': '5',
        'source.ip': '10.0.0.1',
        'source.port': 7,
      },
    ],
    [
      'with both',
      {
        '@timestamp': 1_767_225_600_000,
        event: { kind: 'alert' },
        'event.category': 'process',
        'event.type': 'start',
        event_: 1,
        'event.dataset': 'my.app',
        'event.severity': 70,
        'event.outcome': 'success',
        host: { 'os.type': 'windows', name: 'H' },
        process: { executable: 'C:\\a.exe', pid: 5 },
        'source.ip': '10.0.0.1',
        source: { port: 7 },
      },
    ],
  ])('%s becomes the event', (_name, document) => {
    expect(eventOf(document)).toMatchObject({
      time: Date.UTC(2026, 0, 1) * 1000,
      kind: 'alert',
      category: ['process'],
      type: ['start'],
      dataset: 'my.app',
      severity: 70,
      outcome: 'success',
      host: { name: 'h', os: 'windows' },
      process: { name: 'a.exe', pid: 5 },
      source: { ip: '10.0.0.1', port: 7 },
      product: 'windows',
      logsource: { category: ['process_creation'] },
    });
  });
  it('of ours reads back what it was made from', () => {
    // The sensor's own id, the document and the fields that ECS cannot hold (log sources, digests of ours) are its own matters.
    const kept = [
      'time',
      'dataset',
      'kind',
      'category',
      'type',
      'outcome',
      'action',
      'code',
      'provider',
      'severity',
      'message',
      'host',
      'user',
      'targetUser',
      'source',
      'destination',
      'network',
      'process',
      'file',
      'registry',
      'dns',
      'http',
      'url',
      'tls',
      'rule',
      'cloud',
      'observedAt',
    ] as const;
    const reader = (event: Event) => Object.fromEntries(kept.map((name) => [name, event[name]]));
    for (const file of sampleFiles()) {
      for (const event of decoded(ingestor, recordsOf(file).slice(0, 60))) {
        const { native: _native, goshawk: _ours, ...document } = eventToEcs(event);
        const [back] = decoded(ingestor, [JSON.stringify(document)], { format: 'ecs' });
        const [got, wanted] = [reader(back!), reader(event)];
        // An empty group of fields is not told apart from none.
        for (const name of ['network', 'rule', 'tls', 'dns', 'url'] as const)
          if (wanted[name] !== null && got[name] === null)
            expect(Object.values(wanted[name] as object).every((value) => value === null || (Array.isArray(value) && value.length === 0))).toBe(true);
        for (const name of kept) if (got[name] !== null) expect([file, name, got[name]]).toEqual([file, name, wanted[name]]);
      }
    }
  });
  it('may hold values that ECS has not: they stay in the document', () => {
    expect(eventOf({ '@timestamp': 'x', event: { kind: 'nonsense', category: ['nonsense', 'file'], outcome: 'maybe', severity: 900 } })).toMatchObject({
      kind: 'event',
      category: ['file'],
      outcome: null,
      severity: null,
      timeSource: 'appended',
    });
  });
  it('may name 64 datasets a stream; more, and what is no name, share one', () => {
    const events = decoded(
      ingestor,
      Array.from({ length: 70 }, (_, n) => JSON.stringify({ '@timestamp': '2026-01-01T00:00:00Z', event: { kind: 'event', dataset: `app.log${n}` } })),
    );
    expect(new Set(events.map(({ dataset }) => dataset)).size).toBe(65);
    expect(eventOf({ event: { kind: 'event', dataset: 'No Such Name' } }).dataset).toBe('ecs.other');
  });
});

describe('any other JSON object', () => {
  it('is unparsed, with its own document, time, host and message', () => {
    const event = eventOf({ time: '2026-01-01T00:00:00Z', hostname: 'Web-1', msg: 'hi', nested: { a: 1 } });
    expect(event).toMatchObject({
      dataset: 'unparsed',
      time: Date.UTC(2026, 0, 1) * 1000,
      host: { name: 'web-1' },
      message: 'hi',
      provenance: { parser: 'generic-json' },
    });
    expect(JSON.parse(Buffer.from(event.native).toString())).toEqual({ time: '2026-01-01T00:00:00Z', hostname: 'Web-1', msg: 'hi', nested: { a: 1 } });
  });
  it('without any usual name shows its text', () => {
    expect(eventOf({ a: 1 })).toMatchObject({ message: '{"a":1}', timeSource: 'appended', host: null });
  });
});
