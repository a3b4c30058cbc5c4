// Files of what a page shows. The API writes each down in the audit and counts it against a quota.
import { authorizedFetch } from './client.ts';
import type { Problem } from './problem.ts';

export const EXPORT_FORMATS = ['csv', 'ndjson', 'parquet'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];
/** Rows of one file: it passes through the memory of the browser. The API gives up to a million. */
export const EXPORT_ROWS = 100_000;
export interface ExportQuestion {
  readonly kind: 'events' | 'alerts';
  /** As the address of the API has them; a list is a name given several times. */
  readonly filter: Readonly<Record<string, string | readonly string[]>>;
}

export function exportAddress({ kind, filter }: ExportQuestion, format: ExportFormat): string {
  const params = new URLSearchParams({ format, limit: String(EXPORT_ROWS) });
  for (const [name, value] of Object.entries(filter)) for (const each of typeof value === 'string' ? [value] : value) params.append(name, each);
  return `/v2/exports/${kind}?${params}`;
}

/** Hands the file to the browser. @returns What went wrong; null when nothing did */
export const saveExport = (question: ExportQuestion, format: ExportFormat): Promise<Problem | null> =>
  saveFile(exportAddress(question, format), `${question.kind}.${format}`);

/** As `saveExport`, for any address of the API. @param name Of the file, where the API does not say. */
export async function saveFile(address: string, name: string): Promise<Problem | null> {
  let response: Response;
  let file: Blob;
  try {
    response = await authorizedFetch(address);
    if (!response.ok) return await problemOf(response);
    file = await response.blob();
  } catch {
    return {
      title: 'The file did not arrive.',
      advice: 'The connection to the API ended. Try again, or narrow the search.',
      code: '',
      requestId: null,
      position: null,
    };
  }
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = /filename="([^"/\\]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1] ?? name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // once the browser has begun to write it
  return null;
}

async function problemOf(response: Response): Promise<Problem> {
  const said = (await response.json().catch(() => ({}))) as { readonly code?: unknown; readonly detail?: unknown };
  return {
    title: response.status === 403 ? 'Your roles do not allow this.' : 'The export was refused.',
    advice: typeof said.detail === 'string' ? said.detail : `The API answered with status ${response.status}.`,
    code: typeof said.code === 'string' ? said.code : `HTTP_${response.status}`,
    requestId: response.headers.get('x-request-id'),
    position: null,
  };
}
