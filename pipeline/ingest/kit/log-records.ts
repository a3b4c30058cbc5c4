// A document of OpenTelemetry logs with several records, one by one: each as a document of its own in the same encoding, every byte of it kept.
import { growsTooMuch } from './growth.ts';
import type { Range } from './json-ranges.ts';
import { elementRanges, memberRange } from './json-ranges.ts';

/** @param text Valid JSON with `resourceLogs`. @returns One text a record, in their order; none where their resources and scopes would have to be kept too often. */
export function singleLogRecords(text: string): readonly string[] {
  const within = (from: number, name: string): readonly Range[] => {
    const member = memberRange(text, name, from);
    return member === undefined || text[member.from] !== '[' ? [] : elementRanges(text, member.from);
  };
  /** A member as it is written, with its name and a comma behind; nothing when it is not there. */
  const member = (from: number, name: string): string => {
    const range = memberRange(text, name, from);
    return range === undefined ? '' : `"${name}":${text.slice(range.from, range.to)},`;
  };
  const singles: string[] = [];
  let shared = 0;
  for (const resourceLogs of within(0, 'resourceLogs')) {
    const resource = member(resourceLogs.from, 'resource');
    for (const scopeLogs of within(resourceLogs.from, 'scopeLogs')) {
      const around = `{"resourceLogs":[{${resource}"scopeLogs":[{${member(scopeLogs.from, 'scope')}"logRecords":[`;
      const records = within(scopeLogs.from, 'logRecords');
      shared += around.length * records.length;
      if (growsTooMuch(shared)) return [];
      for (const { from, to } of records) singles.push(`${around}${text.slice(from, to)}]}]}]}`);
    }
  }
  return singles;
}
