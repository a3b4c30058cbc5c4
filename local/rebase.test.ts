import { describe, expect, it } from 'vitest';
import { openRebaser } from './rebase.ts';

const HOUR = 3_600_000_000;
const utc = (text: string) => Date.parse(text) * 1000;

describe('rebase', () => {
  it.each([
    [
      'Sysmon, by its own time and not by that of collection',
      '{"UtcTime":"2020-09-20 01:17:03.125","@timestamp":"2020-09-20T01:17:06.360Z","Keywords":-9223372036854775808}',
      '{"UtcTime":"2020-09-20 02:17:03.125","@timestamp":"2020-09-20T02:17:06.360Z","Keywords":-9223372036854775808}',
      utc('2020-09-20T01:17:03.125Z'),
    ],
    [
      'times inside a message',
      '{"TimeCreated":"2020-10-19 12:28:44.333","Message":"UtcTime: 2020-10-19 12:28:44.331\\r\\nImage: x"}',
      '{"TimeCreated":"2020-10-19 13:28:44.333","Message":"UtcTime: 2020-10-19 13:28:44.331\\r\\nImage: x"}',
      utc('2020-10-19T12:28:44.333Z'),
    ],
    ['a day, month and year may change', '{"eventTime":"2023-12-31T23:42:18Z"}', '{"eventTime":"2024-01-01T00:42:18Z"}', utc('2023-12-31T23:42:18Z')],
    [
      'Suricata with an offset keeps it',
      '{"timestamp":"2017-03-25T16:49:58.856335-0600","flow":{"start":"2017-03-25T16:49:58.044623-0600"}}',
      '{"timestamp":"2017-03-25T17:49:58.856335-0600","flow":{"start":"2017-03-25T17:49:58.044623-0600"}}',
      utc('2017-03-25T22:49:58Z') + 856_335,
    ],
    [
      'Suricata without a zone',
      '{"timestamp":"2019-01-02T03:50:11.315110"}',
      '{"timestamp":"2019-01-02T04:50:11.315110"}',
      utc('2019-01-02T03:50:11Z') + 315_110,
    ],
    [
      'Zeek JSON, where a duration is no time',
      '{"ts":1588205199.82437,"uid":"Cvf4","duration":1588205199.5,"times_created":1588187906.664602}',
      '{"ts":1588208799.82437,"uid":"Cvf4","duration":1588205199.5,"times_created":1588191506.664602}',
      1_588_205_199_824_370,
    ],
    [
      'RFC 5424',
      '<14>1 2021-03-06T04:07:38.251122+00:00 host app - - - text',
      '<14>1 2021-03-06T05:07:38.251122+00:00 host app - - - text',
      utc('2021-03-06T04:07:38Z') + 251_122,
    ],
    ['RFC 3164, whose day is padded with a blank', '<34>Feb 28 23:26:39 host sshd[3]: x', '<34>Feb 29 00:26:39 host sshd[3]: x', utc('2024-02-28T23:26:39Z')],
    ['a sentinel stays', '{"time":"1601-01-01T00:00:00Z"}', '{"time":"1601-01-01T00:00:00Z"}', null],
    ['no time, no change', 'hello 2020-10-08_063613 world', 'hello 2020-10-08_063613 world', null],
    ['broken JSON is text', '{"eventTime":"2023-07-10T11:42:18Z"', '{"eventTime":"2023-07-10T12:42:18Z"', utc('2023-07-10T11:42:18Z')],
  ])('%s', (_, record, expected, time) => {
    const rebaser = openRebaser();
    expect(rebaser.timeOf(record)).toBe(time);
    expect(rebaser.shift(record, HOUR)).toBe(expected);
    expect(rebaser.shift(expected, -HOUR)).toBe(record);
  });

  it('reads Zeek TSV by the types of its header', () => {
    const rebaser = openRebaser();
    for (const line of ['#separator \\x09', '#fields\tts\tuid\tduration', '#types\ttime\tstring\tinterval']) expect(rebaser.shift(line, HOUR)).toBe(line);
    const record = '1588205199.824370\tCvf4XX17hSAgXDdGEd\t1588205199.5';
    expect(rebaser.timeOf(record)).toBe(1_588_205_199_824_370);
    expect(rebaser.shift(record, HOUR)).toBe('1588208799.824370\tCvf4XX17hSAgXDdGEd\t1588205199.5');
  });
});
