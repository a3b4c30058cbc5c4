import { describe, expect, it } from 'vitest';
import { acknowledgedIn, answerOf, hecBody } from './outcome.ts';

const said = (status: number, code: number, more: object = {}, bytes = 1_000) =>
  answerOf(status, hecBody(Buffer.from(JSON.stringify({ text: 'T', code, ...more }))), { events: 10, bytes });
const AT_3 = { 'invalid-event-number': 3 };

describe('an answer of HEC', () => {
  it.each<[name: string, answered: object, expected: object]>([
    ['0 takes all', said(200, 0), { kind: 'taken', ackId: null, isNearLimit: false }],
    ['0 with an id to ask for', said(200, 0, { ackId: 7 }), { kind: 'taken', ackId: 7 }],
    ['24 takes all, and wants a pause', said(200, 24), { kind: 'taken', isNearLimit: true }],
    ['25 takes all, and wants a pause', said(200, 25, { ackId: 0 }), { kind: 'taken', ackId: 0, isNearLimit: true }],
    ...[1, 2, 3, 4, 10, 11, 14, 16, 21, 22, 28].map((code): [string, object, object] => [
      `${code} is for a person`,
      said(400, code),
      { kind: 'misconfigured', message: `T (code ${code})` },
    ]),
    ...[9, 18, 19, 20, 23].map((code): [string, object, object] => [`${code} took nothing`, said(503, code), { kind: 'away', isAmbiguous: false }]),
    ...[26, 27].map((code): [string, object, object] => [`${code} took nothing`, said(429, code), { kind: 'away', isAmbiguous: false }]),
    ['8 tells nothing', said(500, 8), { kind: 'away', isAmbiguous: true }],
    ...[6, 12, 13, 15].map((code): [string, object, object] => [
      `${code} refuses the event it names, and has those before it`,
      said(400, code, AT_3),
      { kind: 'refused', at: 3, ackId: null, reason: String(code) },
    ]),
    ['12 with an id for those before it', said(400, 12, { ...AT_3, ackId: 4 }), { kind: 'refused', at: 3, ackId: 4 }],
    ['6 without a number says nothing of any', said(400, 6), { kind: 'refused', at: null }],
    ['12 with a number that is none of ours', said(400, 12, { 'invalid-event-number': 10 }), { kind: 'refused', at: null }],
    ['5 says nothing of any', said(400, 5), { kind: 'refused', at: null, reason: '5' }],
    ['6 on the first event of 5 MiB', said(400, 6, { 'invalid-event-number': 0 }, 5_242_880), { kind: 'refused', at: 0 }],
    ['6 on the first event of more is the size', said(400, 6, { 'invalid-event-number': 0 }, 5_242_881), { kind: 'too-large' }],
    ['6 on another event of more is that event', said(400, 6, AT_3, 6_000_000), { kind: 'refused', at: 3 }],
    ['7 names the event behind the one with the index', said(400, 7, { 'invalid-event-number': 4 }), { kind: 'index', at: 3 }],
    ['7 without a number is of the first', said(400, 7), { kind: 'index', at: 0 }],
    ['a code to come of 4xx is for a person', said(400, 99), { kind: 'misconfigured' }],
    ['a code to come of 5xx tells nothing', said(500, 99), { kind: 'away', isAmbiguous: true }],
    ['a code to come of 2xx took all', said(200, 99), { kind: 'taken' }],
  ])('%s', (_name, answered, expected) => {
    expect(answered).toMatchObject(expected);
  });

  it.each<[name: string, status: number, expected: object]>([
    ['413 is the size', 413, { kind: 'too-large' }],
    ['404 is no HEC', 404, { kind: 'misconfigured' }],
    ['a page of a balancer that is busy', 503, { kind: 'away', isAmbiguous: false }],
    ['a page of a gateway that gave up', 504, { kind: 'away', isAmbiguous: true }],
    ['415 of a server that cannot unpack', 415, { kind: 'misconfigured' }],
    ['a page of something else altogether', 200, { kind: 'misconfigured' }],
  ])('%s', (_name, status, expected) => {
    expect(answerOf(status, hecBody(Buffer.from('<html>')), { events: 1, bytes: 1 })).toMatchObject(expected);
  });

  it.each<[text: string, ids: readonly number[] | null]>([
    ['{"acks":{"0":true,"1":false,"12":true}}', [0, 12]],
    ['{"acks":{}}', []],
    ['{"text":"ACK is disabled","code":14}', null],
    ['<html>', null],
  ])('acknowledges %s', (text, ids) => {
    expect(acknowledgedIn(Buffer.from(text))).toEqual(ids);
  });
});
