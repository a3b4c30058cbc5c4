import { describe, expect, it } from 'vitest';
import { plainRecord } from '../_contract/one-sink.ts';
import { isTemplate, nameByRecord } from './placeholders.ts';

const asIs = (value: string) => value;

describe('a name by record', () => {
  it.each<[template: string, isRight: boolean]>([
    ['logs', true],
    ['', true],
    ['logs-{kind}-{organization}', true],
    ['{topic}{dataset}', true],
    ['{host}', false],
    ['{kind', false],
    ['kind}', false],
    ['{}', false],
    ['{{kind}}', false],
  ])('%s', (template, isRight) => {
    expect(isTemplate(template)).toBe(isRight);
  });

  it.each<[name: string, template: string, record: Parameters<typeof plainRecord>[0], expected: string]>([
    ['says nothing of the record', 'logs-{organization}', { id: 'a' }, 'logs-alpha'],
    ['says its kind', '{kind}', { id: 'a', kind: 'alert' }, 'alert'],
    ['says the topic that a transform gave it', '{topic}', { id: 'a', topic: 'renamed' }, 'renamed'],
    ['says its dataset', '{dataset}', { id: 'a', headers: [['goshawk.dataset', Buffer.from('zeek.conn')]] }, 'zeek.conn'],
    ['says that it has none', '{dataset}', { id: 'a' }, 'unknown'],
    ['says that it has an empty one', '{dataset}', { id: 'a', headers: [['goshawk.dataset', Buffer.alloc(0)]] }, 'unknown'],
  ])('%s', (_name, template, record, expected) => {
    expect(nameByRecord(template, 'alpha', asIs)(plainRecord(record))).toBe(expected);
  });

  it('is that of each record, however many there were before', () => {
    const nameOf = nameByRecord('{topic}.{kind}', 'alpha', asIs);
    const topics = Array.from({ length: 2_500 }, (_none, n) => `t${n}`);
    const names = [...topics, ...topics].map((topic) => nameOf(plainRecord({ id: 'a', topic })));
    expect(names).toEqual([...topics, ...topics].map((topic) => `${topic}.finding`));
  });

  it('is spelled as the far side asks, by placeholder', () => {
    const nameOf = nameByRecord('{topic}-{kind}', 'alpha', (value, placeholder) => `${placeholder}=${value.toUpperCase()}`);
    expect(nameOf(plainRecord({ id: 'a', topic: 'x' }))).toBe('topic=X-kind=FINDING');
  });
});
