// A process that hunts one event at a time and stops for ever in the middle of a slice: argv is the address of the database and after how many slices.
// It is there to be killed.
import pino from 'pino';
import { openPool } from '../../store/connect.ts';
import { doHunts } from '../hunt/work.ts';

const [databaseUrl = '', slices = ''] = process.argv.slice(2);
let left = Number(slices);
const stages = openPool({ databaseUrl, role: 'goshawk_stages', max: 1 });
for (;;)
  await doHunts(stages, {
    log: pino({ level: 'silent' }),
    signal: new AbortController().signal,
    sliceEvents: 1,
    // Asked once a slice, within its transaction.
    wallMicros() {
      if (left-- <= 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
      return 1_772_366_400_000_000;
    },
  });
