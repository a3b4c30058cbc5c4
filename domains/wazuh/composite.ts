// Composite rules: so many events of other rules within a time, alike in some ways and different in others.
import { alikeOf } from './names.ts';
import { cannotSay } from './rule.ts';
import type { Element, WazuhRule } from './rule.ts';

const USUAL_TIMEFRAME = 360;
const ASKS = new Set([
  'match',
  'regex',
  'field',
  'user',
  'program_name',
  'url',
  'id',
  'action',
  'status',
  'srcip',
  'dstip',
  'list',
  'time',
  'weekday',
  'if_fts',
  'hostname',
  'protocol',
]);

export const isComposite = ({ elements }: WazuhRule): boolean => elements.some(({ name }) => name === 'if_matched_sid' || name === 'if_matched_group');

/**
 * @param bases Ids of the rules that it counts.
 * @returns The `correlation` of a Sigma document.
 * @throws CannotSay
 */
export function compositeOf(rule: WazuhRule, bases: readonly string[], fields: Readonly<Record<string, string>>): Readonly<Record<string, unknown>> {
  const { elements, attributes } = rule;
  if (bases.length === 0) return cannotSay('it counts the rules of a group of which none is in the files given');
  const asked = elements.find(({ name }) => ASKS.has(name));
  if (asked !== undefined) return cannotSay(`it asks <${asked.name}> of the last event, which it does not ask of those before`);
  const timeframe = Number(attributes['timeframe'] ?? USUAL_TIMEFRAME);
  if (!Number.isSafeInteger(timeframe) || timeframe <= 0) return cannotSay('its timeframe is no number of seconds');
  const last = elements
    .filter(({ name }) => name === 'if_sid')
    .flatMap(({ text }) => text.split(/[\s,]+/))
    .filter((id) => id !== '');
  const frequency = Number(attributes['frequency'] ?? (last.length > 0 ? 2 : Number.NaN));
  if (!Number.isSafeInteger(frequency) || frequency < 1) return cannotSay('it says no frequency');
  const alike = namesOf(elements, 'same_').map((name) => fieldNamed(name, fields));
  const isGlobal = elements.some(({ name }) => name === 'global_frequency');
  const groupBy = [...new Set([...(isGlobal ? [] : ['host.name']), ...alike])]; // Wazuh counts for each agent alone unless told otherwise
  const different = namesOf(elements, 'different_', 'not_same_').map((name) => fieldNamed(name, fields));
  const common = { 'group-by': groupBy, timespan: `${timeframe}s` };
  const named = bases.map((id) => `wazuh_${id}`);

  if (last.length > 0) {
    if (frequency > 2 || different.length > 0 || last.length > 1 || bases.length > 1)
      return cannotSay('it counts one rule and ends with another; Sigma says that only of one event each');
    return { type: 'temporal_ordered', rules: [...named, `wazuh_${last[0]}`], ...common };
  }
  if (different.length > 1) return cannotSay('its events differ in more than one field each');
  if (different.length === 1) return { type: 'value_count', rules: named, ...common, condition: { field: different[0], gte: frequency } };
  return { type: 'event_count', rules: named, ...common, condition: { gte: frequency } };
}

/** `<same_srcip />`, `<same_field>win.eventdata.user</same_field>`. */
function namesOf(elements: readonly Element[], ...beginnings: readonly string[]): readonly string[] {
  return elements.flatMap(({ name, text }) => {
    const beginning = beginnings.find((one) => name.startsWith(one));
    if (beginning === undefined) return [];
    const rest = name.slice(beginning.length);
    return rest === 'field' ? [text] : [rest];
  });
}

function fieldNamed(name: string, fields: Readonly<Record<string, string>>): string {
  const known = alikeOf(name, fields);
  if (known !== undefined) return known;
  const [, , eventdata] = /^win\.(eventdata)\.(\w+)$/.exec(name) ?? [];
  if (eventdata !== undefined) return `${eventdata[0]!.toUpperCase()}${eventdata.slice(1)}`;
  return name.includes('.') ? name : cannotSay(`what the field "${name}" is called in events is not known; say --field ${name}=NAME`);
}
