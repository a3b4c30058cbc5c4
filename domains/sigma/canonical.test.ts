import { describe, expect, it } from 'vitest';
import { plainContext } from '../../schemas/avro/plain.ts';
import { canonicalValue, isCanonical, withCanonical } from './canonical.ts';
import { canonicalNames } from './exception.ts';

const event = {
  action: 'logon',
  category: ['process', 'network'],
  host: { name: 'dc', ip: ['10.0.0.1'] },
  user: null,
  source: { ip: '1.2.3.4', port: 443 },
  process: { executable: 'C:\\x.exe', parent: { name: '' } },
  ecs: { 'log.level': 'error', 'process.thread.id': '7', 'host.name': 'never', 'no.such.field': 'x' },
  context: plainContext(),
};

describe('canonicalValue', () => {
  it.each<[name: string, value: unknown]>([
    ['host.name', 'dc'],
    ['host.ip', ['10.0.0.1']],
    ['source.port', 443],
    ['event.action', 'logon'],
    ['event.category', ['process', 'network']],
    ['process.executable', 'C:\\x.exe'],
    ['process.parent.name', undefined], // empty
    ['user.name', undefined],
    ['log.level', 'error'], // in the map
    ['process.thread.id', 7], // as ECS types it
    ['no.such.field', undefined],
    ['@timestamp', undefined],
    ['related.ip', undefined], // of the context
    ['source.geo.country_name', undefined],
    ['constructor', undefined],
  ])('%s is %j', (name, value) => {
    expect(canonicalValue(event, name)).toEqual(value);
  });
});

describe('withCanonical', () => {
  const valueOf = (name: string) => canonicalValue(event, name);
  it.each<[string, object, string[], object]>([
    ['adds what the document lacks, whole', { A: 1 }, ['host.name'], { A: 1, 'host.name': 'dc' }],
    ['leaves what it has, nested', { host: { name: 'own' } }, ['host.name'], { host: { name: 'own' } }],
    ['leaves what it has, whole', { 'host.name': null }, ['host.name'], { 'host.name': null }],
    ['leaves what it has in an array', { host: [{ id: 1 }, { name: 'own' }] }, ['host.name'], { host: [{ id: 1 }, { name: 'own' }] }],
    ['adds below what it has of the same', { host: { id: 1 } }, ['host.name'], { host: { id: 1 }, 'host.name': 'dc' }],
    ['adds nothing that the event lacks', { A: 1 }, ['user.name'], { A: 1 }],
  ])('%s', (_name, document, names, expected) => {
    expect(withCanonical(document as Record<string, unknown>, names, valueOf)).toEqual(expected);
  });
});

it('knows which names of conditions are of ECS', () => {
  expect([
    ...canonicalNames([
      { 'host.name|startswith': 'a', Image: 'b' },
      { 'log.level': 'c', 'related.ip': 'd' },
    ]),
  ]).toEqual(['host.name', 'log.level']);
  expect([...canonicalNames({ 'a|nearly': 1 })]).toEqual([]);
  expect(isCanonical('Image')).toBe(false);
});
