// Files of native or canonical records, one after another.
import { stat } from 'node:fs/promises';
import { nativeRecords } from '../../local/native-files.ts';
import { RecordError } from '../../pipeline/core/errors.ts';
import type { Micros } from '../../pipeline/core/index.ts';
import { config as ingestConfig, openIngestor } from '../../pipeline/ingest/index.ts';
import { rawTopic } from '../../topologies/topics.ts';
import type { Io } from '../command.ts';
import { readerOf } from '../rules/records.ts';
import type { Backtest } from './backtest.ts';

/** @throws ConfigError INVALID_USAGE for a file that cannot be read */
export async function testFiles(io: Io, backtest: Backtest, files: readonly string[], organization: string): Promise<void> {
  const options = ingestConfig.parse({});
  const ingestor = await openIngestor(options, { installation: 'backtest' });
  let number = 0;
  for (const file of files) {
    // Stands for the append time, which formats that leave out the year need.
    const takenAt: Micros = file === '-' ? Date.now() * 1_000 : await changedAt(file);
    const { read, end } = readerOf(ingestor, rawTopic(organization, 'backtest'), { isGrouped: true, firstOffset: number });
    backtest.begin();
    for await (const record of nativeRecords(file, options.maxRecordBytes)) {
      if (io.interruption.signal.aborted) return;
      number += 1;
      backtest.countRecord();
      try {
        for (const event of read(Buffer.from(record), takenAt)) backtest.event(event, takenAt);
      } catch (error) {
        if (!(error instanceof RecordError)) throw error;
        backtest.refuse(error.code);
      }
    }
    for (const event of end()) backtest.event(event, takenAt);
  }
}

/** A file that is not there is told by whoever reads it. */
const changedAt = (file: string): Promise<Micros> =>
  stat(file).then(
    ({ mtimeMs }) => Math.floor(mtimeMs * 1_000),
    () => 0,
  );
