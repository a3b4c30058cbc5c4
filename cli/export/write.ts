// Rows of the API into the file of an export, a page at a time.
import { encode } from '../../api/export/formats.ts';
import type { ExportFile, ExportState } from './file.ts';
import { exportPages } from './rows.ts';
import type { ExportPage, ExportSource } from './rows.ts';

export interface ExportWork extends ExportSource {
  readonly onProgress: (state: ExportState) => void;
}

/**
 * Writes until all is there, or no more comes; what is in the file then is whole rows, and of Parquet a whole file.
 * @returns Why it was cut off; null when it was not.
 */
export async function writeExport(file: ExportFile, { onProgress, ...source }: ExportWork): Promise<Error | null> {
  const { question, format, rows: before, after } = file.state();
  const left = question.limit === null ? null : question.limit - before;
  let cut: Error | null = null;
  let page: ExportPage | undefined;
  async function* rows() {
    try {
      for await (page of exportPages({ ...question, limit: left }, after, source)) yield page.rows;
    } catch (error) {
      cut = source.signal.aborted ? new Error('Interrupted.') : (error as Error); // the format ends what it began
    }
    page = undefined;
  }
  const isGoingOn = file.state().bytes > 0;
  let isFirst = true;
  for await (const chunk of encode(format, rows(), question.columns)) {
    // A table of columns stands before the first page, and the end of the format behind the last.
    if (page !== undefined) file.write(chunk, page.rows.length, page.last);
    else if (!(isFirst && isGoingOn)) file.write(chunk, 0, file.state().after);
    isFirst = false;
    onProgress(file.state());
  }
  return cut;
}
