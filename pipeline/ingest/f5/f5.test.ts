import { beforeAll, expect, it } from 'vitest';
import type { Ingestor } from '../index.ts';
import { decoded, openTestIngestor } from '../test/records.ts';

let ingestor: Ingestor;
beforeAll(async () => {
  ingestor = await openTestIngestor();
});

it.each<[name: string, message: string, dataset: string]>([
  ['a number of APM', 'apmd[7589]: 01490107:5: session started', 'f5.apm'],
  ['a number of LTM', 'mcpd[5566]: 01070417:5: AUDIT - user admin', 'f5.ltm'],
  ['a number without a level', 'apmd[7589]: 01490107: session started', 'f5.apm'],
  ["not another program's eight digits", 'app[1]: 12345678: rows read', 'syslog.other'],
  ["not another program's date", 'app[1]: 20260110: rows read', 'syslog.other'],
  ["not another program's hex digits", 'app[1]: deadbeef: rows read', 'syslog.other'],
  ['not a number of seven digits', 'app[1]: 0149010: rows read', 'syslog.other'],
])('reads %s', (_name, message, dataset) => {
  expect(decoded(ingestor, [`<13>Jan 10 01:27:07 bigip1 ${message}`]).map((event) => event.dataset)).toEqual([dataset]);
});
