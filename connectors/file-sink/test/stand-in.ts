// A folder. What it has is read from its files, full ones and all tasks' included.
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OpenStandIn } from '../../_contract/stand-in.ts';

/** Where a busy disk does not make each write that is made safe take its time. */
const MEMORY = '/dev/shm';

export const openStandIn: OpenStandIn = async () => {
  const root = await mkdtemp(join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'goshawk-file-sink-'));
  const folder = join(root, 'out');
  const away = join(root, 'away');
  await mkdir(folder);
  let isAway = false;
  return {
    settings: { path: join(folder, 'alerts.ndjson'), rotateBytes: '8192', keepFiles: '0' },
    deps: { fileFolders: [root] },
    outboundAllow: [],
    faults: ['down'],
    async taken() {
      // While a file gets its number its documents are in another than was listed.
      for (;;) {
        const place = isAway ? away : folder;
        const names = await dataIn(place);
        const texts = await Promise.all(names.map((name) => readFile(join(place, name), 'utf8').catch(() => '')));
        if ((await dataIn(place)).join() === names.join()) return texts.flatMap(idsIn);
      }
    },
    async fail(fault) {
      if ((fault === 'down') === isAway) return;
      isAway = fault === 'down';
      await (isAway ? rename(folder, away) : rename(away, folder));
    },
    // One that was killed may still be writing its last.
    close: () => rm(root, { recursive: true, force: true, maxRetries: 20, retryDelay: 25 }),
  };
};

const dataIn = async (folder: string) => (await readdir(folder)).filter((name) => name.endsWith('.ndjson')).toSorted();
/** A last line that is not whole is being written. */
const idsIn = (text: string) =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => (JSON.parse(line) as { readonly event: { readonly id: string } }).event.id);
