import { Readable } from 'node:stream';
import avsc from 'avsc';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Document } from '../document.ts';
import { anyDocument, OWN, realDocuments } from '../test/documents.ts';
import { fingerprintOf } from './container.ts';
import { avro, avroValue } from './index.ts';

const isOcsf = (document: Document) => 'class_uid' in document;
/** By the reader of avsc, which takes the schema from the file. */
async function read(content: Buffer): Promise<readonly Document[]> {
  const rows: Document[] = [];
  const decoder = Readable.from([content]).pipe(new avsc.streams.BlockDecoder({ parseHook: (schema) => avsc.Type.forSchema(schema, { wrapUnions: false }) }));
  for await (const row of decoder) rows.push(JSON.parse(JSON.stringify(row)) as Document);
  return rows;
}

describe('a file', () => {
  it('of ECS documents has nested records, oldest first', async () => {
    const rows = await read(avro.encode([...OWN.ecs].reverse()));
    expect(rows).toMatchObject([
      {
        timestamp: 1_767_225_600_000_001,
        event: { dataset: 'goshawk.finding', severity: 70, code: null },
        rule: { version: '3', author: ['us'] },
        other: null,
      },
      { timestamp: 1_767_225_660_000_000, event: { dataset: 'goshawk.alert', risk_score: 73 }, related: { hosts: ['workstation5'] } },
    ]);
    expect(JSON.parse(rows[1]!.goshawk as string)).toEqual(OWN.ecs[1].goshawk);
  });

  it('of OCSF documents is of their class', async () => {
    const rows = await read(avro.encode(OWN.ocsf));
    expect(rows).toMatchObject(OWN.ocsf.map(({ class_uid, time, observables, risk_score = null }) => ({ class_uid, time, observables, risk_score })));
    expect(rows[1]).toMatchObject({
      activity_name: 'Update',
      finding_info: { related_analytics: [{ uid: 'other', type_id: 1 }] },
      evidences: [{ uid: expect.any(String) as string }, {}],
    });
    expect(avro.encode(OWN.ocsf).subarray(0, 20_000).toString('latin1')).toContain('"name":"Ocsf2004"');
  });

  it('has every document there is', { timeout: 60_000 }, async () => {
    const all = Map.groupBy(realDocuments(), (document) => (isOcsf(document) ? document.class_uid : 'ecs'));
    expect(all.size).toBeGreaterThan(20);
    for (const documents of all.values()) expect((await read(avro.encode(documents))).length).toBe(documents.length);
  });

  it('has documents that no sensor would send', { timeout: 60_000 }, async () => {
    for (const documents of Map.groupBy(fc.sample(anyDocument, { numRuns: 300, seed: 8 }), ({ class_uid }) => class_uid).values())
      expect((await read(avro.encode(documents))).length).toBe(documents.length);
  });

  it('is the same for the same documents, whatever their order was', () => {
    expect(avro.encode([...OWN.ecs].reverse())).toEqual(avro.encode(OWN.ecs));
  });

  it('is one when it has no document', async () => {
    expect(await read(avro.encode([]))).toEqual([]);
  });

  it('takes no document of another kind', () => {
    expect(() => avro.encode([OWN.ecs[0], OWN.ocsf[0]])).toThrow(expect.objectContaining({ code: 'FORMAT_REFUSED' }));
  });
});

/** Parsing canonical form, as the specification transforms schemas: full names, no attributes that readers do not need, in its order. */
function canonical(type: unknown, namespace: string): unknown {
  if (typeof type === 'string') return type;
  if (Array.isArray(type)) return type.map((one) => canonical(one, namespace));
  const {
    type: kind,
    name,
    fields,
    items,
  } = type as { readonly type: string; readonly name?: string; readonly fields?: readonly { name: string; type: unknown }[]; readonly items?: unknown };
  if (kind === 'array') return { type: 'array', items: canonical(items, namespace) };
  if (kind !== 'record') return kind;
  return { name: `${namespace}.${name!}`, type: 'record', fields: fields!.map((field) => ({ name: field.name, type: canonical(field.type, namespace) })) };
}

describe('a single value', () => {
  it('is read with the schema that it names', () => {
    for (const document of [...OWN.ecs, ...OWN.ocsf]) {
      const { schema, singleObject, body } = avroValue(document);
      const type = avsc.Type.forSchema(JSON.parse(schema) as avsc.Schema, { wrapUnions: false });
      expect(type.fromBuffer(body)).toMatchObject(isOcsf(document) ? { class_uid: 2004, message: null } : { message: document.message });
      const object = singleObject();
      expect([object.readUInt16BE(0), object.subarray(10)]).toEqual([0xc301, body]);
      expect(object.readBigUInt64LE(2)).toBe(fingerprintOf(JSON.stringify(canonical(JSON.parse(schema), 'goshawk.documents'))));
    }
    expect(avroValue(OWN.ocsf[0]).schema).toBe(avroValue(OWN.ocsf[1]).schema);
  });

  // The vectors are those of the Avro project, share/test/data/schema-tests.txt.
  it.each([
    ['"null"', 7_195_948_357_588_979_594n],
    ['"int"', 8_247_732_601_305_521_295n],
    ['"string"', -8_142_146_995_180_207_161n],
  ])('%s has the fingerprint %s', (canonical, fingerprint) => {
    expect(BigInt.asIntN(64, fingerprintOf(canonical))).toBe(fingerprint);
  });
});
