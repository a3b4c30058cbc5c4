// Documents to files of the worker's own machine, for an agent that picks them up.
import { z } from 'zod';
import type { SinkConnector } from '../_sink/index.ts';
import { disk } from './disk.ts';
import { FORMATS, linesIn } from './lines.ts';
import { failedFile } from './outcome.ts';
import { foldersOf, JOURNAL, placeOf } from './place.ts';
import { openFileSink } from './sink.ts';

export const config = z
  .strictObject({
    path: z
      .string()
      .max(4_096)
      .regex(/^\/\P{Cc}*[^/\p{Cc}]$/u, 'An absolute path of a file.')
      .refine(
        (path) =>
          !path
            .split('/')
            .slice(1)
            .some((part) => part === '' || part === '.' || part === '..'),
        'A path without "..", "." and double slashes.',
      )
      .refine((path) => !path.endsWith(JOURNAL), `Another name: those that end with ${JOURNAL} are kept for positions.`)
      .meta({
        displayName: 'File',
        description:
          'File that is written, below one of the folders that connect.fileFolders allows; its folder has to exist. Further tasks write name-1, name-2 ... beside it.',
        group: 'File',
        importance: 'high',
        width: 'long',
      }),
    format: z
      .enum(FORMATS)
      .default('ndjson')
      .meta({
        displayName: 'Format',
        description: 'A document a line: JSON as it is (ndjson), a row of CSV, CEF 0 (cef), CEF 1.x (cef1), LEEF 2.0 (leef).',
        group: 'File',
        importance: 'high',
      }),
    columns: z
      .array(z.string().min(1))
      .max(500)
      .default([])
      .meta({
        displayName: 'Columns',
        description: 'Of csv: fields of the document, in order. None: the usual ones of ECS or OCSF.',
        group: 'File',
        importance: 'low',
        width: 'long',
      }),
    rotateBytes: z
      .int()
      .min(4_096)
      .max(1_099_511_627_776)
      .default(104_857_600)
      .meta({
        displayName: 'Largest file (bytes)',
        description: 'A file that would become larger gets a number in its name, alerts.000001.ndjson, and a new one is begun.',
        group: 'Rotation',
        importance: 'medium',
        width: 'short',
      }),
    rotateMs: z
      .int()
      .min(0)
      .max(31_536_000_000)
      .default(0)
      .meta({
        displayName: 'Oldest file (ms)',
        description: 'The same for a file that was begun this long ago, when there is something to write. 0: never.',
        group: 'Rotation',
        importance: 'medium',
        width: 'short',
      }),
    keepFiles: z
      .int()
      .min(0)
      .max(1_000_000)
      .default(10)
      .meta({
        displayName: 'Files kept',
        description: 'Numbered files that are kept; older ones are deleted. 0: all.',
        group: 'Rotation',
        importance: 'medium',
        width: 'short',
      }),
    maxBatchRecords: z
      .int()
      .min(1)
      .max(100_000)
      .default(5_000)
      .meta({
        displayName: 'Records a write',
        description: 'Most records that are written, and made safe on disk, at once.',
        group: 'Delivery',
        importance: 'low',
        width: 'short',
      }),
    maxBatchBytes: z
      .int()
      .min(1_024)
      .max(67_108_864)
      .default(4_194_304)
      .meta({
        displayName: 'Bytes a write',
        description: 'Most bytes of documents that are written at once.',
        group: 'Delivery',
        importance: 'low',
        width: 'short',
      }),
    lingerMs: z
      .int()
      .min(0)
      .max(60_000)
      .default(200)
      .meta({
        displayName: 'Linger (ms)',
        description: 'How long a write that is not full waits for more.',
        group: 'Delivery',
        importance: 'low',
        width: 'short',
      }),
  })
  .refine(({ format, columns }) => format === 'csv' || columns.length === 0, { path: ['columns'], error: 'goes with format csv only' });
export type FileSinkConfig = z.infer<typeof config>;

const file: SinkConnector<FileSinkConfig> = {
  name: 'file-sink',
  type: 'sink',
  version: '1.0.0',
  config,
  duplicates: 'identified',
  async check({ path }, { task, organization, fileFolders }) {
    try {
      await placeOf(path, task, foldersOf(organization, fileFolders), disk);
      return [];
    } catch (error) {
      return [{ option: 'path', message: failedFile(error, path).message }];
    }
  },
  sink: async ({ path, format, columns, rotateBytes, rotateMs, keepFiles, maxBatchRecords, maxBatchBytes, lingerMs }, deps) =>
    openFileSink(
      {
        path,
        linesOf: linesIn(format, columns),
        rotation: { bytes: rotateBytes, ms: rotateMs, keep: keepFiles },
        limits: { maxRecords: maxBatchRecords, maxBytes: maxBatchBytes, lingerMs },
      },
      deps,
    ),
};
export default file;
