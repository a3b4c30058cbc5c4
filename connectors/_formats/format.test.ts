import { describe, expect, it } from 'vitest';
import { isOcsf, kindOf, parseDocument } from './document.ts';
import type { Document } from './document.ts';
import { linesOf } from './format.ts';
import { ndjsonOf } from './ndjson/index.ts';
import { OWN } from './test/own.ts';

describe('a document', () => {
  it('is a JSON object', () => {
    expect(parseDocument(Buffer.from('{"a":"\u{1F980}"}'))).toEqual({ a: '\u{1F980}' });
  });
  it.each(['', 'x', '{', '[]', '"a"', '1', 'null', '{"a":1}{"a":2}'])('is none: %s', (text) => {
    expect(() => parseDocument(Buffer.from(text))).toThrow(expect.objectContaining({ code: 'FORMAT_REFUSED' }));
  });
  it('says nothing of what it holds when it is none', () => {
    expect(() => parseDocument(Buffer.from('password: hunter2'))).toThrow(/^Document is not valid JSON \(17 bytes\)$/);
  });

  it.each<[document: Document, kind: string]>([
    [OWN.ecs[0], 'ecs-finding'],
    [OWN.ecs[1], 'ecs-finding'],
    [OWN.ocsf[0], 'ocsf-finding'],
    [OWN.ocsf[1], 'ocsf-finding'],
    [{ event: { kind: 'alert', dataset: 'suricata.alert' } }, 'ecs-event'],
    [{ '@timestamp': '2026-01-01T00:00:00Z' }, 'ecs-event'],
    [{ class_uid: 2004, metadata: { log_name: 'suricata.alert' } }, 'ocsf-event'],
    [{ class_uid: 0 }, 'ocsf-event'],
  ])('%j is of the kind %s', (document, kind) => {
    expect(kindOf(document)).toBe(kind);
    expect(isOcsf(kindOf(document))).toBe(kind.startsWith('ocsf'));
  });
});

describe('lines', () => {
  it('of JSON are the bytes of the values', () => {
    expect(ndjsonOf([Buffer.from('{"n":12345678901234567890}'), Buffer.from('{}')]).toString()).toBe('{"n":12345678901234567890}\n{}\n');
    expect(ndjsonOf([]).length).toBe(0);
  });
  it('of a format are ended by line breaks, and a file is added to in the same way', () => {
    const file = linesOf({ name: 'ids', mediaType: 'text/plain', encode: ({ id }) => Buffer.from(String(id)) }, 'log');
    expect([file.encode([{ id: 1 }, { id: 2 }]).toString(), file.append!([{ id: 3 }]).toString(), file.extension]).toEqual(['1\n2\n', '3\n', 'log']);
  });
});
