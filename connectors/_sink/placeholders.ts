// Names on the far side that depend on the record: `logs-goshawk.{kind}-default`.
import { DOCUMENT_HEADERS } from '../../pipeline/core/document-headers.ts';
import type { SinkRecord } from './index.ts';

const KNOWN = ['topic', 'kind', 'dataset', 'organization'] as const;
type Placeholder = (typeof KNOWN)[number];

const PATTERN = /\{([^{}]*)\}/g;
export const PLACEHOLDERS = KNOWN.map((name) => `{${name}}`).join(', ');
/** Whether all placeholders of a template are known, and its braces are in pairs. */
export const isTemplate = (text: string): boolean =>
  !/[{}]/.test(text.replaceAll(PATTERN, '')) && [...text.matchAll(PATTERN)].every(([, name]) => KNOWN.includes(name as Placeholder));

/** Names remembered at once: topics and datasets are few, unless a transform makes many. */
const MOST_NAMES = 1_000;

/**
 * @param template Fulfils `isTemplate`.
 * @param spell What becomes of the value of a placeholder.
 * @returns The name for a record. A document without a dataset has the dataset `unknown`.
 */
export function nameByRecord(
  template: string,
  organization: string,
  spell: (value: string, placeholder: Placeholder) => string,
): (record: Pick<SinkRecord, 'topic' | 'kind' | 'headers'>) => string {
  const used = new Set([...template.matchAll(PATTERN)].map(([, name]) => name as Placeholder));
  const fill = (values: Readonly<Record<Placeholder, string>>): string => template.replaceAll(PATTERN, (_, name: Placeholder) => spell(values[name], name));
  if (!used.has('topic') && !used.has('kind') && !used.has('dataset')) {
    const name = fill({ topic: '', kind: '', dataset: '', organization });
    return () => name;
  }
  const names = new Map<string, string>();
  return ({ topic, kind, headers }) => {
    const dataset = used.has('dataset') ? datasetOf(headers) : '';
    const key = `${used.has('topic') ? topic : ''}\n${kind}\n${dataset}`;
    const known = names.get(key);
    if (known !== undefined) return known;
    if (names.size >= MOST_NAMES) names.clear();
    const name = fill({ topic, kind, dataset, organization });
    names.set(key, name);
    return name;
  };
}

function datasetOf(headers: SinkRecord['headers']): string {
  for (const [name, value] of headers) if (name === DOCUMENT_HEADERS.dataset) return value.toString('utf8') || 'unknown';
  return 'unknown';
}
