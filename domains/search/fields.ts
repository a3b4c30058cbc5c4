// Where the fields that people name are kept in api.event.
import { ECS_PATHS } from '../../schemas/avro/types.gen.ts';

export type ColumnKind = 'text' | 'texts' | 'number' | 'address';
export interface Column {
  readonly name: string;
  readonly kind: ColumnKind;
}

/** ECS name to its column of `api.event`. Every other field is in `detail`. */
export const COLUMNS: ReadonlyMap<string, Column> = new Map(
  Object.entries({
    'event.dataset': { name: 'dataset', kind: 'text' },
    'observer.name': { name: 'sensor', kind: 'text' },
    'observer.product': { name: 'product', kind: 'text' },
    'event.kind': { name: 'kind', kind: 'text' },
    'event.category': { name: 'category', kind: 'texts' },
    'event.type': { name: 'type', kind: 'texts' },
    'event.outcome': { name: 'outcome', kind: 'text' },
    'event.action': { name: 'action', kind: 'text' },
    'event.code': { name: 'code', kind: 'text' },
    'event.provider': { name: 'provider', kind: 'text' },
    'event.severity': { name: 'severity', kind: 'number' },
    message: { name: 'message', kind: 'text' },
    'host.name': { name: 'host_name', kind: 'text' },
    'user.name': { name: 'user_name', kind: 'text' },
    'user.target.name': { name: 'target_user_name', kind: 'text' },
    'source.ip': { name: 'source_ip', kind: 'address' },
    'source.port': { name: 'source_port', kind: 'number' },
    'destination.ip': { name: 'destination_ip', kind: 'address' },
    'destination.port': { name: 'destination_port', kind: 'number' },
    'process.name': { name: 'process_name', kind: 'text' },
    'process.executable': { name: 'process_executable', kind: 'text' },
    'process.command_line': { name: 'process_command_line', kind: 'text' },
    'file.path': { name: 'file_path', kind: 'text' },
    'dns.question.name': { name: 'dns_question', kind: 'text' },
    'url.domain': { name: 'url_domain', kind: 'text' },
    'rule.name': { name: 'rule_name', kind: 'text' },
  } satisfies Record<string, Column>),
);

/** The time of the event: asked by range, not by value. */
export const TIME_FIELD = '@timestamp';

/** Short names, as the event of the query API has them. */
export const SHORT_NAMES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    dataset: 'event.dataset',
    sensor: 'observer.name',
    product: 'observer.product',
    kind: 'event.kind',
    category: 'event.category',
    type: 'event.type',
    outcome: 'event.outcome',
    action: 'event.action',
    code: 'event.code',
    severity: 'event.severity',
    host: 'host.name',
    user: 'user.name',
    sourceIp: 'source.ip',
    sourcePort: 'source.port',
    destinationIp: 'destination.ip',
    destinationPort: 'destination.port',
    process: 'process.name',
  }),
);

/** The ECS name that a person means. */
export const ecsNameOf = (field: string): string => SHORT_NAMES.get(field) ?? field;

/** Fields of ECS that we keep typed: these are looked for in `detail`, and never in the native document. */
export const isTypedField = (field: string): boolean => Object.hasOwn(ECS_PATHS, field);
