import { describe, expect, it } from 'vitest';
import { draft } from './draft.ts';
import { always, mapping, setField, via } from './mapping.ts';

const AT = { appendedAt: 0, zone: undefined };
const mapped = (rules: Parameters<typeof mapping>[0], fields: object) => {
  const event = draft('x.y', '', Buffer.from('{}'));
  mapping(rules)(event, fields as Record<string, unknown>, AT);
  return event;
};

describe('mapping', () => {
  it('puts values where the event has them, in the type of their field', () => {
    const event = mapped(
      {
        '@timestamp': 'when',
        'source.ip': ['none', 'a.b'],
        'source.port': 'port',
        'host.ip': 'ips',
        'process.executable': 'exe',
        'process.parent.pid': 'ppid',
        'file.hash.md5': 'md5',
        'event.category': always(['process']),
        'event.outcome': via('ok', (value) => (value === true ? 'success' : 'failure')),
        'observer.ip': 'ips',
        'process.args_count': 'argc',
        'url.port': 'port',
      },
      {
        when: 1_767_225_600,
        a: { b: '192.0.2.1' },
        port: '443',
        ips: ['192.0.2.1', 'nonsense', '::1'],
        exe: '/bin/sh',
        ppid: 7,
        md5: 'AB',
        ok: true,
        argc: '2',
      },
    );
    expect(event).toMatchObject({
      time: 1_767_225_600_000_000,
      source: { ip: '192.0.2.1', port: 443 },
      host: { ip: ['192.0.2.1', '::1'] },
      process: { name: 'sh', executable: '/bin/sh', parent: { pid: 7 } },
      file: { hash: { md5: 'ab' } },
      category: ['process'],
      outcome: 'success',
      ecs: { 'observer.ip': '["192.0.2.1","::1"]', 'process.args_count': '2', 'url.port': '443' },
    });
  });
  it('leaves out what a field cannot be', () => {
    const event = mapped(
      { 'source.ip': 'a', 'source.port': 'b', 'event.outcome': 'a', 'process.pid': 'c', 'event.end': 'a', 'user.name': 'd' },
      { a: 'nonsense', b: 99_999, c: -1, d: '-' },
    );
    expect(event).toMatchObject({ source: null, outcome: null, process: null, user: null, ecs: {} });
  });
  it.each(['user.nickname', 'related.ip', 'event.dataset', 'source.address'])('refuses %s when it is made', (name) => {
    expect(() => mapping({ [name]: 'x' })).toThrow(TypeError);
  });
  it('sees nothing that an object inherits', () => {
    expect(mapped({ 'user.name': 'constructor', 'host.name': '__proto__', 'user.id': 'toString.name' }, {})).toMatchObject({ user: null, host: null });
  });
  it('makes records of its own for each event', () => {
    const [a, b] = [draft('x.y', '', Buffer.from('{}')), draft('x.y', '', Buffer.from('{}'))];
    setField(a, 'user.name', 'alice');
    setField(b, 'user.id', '1');
    expect([a.user, b.user]).toEqual([
      { name: 'alice', id: null, domain: null, email: null },
      { name: null, id: '1', domain: null, email: null },
    ]);
  });
});
