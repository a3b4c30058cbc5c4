// Tails files, for trying things: it keeps no position over a restart. A shipper does this better; docs/inputs says which.
import { isAbsolute, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { MAX_RECORD_BYTES } from '../../pipeline/core/connector.ts';
import type { Connector } from '../../pipeline/core/connector.ts';
import { deliverPatiently } from '../_listen/patience.ts';
import { peerOptions, sourceName } from '../_listen/peers.ts';
import { Tail } from './tail.ts';

export const config = z.strictObject({
  paths: z.array(z.string().min(1)).default([]).meta({ description: 'Files to follow, a record a line; relative to the folder it is started in. None: off.' }),
  start: z
    .enum(['beginning', 'end'])
    .default('end')
    .meta({ description: 'Where to begin in files that are there already. There is no memory over a restart.' }),
  organization: peerOptions.organization,
  source: sourceName('file'),
  lookEveryMs: z.int().min(10).max(60_000).default(1_000).meta({ description: 'How often each file is looked at, in milliseconds.' }),
});
export type FileConfig = z.infer<typeof config>;

const file: Connector<FileConfig> = {
  name: 'file',
  config,
  async source({ paths, start, organization, source, lookEveryMs }, deps) {
    if (paths.length === 0) return null;
    const ending = new AbortController();
    const { signal } = ending;
    const follow = async (path: string) => {
      const tail = new Tail({
        path,
        start,
        maxLineBytes: MAX_RECORD_BYTES,
        onLines: (lines) => deliverPatiently(deps, lines, { organization, source, sensor: path.slice(-200), key: path }, signal).then(() => !signal.aborted),
        onTooLong: () => deps.countDropped('too-large', 1),
      });
      let isFailing = false;
      while (!signal.aborted) {
        try {
          if (!(await tail.look())) break;
          isFailing = false;
        } catch (error) {
          if (!isFailing) deps.log.warn({ err: error, path }, 'A file cannot be read; it is tried again.');
          isFailing = true;
          await tail.close().catch(() => {});
        }
        await delay(lookEveryMs, undefined, { signal }).catch(() => {});
      }
      await tail.close();
    };
    const all = paths.map((path) => (isAbsolute(path) ? path : resolve(path)));
    const following = Promise.all(all.map(follow));
    return {
      addresses: all.map((path) => `file://${path}`),
      async stop() {
        ending.abort();
        await following;
      },
    };
  },
};
export default file;
