// An explanation for people.
import type {
  ExplainedCondition,
  ExplainedDefinition,
  ExplainedDetection,
  ExplainedEntry,
  ExplainedValue,
  Explanation,
  SelectionUse,
} from '../../domains/sigma/index.ts';

const YES = '✓';
const NO = '✗';
const mark = (holds: boolean): string => (holds ? YES : NO);
const MOST_VALUES = 8;
const MOST_SEEN = 3;
const WIDTH = 160;

/** Of a selection that no condition wants as it is. */
const USES: Readonly<Record<SelectionUse, string>> = { wanted: '', excluded: ' (excluded)', both: '', unused: ' (not used)' };

/** A sentence, then the log source, each condition and each selection, deeper parts further in. `✓` holds, `✗` does not. */
export const explanationLines = (explanation: Explanation): readonly string[] => linesOf(explanation).map(printable);

function linesOf({ matches, rule, logsource, detection, filters }: Explanation): readonly string[] {
  return [
    `${mark(matches)} "${rule.title}" (${rule.key}) ${matches ? 'matches' : 'does not match'} the event.`,
    `  ${mark(logsource.holds)} log source`,
    ...logsource.attributes.map(
      ({ name, wants, has, holds }) => `      ${mark(holds)} ${name} is ${wants}; the event's: ${has.length === 0 ? 'none' : has.join(', ')}`,
    ),
    ...detectionLines(detection, 'condition'),
    ...filters.flatMap((filter) => detectionLines(filter, `filter "${filter.title}"`)),
  ];
}

function detectionLines({ conditions, selections }: ExplainedDetection, name: string): readonly string[] {
  return [
    ...conditions.flatMap(({ text, holds, of }) => [`  ${mark(holds)} ${name}: ${text}`, ...(of.kind === 'selection' ? [] : conditionLines(of, '      '))]),
    ...selections.flatMap((one) => [`  ${mark(one.holds)} ${one.name}${USES[one.use]}`, ...definitionLines(one.of, '      ')]),
  ];
}

function conditionLines(part: ExplainedCondition, indent: string): readonly string[] {
  if (part.kind === 'selection') return [`${indent}${mark(part.holds)} ${part.name}`];
  const inner = part.kind === 'not' ? [part.of] : part.of;
  return [
    `${indent}${mark(part.holds)} ${part.kind === 'not' ? 'not' : part.kind === 'and' ? 'all of' : 'one of'}`,
    ...inner.flatMap((one) => conditionLines(one, `${indent}  `)),
  ];
}

function definitionLines(part: ExplainedDefinition, indent: string): readonly string[] {
  if (part.kind === 'entry') return entryLines(part, indent);
  return [`${indent}${mark(part.holds)} ${part.kind === 'and' ? 'all of' : 'one of'}`, ...part.of.flatMap((one) => definitionLines(one, `${indent}  `))];
}

function entryLines(entry: ExplainedEntry, indent: string): readonly string[] {
  const { field, modifiers, holds, values, valueCount } = entry;
  const isAll = modifiers.includes('all');
  const name = [field ?? 'keywords', ...modifiers].join('|');
  const head = `${indent}${mark(holds)} ${name}${placeOf(entry)}`;
  const line = (one: ExplainedValue): string => `${indent}    ${mark(one.holds)} ${shown(one.value)}${metOf(one)}`;
  if (valueCount === 1) return [head, line(values[0]!)];
  // Of alternatives those that hold are what matters, of `all` those that do not.
  const sorted = values.toSorted((a, b) => Number(isAll ? a.holds : b.holds) - Number(isAll ? b.holds : a.holds));
  const rest = valueCount - Math.min(MOST_VALUES, sorted.length);
  return [head, ...sorted.slice(0, MOST_VALUES).map(line), ...(rest > 0 ? [`${indent}    … and ${rest} more`] : [])];
}

function placeOf({ field, has, foundAs, seen }: ExplainedEntry): string {
  if (field === null) return ' anywhere in the event';
  if (has === 'missing') return '; the event has no such field';
  if (has === 'null') return '; the event has null';
  if (has === 'object') return '; the event has an object, or an empty list';
  const more = seen.length > MOST_SEEN ? ` and ${seen.length - MOST_SEEN} more` : '';
  return `; the event has ${seen.slice(0, MOST_SEEN).map(shown).join(', ')}${more}${foundAs === null ? '' : ` in ${foundAs}`}`;
}

/** Where the value met, between « and »; nothing where it is all of what the event was said to have. */
function metOf({ met: [first] }: ExplainedValue): string {
  if (first === undefined) return '';
  const { path, before, part, after } = first;
  const place = path === null ? '' : ` in ${path}`;
  return before === '' && after === '' ? place : `${place}: ${shown(before).slice(1, -1)}«${shown(part).slice(1, -1)}»${shown(after).slice(1, -1)}`;
}

/** Rules and events come from others: no character of theirs moves the cursor. */
const printable = (text: string): string => text.replaceAll(/\p{Cc}/gu, '\uFFFD');

/** On one line, whatever it holds. */
function shown(value: unknown): string {
  const text = printable(JSON.stringify(value));
  return text.length > WIDTH ? `${text.slice(0, WIDTH)}…` : text;
}
