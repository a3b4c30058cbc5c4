// What an export can have of each kind, and of which type a column is.
import type { AlertRow } from '../../store/queries/alerts.ts';
import type { EventRow } from '../../store/queries/events.ts';
import { SEVERITIES } from '../../store/queries/findings.ts';
import type { FindingRow } from '../../store/queries/findings.ts';
import { alertDocument } from '../alert-view.ts';
import { fieldsOf, publicIdOf } from '../event-view.ts';
import { isoOf } from '../time.ts';

export type ExportKind = 'events' | 'findings' | 'alerts';
export type ColumnType = 'text' | 'number' | 'time';
/** By column; a column that the row does not have is absent. */
export type ExportRow = Readonly<Record<string, unknown>>;

/** When nothing else is asked for. */
export const DEFAULT_COLUMNS: Readonly<Record<ExportKind, readonly string[]>> = {
  events: [
    'id',
    '@timestamp',
    'event.dataset',
    'event.kind',
    'event.category',
    'event.action',
    'event.outcome',
    'event.severity',
    'host.name',
    'user.name',
    'source.ip',
    'source.port',
    'destination.ip',
    'destination.port',
    'process.name',
    'message',
    'sensor',
    'native',
  ],
  findings: [
    'id',
    'time',
    'lastTime',
    'kind',
    'ruleId',
    'ruleVersion',
    'title',
    'severity',
    'status',
    'tags',
    'entities',
    'eventCount',
    'reason',
    'suppressedBy',
    'fields',
    'events',
  ],
  alerts: [
    'id',
    'time',
    'lastTime',
    'title',
    'severity',
    'score',
    'status',
    'verdict',
    'verdictReason',
    'assignee',
    'labels',
    'rules',
    'tags',
    'entities',
    'findingCount',
    'eventCount',
    'reason',
    'changedAt',
  ],
};

const TIMES: ReadonlySet<string> = new Set(['@timestamp', 'time', 'lastTime', 'changedAt', 'storedAt', 'stored_at']);
const NUMBERS: ReadonlySet<string> = new Set([
  'event.severity',
  'source.port',
  'destination.port',
  'source.bytes',
  'destination.bytes',
  'network.bytes',
  'process.pid',
  'process.parent.pid',
  'http.response.status_code',
  'eventCount',
  'findingCount',
  'score',
  'revision',
]);
/** For formats whose columns have types; what does not fit is left empty there. */
export const typeOfColumn = (column: string): ColumnType => (TIMES.has(column) ? 'time' : NUMBERS.has(column) ? 'number' : 'text');

/** Every field by its ECS name, and besides `id`, `sensor`, `native` (the sensor's own document, as text) and `stored_at`. */
export const eventRow = (row: EventRow): ExportRow => ({
  id: publicIdOf(row),
  ...fieldsOf(row),
  sensor: row.sensor,
  native: row.native,
  ...(row.storedAt !== null && { stored_at: isoOf(row.storedAt) }),
});
export const findingRow = ({ severity, time, lastTime, events, ...row }: FindingRow): ExportRow => ({
  ...row,
  id: publicIdOf({ time, id: row.id }),
  time: isoOf(time),
  lastTime: isoOf(lastTime),
  severity: SEVERITIES[severity] ?? 'informational',
  events: events.map(publicIdOf),
});
export const alertRow = (row: AlertRow): ExportRow => alertDocument(row);
