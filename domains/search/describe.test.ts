import { expect, it } from 'vitest';
import { describeSearch } from './describe.ts';
import { parseSearch } from './syntax.ts';

it.each<[text: string, words: string]>([
  ['', 'every event'],
  ['mimikatz', `"mimikatz" somewhere in the sensor's own document`],
  ['pass*word', `"pass", later "word" somewhere in the sensor's own document`],
  ['user:root', 'user.name is "root"'],
  ['process.name:cmd*.exe', 'process.name begins with "cmd" and ends with ".exe"'],
  ['file.path:*"Program Files"*', 'file.path has "Program Files" in it'],
  ['host.name:*', 'host.name has a value'],
  ['source.ip:10.0.0.0/8', 'source.ip lies in the network 10.0.0.0/8'],
  ['severity>high', 'event.severity is above high (at least 80)'],
  ['severity:medium', 'event.severity is medium (40 to 59)'],
  ['severity:critical', 'event.severity is critical (80 to 100)'],
  ['source.port:[1 to 5]', 'source.port is at least 1 and is at most 5'],
  ['@timestamp<2026-11-25', 'the time of the event is before 2026-11-25T00:00:00.000000Z'],
  ['@timestamp:2026-11-25', 'the time of the event lies in [2026-11-25T00:00:00.000000Z, 2026-11-26T00:00:00.000000Z)'],
  ['LogonType:3', `LogonType (as context or in the sensor's own document) is "3"`],
  ['labels.team=~"^b"', 'labels.team has a part that fits the regular expression ^b'],
  [
    'a:1 (b:2 or -c:3)',
    `a (as context or in the sensor's own document) is "1" and (b (as context or in the sensor's own document) is "2" or not (c (as context or in the sensor's own document) is "3"))`,
  ],
])('%s: %s', (text, words) => {
  expect(describeSearch(parseSearch(text))).toBe(words);
});
