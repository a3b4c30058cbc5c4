import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { KeyValueStore } from '../../core/stores.ts';
import { config, Groups, openIngestor } from '../index.ts';
import { sourceOf } from '../source.ts';
import { problems } from '../test/ecs-check.ts';
import { decoded, nativeOf, openTestIngestor } from '../test/records.ts';
import { eventToEcs } from '../../../schemas/avro/ecs.ts';
import { declaredFormats } from './folder.ts';
import { declaredFormat } from './format.ts';

const DOOR = `
name: acme-door
dataset: acme.door
product: acme
when: { holds: 'acme-door ' }
read:
  as: pattern
  pattern: 'acme-door (?P<time>\\S+) user=(?P<user>\\S+) from (?P<ip>\\S+) (?P<result>\\w+)'
set:
  '@timestamp': time
  user.name: user
  source.ip: [ip]
  event.category: { value: [authentication] }
  event.type: { value: [info] }
  event.outcome: { from: result, map: { opened: success, refused: failure }, otherwise: unknown }
  process.args_count: { value: 3 }
`;
const folder = mkdtempSync(join(tmpdir(), 'goshawk-declared-'));
afterAll(() => rmSync(folder, { recursive: true }));

const decoderOf = (text: string) => {
  const found = declaredFormat(text);
  if (!('name' in found)) throw new Error(JSON.stringify(found));
  return found;
};
const eventsOf = async (text: string, ...records: readonly string[]) =>
  decoded(await openIngestor(config.parse({}), { installation: 'test' }, [decoderOf(text)]), records);

describe('a declared format', () => {
  it('reads by its pattern, alone and inside syslog', async () => {
    const line = 'acme-door 2026-01-02T03:04:05Z user=bob from 192.0.2.7 refused';
    const events = await eventsOf(DOOR, line, `<38>Jan  2 03:04:06 gate ${line}`);
    for (const event of events) {
      expect(event).toMatchObject({
        dataset: 'acme.door',
        product: 'acme',
        time: Date.UTC(2026, 0, 2, 3, 4, 5) * 1000,
        user: { name: 'bob' },
        source: { ip: '192.0.2.7' },
        outcome: 'failure',
        provenance: { parser: 'acme-door' },
      });
      expect(problems(eventToEcs(event))).toEqual([]);
      expect(nativeOf(event)).toMatchObject({ user: 'bob', result: 'refused' });
    }
    expect(events[1]).toMatchObject({ host: { name: 'gate' } });
    expect(nativeOf(events[1]!)).toMatchObject({ syslog: { priority: 38, hostname: 'gate' }, raw: `<38>Jan  2 03:04:06 gate ${line}` });
  });
  it('refuses what its pattern does not match', async () => {
    expect((await eventsOf(DOOR, 'acme-door nonsense'))[0]).toMatchObject({ dataset: 'unparsed', labels: { reason: 'the pattern does not match' } });
  });
  it.each<[as: string, read: string, when: string, record: string]>([
    ['json', '{ as: json }', '{ members: [act, who] }', '{"who":"bob","act":{"n":7},"who2":1}'],
    ['logfmt', '{ as: logfmt }', "{ begins: 'who=' }", 'who=bob act.n=7 flag'],
    ['key-values', "{ as: key-values, separator: ',', after: 'acme: ' }", "{ begins: 'acme' }", 'acme: who=bob,act.n=7'],
    ['csv', "{ as: csv, separator: ';', columns: [who, '', act.n] }", "{ holds: ';' }", 'bob;skipped;7'],
  ])('reads %s', async (_as, read, when, record) => {
    const [event] = await eventsOf(`{ name: x, dataset: x.y, when: ${when}, read: ${read}, set: { user.name: who, process.pid: act.n } }`, record);
    expect(event).toMatchObject({ dataset: 'x.y', user: { name: 'bob' }, process: { pid: 7 } });
  });
  it('leaves a value out that its field cannot have', async () => {
    const [event] = await eventsOf(
      '{ name: x, dataset: x.y, when: { begins: a= }, read: { as: logfmt }, set: { source.ip: a, source.port: b, event.kind: a } }',
      'a=nonsense b=99999999',
    );
    expect(event).toMatchObject({ source: null, kind: 'event' });
  });
  it('ends in linear time', async () => {
    const pattern = "{ name: x, dataset: x.y, when: { begins: a }, read: { as: pattern, pattern: '^(?P<v>(a+)+)$' }, set: { user.name: v } }";
    expect((await eventsOf(pattern, `${'a'.repeat(50_000)}!`))[0]!.dataset).toBe('unparsed');
  });
});

describe('events of several lines', () => {
  const SHOP = (multiline: string) => `
name: shop
dataset: shop.app
when: { holds: ' ERROR ' }
read: { as: pattern, pattern: '(?s)^(?P<time>\\S+ \\S+) (?P<level>[A-Z]+) (?P<said>.*)$' }
multiline: ${multiline}
set: { '@timestamp': time, log.level: level, message: said }
`;
  const LINES = [
    '2026-01-02 03:04:05 ERROR cannot pay',
    'java.lang.IllegalStateException: no money',
    '\tat shop.Till.pay(Till.java:7)',
    'Caused by: shop.Broke',
    '2026-01-02 03:04:06 INFO open again',
    '2026-01-02 03:04:07 ERROR cannot close',
    '\tat shop.Door.close(Door.java:9)',
  ];
  const MESSAGES = [
    'cannot pay\njava.lang.IllegalStateException: no money\n\tat shop.Till.pay(Till.java:7)\nCaused by: shop.Broke',
    'open again',
    'cannot close\n\tat shop.Door.close(Door.java:9)',
  ];
  const source = sourceOf('raw.default.shop', new Map());
  const memory = { get: () => undefined, put: () => {} };

  it.each([
    ['by what the first has', "{ begins: '^\\d{4}-' }"],
    ['by what the others have', "{ continues: '^(\\s|java\\.|Caused by: )' }"],
  ])('are put together %s, however they are cut into records', async (_name, multiline) => {
    const ingestor = await openIngestor(config.parse({}), { installation: 'test' }, [decoderOf(SHOP(multiline))]);
    for (const size of [1, 2, 3, 7]) {
      const groups = new Groups(new KeyValueStore<unknown>());
      const events = [];
      for (let at = 0; at < LINES.length; at += size) {
        const record = {
          value: Buffer.from(LINES.slice(at, at + size).join('\n')),
          position: { topic: 'raw.default.shop', partition: 0, offset: at },
          appendedAt: 1,
        };
        events.push(...ingestor.events(record, source, memory, 'shop', groups));
      }
      events.push(...groups.closeAll().flatMap((group) => ingestor.closed(group)));
      expect(events.map(({ dataset, message, time }) => [dataset, message, time % 60_000_000])).toEqual(
        MESSAGES.map((message, n) => ['shop.app', message, (5 + n) * 1_000_000]),
      );
      expect(new Set(events.map(({ id }) => id)).size).toBe(MESSAGES.length);
    }
  });
});

describe('what is wrong with a declaration', () => {
  it.each<[name: string, text: string, expected: readonly [line: number, part: string][]]>([
    ['no YAML', 'name: [', [[1, '']]],
    ['an unknown option', `${DOOR}colour: red\n`, [[17, 'colour is no option']]],
    ['an unknown field', DOOR.replace('user.name', 'user.nickname'), [[11, 'user.nickname is no ECS field']]],
    ['a field that is not for formats', DOOR.replace('user.name', 'related.user'), [[11, 'related.user is no ECS field']]],
    ['a look-around', DOOR.replace('acme-door (', '(?=acme-door) ('), [[8, 'is no pattern of RE2']]],
    ['no group', DOOR.replace(/pattern: '.*'/, "pattern: 'acme'"), [[8, 'names no group']]],
    ['a category that there is not', DOOR.replace('[authentication]', '[door]'), [[13, 'may not be "door"']]],
    ['an outcome that there is not', DOOR.replace('opened: success', 'opened: yes'), [[15, 'may not be "yes"']]],
    ['lines by two rules', `${DOOR}multiline: { begins: a, continues: b }\n`, [[17, 'says either']]],
    ['lines by what is no pattern', `${DOOR}multiline: { begins: '(' }\n`, [[17, 'is no pattern of RE2']]],
    ['lines of JSON', `${DOOR.replace('as: pattern', 'as: json').replace(/  pattern: .*\n/, '')}multiline: { begins: a }\n`, [[16, 'is for text']]],
    ['nothing to recognise by', DOOR.replace("{ holds: 'acme-door ' }", '{ confidence: likely }'), [[5, 'names nothing to recognise']]],
    ['a way of reading that there is not', DOOR.replace('as: pattern', 'as: magic'), [[7, 'is none of json']]],
    [
      'several at once',
      DOOR.replace('acme.door', 'Acme').replace('user.name', 'x.y'),
      [
        [3, 'is <product>.<log>'],
        [11, 'x.y is no ECS field'],
      ],
    ],
  ])('%s', (_name, text, expected) => {
    const found = declaredFormat(text);
    if ('name' in found) throw new Error('taken for a format');
    expect(found.map(({ line }) => line)).toEqual(expected.map(([line]) => line));
    for (const [index, [, part]] of expected.entries()) expect(found[index]!.message).toContain(part);
  });
});

describe('a folder of them', () => {
  it('is loaded by the installation, and names every problem of every file', async () => {
    writeFileSync(join(folder, 'door.yaml'), DOOR);
    const ingestor = await openTestIngestor({ formatsFolder: folder });
    expect(decoded(ingestor, ['acme-door 2026-01-02T03:04:05Z user=bob from 192.0.2.7 opened'])[0]!.dataset).toBe('acme.door');
    writeFileSync(join(folder, 'again.yml'), DOOR);
    writeFileSync(join(folder, 'broken.yaml'), DOOR.replace('acme.door', 'Acme'));
    expect(() => declaredFormats(folder)).toThrow(/broken\.yaml:3: dataset[^]*door\.yaml: there is a format acme-door in .*again\.yml already/);
  });
  it('that is not there is an error of the configuration', () => {
    expect(() => declaredFormats(join(folder, 'none'))).toThrow(expect.objectContaining({ code: 'INVALID_CONFIG' }));
  });
  it('may not name a format as one that there is', async () => {
    await expect(openIngestor(config.parse({}), { installation: 'test' }, [decoderOf(DOOR.replace('acme-door', 'syslog'))])).rejects.toMatchObject({
      code: 'INVALID_CONFIG',
    });
  });
});
