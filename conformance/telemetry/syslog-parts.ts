// Cases that expect the parts of a syslog message.
import type { Json } from './fields.ts';
import { isObject } from './fields.ts';
import type { Case, Scorer } from './reading.ts';
import { inputOf } from './reading.ts';

interface SyslogParts {
  readonly Priority: number;
  readonly Hostname: string | null;
  readonly Appname: string | null;
  readonly ProcID: string | null;
  readonly MsgID: string | null;
  readonly Message: string | null;
  readonly Timestamp: string | null;
  readonly StructuredData?: unknown;
}
function syslogParts({ expected, best_effort: rest }: Case): SyslogParts | undefined {
  const parts = expected ?? rest;
  return isObject(parts) && 'Priority' in parts && 'Hostname' in parts ? (parts as unknown as SyslogParts) : undefined;
}

/** Parts of the header as the event's document keeps them; of a message with a fault, what stood before it. */
export const syslogMessages: Scorer = {
  takes: (one) => syslogParts(one) !== undefined || one.valid !== undefined,
  score(tally, stem, one, newReader) {
    const input = inputOf(one);
    const told = () => newReader()(input)[0]!;
    if (one.valid !== undefined)
      tally.case(stem, `${one.id} valid`, one.valid, () => {
        if (input.trim() === '') return false; // rejected as a whole
        const { labels, provenance } = told();
        return provenance.parser !== 'unparsed' && labels.fault === undefined;
      });
    const parts = syslogParts(one);
    if (parts === undefined || input.trim() === '') return;
    const native = (): Json => JSON.parse(Buffer.from(told().native).toString('utf8')) as Json;
    const header = (): Json => (isObject(native().syslog) ? (native().syslog as Json) : native());
    const field = (name: string, expected: unknown) => tally.field(stem, `${one.id} ${name}`, expected ?? null, () => header()[name] ?? null);
    field('priority', parts.Priority);
    field('hostname', parts.Hostname);
    field('appname', parts.Appname);
    field('procid', parts.ProcID);
    field('msgid', parts.MsgID);
    if (parts.StructuredData !== undefined)
      tally.field(stem, `${one.id} structured_data`, ordered(parts.StructuredData), () => ordered(header().structured_data ?? null));
    if (one.valid !== false)
      tally.field(stem, `${one.id} message`, parts.Message?.replace(/^\uFEFF/, '') || null, () => header().message ?? native().message ?? told().message);
    if (parts.Timestamp !== null && !parts.Timestamp.startsWith('0000'))
      tally.field(stem, `${one.id} timestamp`, Date.parse(parts.Timestamp), () => Date.parse(String(header().timestamp)));
  },
};
const ordered = (value: unknown): unknown =>
  isObject(value)
    ? Object.fromEntries(
        Object.entries(value)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([key, inner]) => [key, ordered(inner)]),
      )
    : value;
