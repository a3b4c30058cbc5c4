// What flows into a format: the JSON objects that publish writes to sink topics.
import { RecordError } from '../../pipeline/core/errors.ts';

/** A parsed JSON object. Those of publish are ECS documents (`@timestamp`, `event`) or OCSF documents (`class_uid`, `metadata`). */
export type Document = Readonly<Record<string, unknown>>;

/** ECS or OCSF, of an event or of a finding or an alert of Goshawk's own. */
export type DocumentKind = 'ecs-event' | 'ecs-finding' | 'ocsf-event' | 'ocsf-finding';

/** @throws RecordError FORMAT_REFUSED when the bytes are not one JSON object. */
export function parseDocument(value: Buffer): Document {
  let parsed: unknown;
  try {
    parsed = JSON.parse(value.toString('utf8'));
  } catch (cause) {
    throw new RecordError('FORMAT_REFUSED', `Document is not valid JSON (${value.length} bytes)`, {}, { cause });
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw new RecordError('FORMAT_REFUSED', `Document is no JSON object (${value.length} bytes)`);
  return parsed as Document;
}

const OWN_DATASETS = new Set<unknown>(['goshawk.finding', 'goshawk.alert']);
/** Whether it is of a finding or an alert of Goshawk's own. */
export const isOfFinding = ({ event, metadata }: Document): boolean =>
  OWN_DATASETS.has((event as Document | null | undefined)?.dataset) || OWN_DATASETS.has((metadata as Document | null | undefined)?.log_name);

/** @throws RecordError FORMAT_REFUSED when it is neither an ECS nor an OCSF document: formats whose keys have meanings would say nothing of it. */
export function kindOf(document: Document): DocumentKind {
  if (typeof document.class_uid === 'number') return OWN_DATASETS.has((document.metadata as Document | undefined)?.log_name) ? 'ocsf-finding' : 'ocsf-event';
  const { event } = document;
  if (typeof event === 'object' && event !== null) return OWN_DATASETS.has((event as Document).dataset) ? 'ecs-finding' : 'ecs-event';
  if (typeof document['@timestamp'] === 'string') return 'ecs-event';
  throw new RecordError('FORMAT_REFUSED', 'Document has neither class_uid (OCSF) nor event or @timestamp (ECS), so its fields have no meaning in this format');
}

export const isOcsf = (kind: DocumentKind): kind is 'ocsf-event' | 'ocsf-finding' => kind.startsWith('ocsf');
