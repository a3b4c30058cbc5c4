// The worker's own section, `connect`, in goshawk.yaml and the environment.
import { z } from 'zod';

export const config = z.strictObject({
  host: z.string().default('127.0.0.1').meta({ description: 'Address that the REST interface listens on.' }),
  port: z.int().min(0).max(65_535).default(8083).meta({ description: 'Its port; 0 = any that is free. Kafka Connect has 8083 too.' }),
  secretFolders: z
    .array(z.string().regex(/^\//, 'An absolute path.'))
    .default(['/run/secrets/goshawk/<organization>'])
    .meta({
      description:
        'Folders whose files connectors may name: secrets as `${file:PATH:KEY}`, `${file:PATH}` or `${dir:FOLDER:FILE}`, and certificates. `<organization>` stands for the name of the organization whose connector it is: without it, all organizations share the folder.',
    }),
  secretVariables: z
    .array(z.string().regex(/^([A-Za-z0-9_]|<ORGANIZATION>)+\*?$/, 'A name of an environment variable, with * as its end for any rest.'))
    .default(['GOSHAWK_SECRET_<ORGANIZATION>_*'])
    .meta({
      description:
        'Environment variables of the worker that connectors may name as `${env:NAME}`. `*` at the end stands for a rest that begins with a letter or digit; `<ORGANIZATION>` for the name of the organization in capitals, each dash as two underscores.',
    }),
  fileFolders: z
    .array(z.string().regex(/^\//, 'An absolute path.'))
    .default([])
    .meta({
      description:
        'Folders below which the connector `file-sink` may write. `<organization>` stands for the name of the organization whose connector it is: without it, all organizations share the folder. None unless set.',
      examples: ['/var/lib/goshawk/out/<organization>'],
    }),
});
export type ConnectConfig = z.infer<typeof config>;
