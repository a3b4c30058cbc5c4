import { expect, it } from 'vitest';
import type { EventRow } from '../../store/queries/events.ts';
import { parseSearch } from '../../domains/search/syntax.ts';
import { whyMet } from './why.ts';

const event = {
  time: 1,
  hostName: 'web01',
  userName: 'Root',
  sourceIp: '10.1.2.3',
  category: ['process', 'network'],
  detail: { 'related.ip': ['10.1.2.3', '192.0.2.7'], labels: { team: 'blue' } },
  native: JSON.stringify({ CommandLine: 'C:\\Temp\\mimikatz.exe "now"', Level: 7, padding: 'x'.repeat(100) }),
} as unknown as EventRow;

it.each<[search: string, met: string[]]>([
  ['user.name:root', ['user.name=Root']],
  ['user:r* host:web01', ['user.name=Root', 'host.name=web01']],
  ['host.name:web01 or user.name:nobody', ['host.name=web01']],
  ['host.name:web01 not user.name:nobody', ['host.name=web01']],
  ['related.ip:192.0.2.0/24', ['related.ip=192.0.2.7']],
  ['event.category:network', ['event.category=network']],
  ['Level>=7', ['Level=7']],
  ['labels.team:*', ['labels.team=blue']],
  ['host.name:web01 host.name:web01', ['host.name=web01']],
  ['mimikatz', ['native={"CommandLine":"C:\\\\Temp\\\\mimikatz.exe \\"now\\"","Level":7,"padding":"xxxxx…']],
  ['"Temp\\mimikatz"', ['native={"CommandLine":"C:\\\\Temp\\\\mimikatz.exe \\"now\\"","Level":7,"padding":"xxxxx…']],
])('%s', (search, met) => {
  expect(whyMet(parseSearch(search), event).map(({ name, value }) => `${name}=${value}`)).toEqual(met);
});
