// Which names the expectations of a family of files are in, and how they are looked for.
import { communityId } from '../../domains/network/address.ts';
import type { Event } from '../../schemas/avro/types.gen.ts';
import type { Tally } from '../measure.ts';
import type { Json } from './fields.ts';
import { isObject, leaves } from './fields.ts';
import { found, NamedFields } from './named-fields.ts';
import { DATADOG, METRON, PANTHER } from './other-names.ts';
import { datasetsOfParser, isOfDataset } from './product-names.ts';
import type { Scorer } from './reading.ts';
import { inputOf } from './reading.ts';

type Names = (name: string) => readonly string[];
const lastPart = (name: string): string => name.slice(name.lastIndexOf('.') + 1);

function scoreFields(tally: Tally, stem: string, id: string, expected: ReadonlyMap<string, unknown>, names: Names, read: () => Event | undefined): void {
  let fields: NamedFields | undefined;
  let failure: unknown;
  try {
    const event = read();
    fields = event === undefined ? undefined : new NamedFields(event);
  } catch (error) {
    failure = error;
  }
  for (const [name, value] of expected)
    tally.field(stem, `${id} ${name}`, value, () => {
      if (failure !== undefined) throw failure;
      return fields === undefined ? null : found(fields, names(name), value);
    });
}

/** A scorer for files by the beginning of their stem. */
const family = (
  beginning: string,
  names: Names,
  skipped: ReadonlySet<string>,
  comparable: (expected: ReadonlyMap<string, unknown>, event: Event | undefined) => ReadonlyMap<string, unknown> = (expected) => expected,
): Scorer => ({
  takes: (one, stem) => stem.startsWith(beginning) && [one.expected].flat().some(isObject),
  score(tally, stem, one, newReader) {
    const events: () => readonly Event[] = once(() => newReader()(inputOf(one)));
    for (const [index, expected] of [one.expected].flat().entries()) {
      if (!isObject(expected)) continue;
      const isRendering = (name: string, value: unknown) => name === 'original_string' && value !== inputOf(one); // of the tool's own
      const fields = new Map([...leaves(expected)].filter(([name, value]) => !skipped.has(name) && !isRendering(name, value)));
      scoreFields(
        tally,
        stem,
        `${one.id}#${index}`,
        comparable(
          fields,
          attempt(() => events()[index]),
        ),
        names,
        () => events()[index],
      );
    }
  },
});
/** undefined where it throws: what it threw is scored with each field. */
function attempt<V>(get: () => V): V | undefined {
  try {
    return get();
  } catch {
    return undefined;
  }
}
function once<V>(get: () => V): () => V {
  let kept: { readonly value: V } | undefined;
  return () => (kept ??= { value: get() }).value;
}

/** Guids and times of processing vary. */
export const metron = family(
  'metron-',
  (name) => [...(METRON.get(name) ?? []), name.replace('syslog.structuredData.', 'structured_data.'), lastPart(name)],
  new Set(['guid']),
  (expected, event) => withoutAssumedYear(asOurs(event?.timeSource === 'appended' ? without(expected, 'timestamp') : expected, event), event),
);
/** The parser's name is our dataset, the mark of alerts our kind. */
function asOurs(expected: ReadonlyMap<string, unknown>, event: Event | undefined): ReadonlyMap<string, unknown> {
  return new Map(
    [...expected].map(([name, value]): [string, unknown] => {
      if (name === 'is_alert') return ['event.kind', value === 'true' ? 'alert' : 'event'];
      const isOurs = name === 'source.type' && event !== undefined && datasetsOfParser(String(value)).some((one) => isOfDataset(event.dataset, one));
      return isOurs ? ['event.dataset', event.dataset] : [name, value];
    }),
  );
}
const without = (fields: ReadonlyMap<string, unknown>, name: string): ReadonlyMap<string, unknown> => new Map([...fields].filter(([one]) => one !== name));
/** Where the line tells no year, the rest of the time is compared. */
function withoutAssumedYear(expected: ReadonlyMap<string, unknown>, event: Event | undefined): ReadonlyMap<string, unknown> {
  if (event?.timeSource !== 'year_assumed') return expected;
  const year = new Date(event.time / 1000).getUTCFullYear();
  return new Map(
    [...expected].map(([name, value]): [string, unknown] => {
      if (!/(?:^|[._])(?:date|timestamp)$/.test(name)) return [name, value];
      if (typeof value === 'number') return [name, new Date(value).setUTCFullYear(year)];
      return [name, typeof value === 'string' ? value.replace(/^\d{4}(?=-\d\d-\d\dT)/, String(year)) : value];
    }),
  );
}

const withoutCustom = (name: string): string => (name.startsWith('custom.') ? name.slice('custom.'.length) : name);
/** Ours where the table has a row for all names of a parent. */
function below(name: string): readonly string[] {
  const dot = name.lastIndexOf('.');
  return (DATADOG.get(`${name.slice(0, dot)}.*`) ?? []).map((ours) => ours.replace('*', name.slice(dot + 1)));
}
/** Tags name the pipeline; a timestamp of 1 stands for the time of processing. */
export const datadog = family(
  'datadog-',
  (given) => {
    const name = withoutCustom(given);
    const parameter = name.startsWith('http.url_details.queryString.') ? [`query.${name.slice('http.url_details.queryString.'.length)}`] : [];
    return [...(DATADOG.get(name) ?? below(name)), ...parameter, name, lastPart(name)];
  },
  new Set(['tags']),
  (expected, event) => withoutAssumedYear(expected.get('timestamp') === 1 ? without(expected, 'timestamp') : expected, event),
);

export const panther = family(
  'panther-parsers',
  (name) => PANTHER.get(name) ?? [name],
  new Set(['p_log_type']), // its parser's name
);

/** Level, message and fields of the program; `<dynamic>` is any value. Cases without a line are what its own tests say: written as it would write it. */
export const spire: Scorer = {
  takes: (one, stem) => stem.startsWith('spire-') && isObject(one.expected),
  score(tally, stem, one, newReader) {
    const { level, msg, fields } = one.expected as { readonly level?: unknown; readonly msg?: unknown; readonly fields?: Json };
    const own = Object.fromEntries(Object.entries(fields ?? {}).map(([name, value]) => [name, value === '<dynamic>' ? 'any' : value]));
    const line = one.input === undefined ? logrus({ time: '2024-01-01T00:00:00Z', level, msg, ...own }) : inputOf(one);
    const expected = new Map<string, unknown>(Object.entries({ level, msg, ...own }).filter(([, value]) => value !== undefined));
    const names = (name: string): readonly string[] => (name === 'level' ? ['log.level'] : name === 'msg' ? ['message'] : [name]);
    scoreFields(tally, stem, one.id, expected, names, () => newReader()(line)[0]);
  },
};
/** As logrus writes text: a value is quoted when it holds anything but letters, digits and -._/@^+ */
const logrus = (fields: Json): string =>
  Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${/^[A-Za-z0-9\-._/@^+]+$/.test(String(value)) ? String(value) : JSON.stringify(String(value))}`)
    .join(' ');

/** Header and extension by the long names of the CEF standard, which the native document has. */
export const cef: Scorer = {
  takes: (one, stem) => stem.includes('-cef-') && isObject(one.expected),
  score(tally, stem, one, newReader) {
    const { error: _error, ...expected } = one.expected as Json;
    scoreFields(
      tally,
      stem,
      one.id,
      new Map(Object.entries(expected)),
      (name) => [name],
      () => newReader()(inputOf(one))[0],
    );
  },
};

/** Functions of a language for logs: the text that one is given, read as a record; what is computed rather than read is asked of the function we have. */
export const vrl: Scorer = {
  takes: (one, stem) => stem.startsWith('vrl-') && typeof one.program === 'string',
  score(tally, stem, one, newReader) {
    const program = one.program!;
    if (program.startsWith('community_id'))
      return tally.field(stem, one.id, one.expected, () => {
        const argument = (name: string) => new RegExp(`${name}: "?([^",)]+)`).exec(program)?.[1] ?? '';
        const transports: Readonly<Record<string, string>> = { '1': 'icmp', '6': 'tcp', '17': 'udp' };
        return communityId(
          transports[argument('protocol')] ?? null,
          argument('source_ip'),
          Number(argument('source_port')),
          argument('destination_ip'),
          Number(argument('destination_port')),
        );
      });
    const text = argumentOf(program);
    const documents = [one.expected].flat();
    const first = attempt(() => newReader()(text)[0]);
    for (const [index, document] of documents.entries())
      scoreFields(
        tally,
        stem,
        `${one.id}#${index}`,
        isObject(document) ? withoutAssumedYear(leaves(document), first) : new Map([['value', document]]),
        (name) => [...(VRL.get(name) ?? []), name],
        () => newReader()(text)[index],
      );
  },
};
const VRL: ReadonlyMap<string, readonly string[]> = new Map([
  ['timestamp', ['@timestamp']],
  ['level', ['log.level']],
  ['severity', ['log.level']],
  ['file', ['log.origin.file.name']],
  ['line', ['log.origin.file.line']],
  ['id', ['process.thread.id', 'process.pid']],
  ['remote_addr', ['source.ip']],
  ['remote_user', ['user.name']],
  ['http_referer', ['http.request.referrer']],
  ['http_user_agent', ['user_agent.original']],
  ['body_bytes_size', ['http.response.body.bytes']],
]);
/** The first string of a program, raw (`s'..'`) or with escapes. */
function argumentOf(program: string): string {
  const raw = /s'((?:[^'\\]|\\.)*)'/s.exec(program);
  if (raw !== null) return raw[1]!;
  const quoted = /"((?:[^"\\]|\\.)*)"/s.exec(program);
  return quoted === null ? '' : (JSON.parse(`"${quoted[1]!.replaceAll('\n', '\\n')}"`) as string);
}
