import { beforeAll, describe, expect, it } from 'vitest';
import type { Ingestor } from './index.ts';
import { decoded, nativeOf, openTestIngestor } from './test/records.ts';

let ingestor: Ingestor;
beforeAll(async () => {
  ingestor = await openTestIngestor();
});

const EVE = '{"timestamp":"2026-01-01T00:00:00+0000","flow_id":1,"event_type":"dns","src_ip":"192.0.2.1","dest_ip":"192.0.2.2","proto":"UDP","dns":{}}';
const CEF = 'CEF:0|Acme|Gate|1|7|opened|3|src=192.0.2.1';
const parserOf = (...records: readonly string[]) => decoded(ingestor, records).map(({ provenance }) => provenance.parser);

describe('recognition', () => {
  it('says the same of a record whatever came before it from the source', () => {
    const lines = [EVE, CEF, '<38>1 2026-01-01T00:00:00Z h sshd 1 - - hi', EVE, '{"answer":42}', CEF];
    expect(parserOf(...lines)).toEqual(lines.flatMap((line) => parserOf(line)));
  });
  it.each<[header: string, expected: object]>([
    ['<134>1 2026-01-01T00:00:01Z fw1 app 7 - - ', { priority: 134, hostname: 'fw1', appname: 'app', procid: '7' }],
    ['<134>Jan  1 00:00:01 fw1 app[7]: ', { priority: 134, hostname: 'fw1', appname: 'app', procid: '7' }],
    ['Jan  1 00:00:01 fw1 app: ', { hostname: 'fw1', appname: 'app' }],
  ])('looks into the message behind %s', (header, expected) => {
    for (const message of [EVE, CEF]) {
      const [event] = decoded(ingestor, [header + message]);
      expect(event!.provenance.parser).toBe(message === EVE ? 'suricata-eve' : 'cef');
      expect(event!.ecs['observer.hostname']).toBe('fw1');
      expect(nativeOf(event!)).toMatchObject({ syslog: expected, raw: header + message });
    }
  });
  it("keeps the sensor's own field where the header's name is taken", () => {
    const [event] = decoded(ingestor, [`<134>Jan  1 00:00:01 fw1 app: ${EVE.slice(0, -1)},"syslog":"mine"}`]);
    expect(nativeOf(event!)).toMatchObject({ syslog: 'mine', _syslog: { hostname: 'fw1' } });
  });
  it('keeps as syslog what only looks like a product', () => {
    expect(decoded(ingestor, ['<134>Jan  1 00:00:01 fw1 %ASA-6: broken'])[0]).toMatchObject({ provenance: { parser: 'syslog' }, host: { name: 'fw1' } });
  });
  it('reads a format that is named with or without a header', () => {
    for (const line of [CEF, `<134>Jan  1 00:00:01 fw1 ${CEF}`])
      expect(decoded(ingestor, [line], { format: 'cef' })[0]).toMatchObject({ dataset: 'cef.event', source: { ip: '192.0.2.1' } });
  });
});
