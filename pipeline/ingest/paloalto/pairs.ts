// PAN-OS in a custom log format of pairs: `timestamp=.., serial=.., type=TRAFFIC, subtype=end, rule=Permit all, ..`
// https://docs.paloaltonetworks.com/pan-os/11-1/pan-os-admin/monitoring/use-syslog-for-monitoring/syslog-field-descriptions
import type { Fields } from '../kit.ts';
import { newFields } from '../kit.ts';

const TYPE = /(?:^|[\s,])type=([A-Z]{3,16})(?=,)/;
/** A name, behind a comma or a blank: values have blanks, but no `name=` in them. */
const NAME = /(?:^|,?\s+|,)([a-z][\w.-]{0,63})=/g;
/** What Datadog's instructions for the format call what PAN-OS has other names for. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ['network.client.ip', 'src'],
  ['network.client.port', 'sport'],
  ['network.destination.ip', 'dst'],
  ['network.destination.port', 'dport'],
  ['network.bytes_written', 'bytes_sent'],
  ['network.bytes_read', 'bytes_received'],
  ['usr.id', 'srcuser'],
  ['evt.name', 'action'],
  ['timestamp', 'receive_time'],
]);

/** The type of a log that is written as pairs. */
export const typeOfPairs = (line: string): string | undefined => (line.includes('serial=') ? TYPE.exec(line.slice(0, 400))?.[1] : undefined);

/** Pairs by the names of PAN-OS and, where they differ, as they are written. */
export function pairsOf(line: string): Fields {
  const fields = newFields();
  const names = [...line.matchAll(NAME)];
  for (const [index, match] of names.entries()) {
    const value = line
      .slice(match.index + match[0].length, names[index + 1]?.index ?? line.length)
      .replace(/,$/, '')
      .trim();
    if (value === '') continue;
    const name = match[1]!;
    fields[name] = value;
    const known = NAMES.get(name);
    if (known !== undefined) fields[known] ??= value;
  }
  return fields;
}
