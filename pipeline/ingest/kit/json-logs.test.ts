import { describe, expect, it } from 'vitest';
import { jsonLogs, mapping } from '../kit.ts';
import type { Draft } from '../kit.ts';
import { documentsOf } from './document.ts';

const decoder = jsonLogs({
  name: 'acme',
  version: 1,
  reads: 'Acme',
  recognisedBy: 'acmeId',
  arrays: ['records', 'response.items'],
  objects: ['detail'],
  logs: [
    {
      dataset: 'acme.login',
      product: 'acme',
      service: 'login',
      has: ['acmeId', 'login'],
      id: ['acmeId', 'at'],
      set: mapping({ '@timestamp': 'at', 'event.action': 'login', 'user.name': 'who' }),
    },
    {
      dataset: 'acme.audit',
      product: 'acme',
      has: ['acmeId'],
      when: ({ kind }) => kind === 'audit',
      confidence: 0.7,
      exportedAs: 'Acme.Audit',
      set: mapping({ 'event.action': 'deed' }),
    },
  ],
});
const documentOf = (json: unknown, text = JSON.stringify(json)) =>
  documentsOf(
    Buffer.from(text),
    { appendedAt: 1_700_000_000_000_000, zone: undefined, memory: { get: () => undefined, put: () => undefined } },
    { maxDepth: 50, maxFields: 1000 },
  )![0]!;
const decoded = (json: unknown, text?: string): readonly Draft[] | string => decoder.decode(documentOf(json, text));
const one = (json: unknown): Draft => (decoded(json) as readonly Draft[])[0]!;
const LOGIN = { acmeId: 7, login: 'login_failed', at: 1_700_000_000, who: 'eve@example.com' };

describe('JSON logs', () => {
  it('are told by their members, the more special kind first', () => {
    expect(decoder.clues?.members).toEqual(['acmeId', 'records', 'response', 'detail', 'p_log_type']);
    expect([LOGIN, { acmeId: 1, kind: 'audit' }, { acmeId: 1 }, { other: 1 }].map((json) => decoder.recognise(documentOf(json)))).toEqual([1, 0.7, 0, 0]);
  });
  it('take category, outcome, email, id and message from what is told', () => {
    expect(one(LOGIN)).toMatchObject({
      dataset: 'acme.login',
      id: '7/1700000000',
      category: ['authentication'],
      type: ['start'],
      outcome: 'failure',
      user: { name: 'eve@example.com', email: 'eve@example.com' },
      message: 'login_failed by eve@example.com failed',
      logsource: { category: [], service: ['login'] },
    });
  });
  it('have no id of their own when a part of it is missing', () => {
    expect(one({ acmeId: 7, login: 'x' }).id).toBe('');
  });
  it('are told by the name that an export gives them, and take its time', () => {
    expect(one({ p_log_type: 'Acme.Audit', p_event_time: '2024-01-02 03:04:05', deed: 'role.delete' })).toMatchObject({
      dataset: 'acme.audit',
      time: Date.UTC(2024, 0, 2, 3, 4, 5) * 1000,
      timeSource: 'zone_assumed',
    });
  });
  it.each<[name: string, text: string]>([
    ['an array', `{"x":1,"records":[ ${JSON.stringify(LOGIN)} ,{"acmeId":1.50,"kind":"audit"}]}`],
    ['an array further in', `{"response":{"items":[${JSON.stringify(LOGIN)},{"acmeId":1.50,"kind":"audit"}]}}`],
  ])('come out of %s, each with its own bytes', (_name, text) => {
    const events = decoded(JSON.parse(text), text) as readonly Draft[];
    expect(events.map(({ dataset, native }) => [dataset, Buffer.from(native).toString()])).toEqual([
      ['acme.login', JSON.stringify(LOGIN)],
      ['acme.audit', '{"acmeId":1.50,"kind":"audit"}'],
    ]);
  });
  it('come out of an object that carries one', () => {
    expect((decoded({ source: 'acme', detail: LOGIN }) as readonly Draft[]).map(({ dataset }) => dataset)).toEqual(['acme.login']);
  });
  it('keep an element that is none of them, as unparsed, and read the others', () => {
    const events = decoded({ records: [LOGIN, 'text', { other: 1 }] }) as readonly Draft[];
    expect(events.map(({ dataset, message }) => [dataset, message])).toEqual([
      ['acme.login', 'login_failed by eve@example.com failed'],
      ['unparsed', '"text"'],
      ['unparsed', '{"other":1}'],
    ]);
  });
  it('refuse what holds none of them', () => {
    expect(
      [decoded({ records: [] }), decoded({ records: [1] }), decoded({ detail: 'x' }), decoder.decode(documentOf(undefined, 'text'))].every(
        (result) => typeof result === 'string',
      ),
    ).toBe(true);
  });
});
