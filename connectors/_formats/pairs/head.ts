// What the first lines of CEF, LEEF and syslog messages have in common: what kind of thing it is, its name, how bad it is, when it was.
import type { Document, DocumentKind } from '../document.ts';
import { isOcsf } from '../document.ts';
import type { Reader } from '../path.ts';
import { readerOf } from '../path.ts';
import { CONVERTERS } from './values.ts';

/** Who it is to receivers. The version is that of these mappings: receivers choose parsers by it, so it changes with them and not with each release. */
export const DEVICE = { vendor: 'Goshawk', product: 'Goshawk', version: '1.0' } as const;

type By<V> = Readonly<Record<DocumentKind, V>>;
const text = CONVERTERS.text.convert;
/** Blanks and control characters are lost on the way: a text of nothing else says nothing. */
const SAYS_SOMETHING = /[^\s\p{Cc}]/u;
const firstOf = (paths: string) => {
  const readers = paths.split(' ').map(readerOf);
  return (document: Document): string | undefined => {
    for (const read of readers) {
      const found = text(read(document));
      if (found !== undefined && SAYS_SOMETHING.test(found)) return found;
    }
    return undefined;
  };
};

const DATASET = firstOf('event.dataset');
const CODE = firstOf('event.code event.action rule.id');
const LOG = firstOf('metadata.log_name class_name');
const OCSF_CODE = firstOf('metadata.event_code type_uid');
const OCSF_RULE = firstOf('finding_info.analytic.uid');
const withCode = (dataset: string | undefined, code: string | undefined): string => [dataset, code].filter((part) => part !== undefined).join(':');

/** Equal for all documents of one sort, and the same for ever: the rule of findings and alerts; dataset and code (else action) of events. */
const EVENT_CLASS: By<(document: Document) => string | undefined> = {
  'ecs-finding': firstOf('rule.id goshawk.alert.rules event.dataset'),
  'ecs-event': (document) => withCode(DATASET(document), CODE(document)),
  'ocsf-finding': firstOf('finding_info.analytic.uid metadata.log_name'),
  'ocsf-event': (document) => OCSF_RULE(document) ?? withCode(LOG(document), OCSF_CODE(document)),
};
const NAME: By<(document: Document) => string | undefined> = {
  'ecs-finding': firstOf('rule.name message event.dataset'),
  'ecs-event': firstOf('rule.name event.action event.code event.dataset'),
  'ocsf-finding': firstOf('finding_info.title class_name'),
  'ocsf-event': firstOf('finding_info.title activity_name class_name'),
};

/** Places from which class and name come, for the printed pages. */
export const HEAD_PLACES = {
  'event class':
    'findings and alerts: `rule.id`, else the first of `goshawk.alert.rules`; events: `event.dataset`, a colon, and `event.code`, else `event.action`, else `rule.id`',
  name: 'findings and alerts: `rule.name`, else `message`; events: `rule.name`, else `event.action`, else `event.code`, else `event.dataset`',
  'event class of OCSF': '`finding_info.analytic.uid`; else `metadata.log_name` (else `class_name`), a colon, and `metadata.event_code` (else `type_uid`)',
  'name of OCSF': '`finding_info.title`, else `activity_name`, else `class_name`',
} as const;

export const eventClassOf = (kind: DocumentKind, document: Document): string => EVENT_CLASS[kind](document) || 'unknown';
export const nameOf = (kind: DocumentKind, document: Document): string => NAME[kind](document) ?? 'unknown';

const SEVERITY: Reader = readerOf('event.severity');
/** OCSF severity_id; 99 (other) and 0 (unknown) say nothing. */
const OCSF_SEVERITIES: ReadonlyMap<unknown, number> = new Map([
  [1, 10],
  [2, 30],
  [3, 50],
  [4, 70],
  [5, 90],
  [6, 100],
]);
/** 0 to 100; undefined = nobody rated it. */
export function severityOf(kind: DocumentKind, document: Document): number | undefined {
  if (isOcsf(kind)) return OCSF_SEVERITIES.get(document.severity_id);
  const severity = SEVERITY(document);
  return typeof severity === 'number' && Number.isFinite(severity) ? Math.min(Math.max(severity, 0), 100) : undefined;
}

/** When it was, as the document has it: ISO 8601 to the microsecond, or milliseconds. */
export const timeOf = (kind: DocumentKind, document: Document): unknown => (isOcsf(kind) ? document.time : document['@timestamp']);

export const hostOf: By<(document: Document) => string | undefined> = {
  'ecs-event': firstOf('host.name observer.hostname host.ip observer.ip observer.name'),
  'ecs-finding': firstOf('host.name related.hosts'),
  'ocsf-event': firstOf('device.hostname device.ip metadata.reporter.hostname metadata.reporter.ip metadata.reporter.name'),
  'ocsf-finding': firstOf('device.hostname observables.[type_id=1].value'),
};
