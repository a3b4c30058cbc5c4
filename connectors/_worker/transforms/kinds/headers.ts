// InsertHeader, DropHeaders, HeaderFrom. A header is bytes: text as it is, all else as JSON.
import { z } from 'zod';
import { ofBothHalves, ofWhole } from '../definition.ts';
import type { Json } from '../json.ts';
import { copyOf, get } from '../json.ts';
import { nullWithDefault, someOf, text, withCondition } from '../options.ts';

const headerBytes = (value: Json): Buffer => (value === null ? Buffer.alloc(0) : Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)));

export const insertHeader = ofWhole({
  name: 'InsertHeader',
  description: 'Adds a header.',
  options: withCondition({ header: text('Its name.', 'high'), 'value.literal': text('Its value.', 'high') }),
  configure({ header, 'value.literal': literal }: { readonly header: string; readonly 'value.literal': string }) {
    const added = [header, Buffer.from(literal)] as const;
    return (record) => {
      record.headers = [...record.headers, added];
    };
  },
});

export const dropHeaders = ofWhole({
  name: 'DropHeaders',
  description: 'Removes headers.',
  options: withCondition({ headers: someOf('Names of the headers.', 'high') }),
  configure({ headers }: { readonly headers: readonly string[] }) {
    const dropped = new Set(headers);
    return (record) => {
      record.headers = record.headers.filter(([name]) => !dropped.has(name));
    };
  },
});

interface HeaderFromOptions {
  readonly fields: readonly string[];
  readonly headers: readonly string[];
  readonly operation: 'move' | 'copy';
}
export const headerFrom = ofBothHalves({
  name: 'HeaderFrom',
  description: 'Moves or copies fields into headers. A field that is absent makes an empty header.',
  options: withCondition({
    fields: someOf('Names of the fields.', 'high'),
    headers: someOf('Names of the headers, in the order of the fields.', 'high'),
    operation: z
      .enum(['move', 'copy'], { error: 'String must be one of: move, copy' })
      .meta({ description: '`move` takes the fields away, `copy` leaves them.', importance: 'high' }),
    ...nullWithDefault,
  }).refine(({ fields, headers }) => fields.length === headers.length, {
    path: ['headers'],
    error: "'fields' config must have the same number of elements as 'headers' config.",
  }),
  configure({ fields, headers, operation }: HeaderFromOptions, half) {
    return (record) => {
      const object = record[half].object(`header ${operation}`);
      record.headers = [...record.headers, ...fields.map((field, index) => [headers[index]!, headerBytes(get(object, field) ?? null)] as const)];
      if (operation === 'copy') return;
      const updated = copyOf(object);
      for (const field of fields) delete updated[field];
      record[half].set(updated);
    };
  },
});
