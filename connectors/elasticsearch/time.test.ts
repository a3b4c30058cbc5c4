import { describe, expect, it } from 'vitest';
import { withTime } from './time.ts';

const timestampMs = Date.UTC(2026, 2, 1, 12);
const APPENDED = '"@timestamp":"2026-03-01T12:00:00.000Z"';

describe('the time of a document', () => {
  it.each<[name: string, value: string, expected: string]>([
    ['ECS as publish writes it', '{"@timestamp":"2026-01-01T00:00:00Z","a":1}', '{"@timestamp":"2026-01-01T00:00:00Z","a":1}'],
    ['ECS in another order', '{"a":1,"@timestamp":"t"}', '{"a":1,"@timestamp":"t"}'],
    ['a time that is null', '{"a":1,"@timestamp":null}', '{"a":1,"@timestamp":null}'],
    ['OCSF', '{"class_uid":1,"time":1767225600123}', '{"@timestamp":"2026-01-01T00:00:00.123Z","class_uid":1,"time":1767225600123}'],
    ['a time that is none', '{"time":1e300}', `{${APPENDED},"time":1e300}`],
    ['a document without', '{"a":12345678901234567890}', `{${APPENDED},"a":12345678901234567890}`],
    ['one that is deeper', '{"a":{"@timestamp":"t"}}', `{${APPENDED},"a":{"@timestamp":"t"}}`],
    ['an empty object', ' { } ', ` {${APPENDED}} `],
    ['broken JSON', '{"a":1', '{"a":1'],
    ['an array', '[{"a":1}]', '[{"a":1}]'],
    ['null', 'null', 'null'],
    ['nothing', '', ''],
  ])('%s', (_name, value, expected) => {
    expect(String(withTime({ value: Buffer.from(value), timestampMs }))).toBe(expected);
  });
});
