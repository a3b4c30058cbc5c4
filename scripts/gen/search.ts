// The page of the search language: its tables from the code that completion and the help of the dashboard have too, and what is said around them.
import { COLUMNS, SHORT_NAMES } from '../../domains/search/fields.ts';
import { GUIDE, GUIDE_OPENING } from '../../domains/search/guide.ts';
import { FIELD_KINDS, KIND_WORDS, kindOfField, OPERATORS, WORDS } from '../../domains/search/operators.ts';
import type { FieldKind } from '../../domains/search/operators.ts';
import { REGEX_LIMITS } from '../../domains/search/regex.ts';
import { SEARCH_LIMITS } from '../../domains/search/syntax.ts';
import { LEVEL_STARTS, LEVELS } from '../../domains/search/values.ts';
import type { Generator } from './files.ts';

/** As code in a cell of a table. */
const code = (text: string): string => `\`${text.replaceAll('|', '\\|')}\``;
const codes = (texts: readonly string[]): string => texts.map(code).join(' ');
const count = (n: number): string => n.toLocaleString('en');

const guide = GUIDE.map(
  ({ title, rows }) =>
    `### ${title}\n\n| write | finds events |\n|---|---|\n${rows.map(({ examples, finds }) => `| ${codes(examples)} | ${finds} |`).join('\n')}\n`,
).join('\n');

const operators = OPERATORS.map(
  ({ write, means, of, example }) => `| ${code(write)} | ${means} | ${of.length === FIELD_KINDS.length ? 'all' : of.join(', ')} | ${code(example)} |`,
).join('\n');

const words = WORDS.map(({ write, means }) => `| ${code(write)} | ${means} |`).join('\n');

const fieldsOf = (kind: FieldKind): string => {
  const names = [...COLUMNS.keys(), '@timestamp'].filter((name) => kindOfField(name) === kind);
  return names.length === 0 ? 'every other' : names.sort().map(code).join(', ');
};
const kinds = FIELD_KINDS.map((kind) => `| ${kind} | ${KIND_WORDS[kind].what} | ${fieldsOf(kind)} | ${code(KIND_WORDS[kind].example)} |`).join('\n');

const levels = LEVELS.map((level, n) => `| ${code(level)} | ${LEVEL_STARTS[n] ?? 0} |`).join('\n');
const shortNames = [...SHORT_NAMES].map(([short, name]) => `| ${code(short)} | ${code(name)} |`).join('\n');

const text = `# The search language

Written by \`npm run gen\`; its tables are those of completion and of the help beside the search box. A test runs each example. One language for the search box, \`filter.search\` of
GraphQL, \`search\` of \`/v2/events\`, live tails, exports, saved searches and hunts.

\`\`\`
${GUIDE_OPENING}
\`\`\`

## By example

${guide}
Terms beside each other must all hold, as with \`and\`. \`or\` binds weaker. \`not\` or \`-\` before a term turns it round. Parentheses as usual. A backslash outside of
quotation marks is a character like any other, so \`C:\\Windows\\*.exe\` needs no care; inside of them \`*\` is one.

## Operators

| write | means that the field | of fields | such as |
|---|---|---|---|
${operators}

| word | |
|---|---|
${words}

A term without a field asks for text anywhere in the sensor's own document. The language has no functions: counts, most frequent values and histograms are
questions of their own (\`histogram\`, \`topValues\`, \`/v2/events/stats\`), which take a search.

## Fields

- ECS names (\`process.command_line\`; [all](fields.md)), the short names below, and \`labels.<name>\`.
- Any other name is looked for among what enrichment added (\`source.geo.country_iso_code\`, \`goshawk.host.asset.owner\`), then in the sensor's own document: by its last part,
  at any depth (\`LogonType\`, \`EventData.LogonType\`). The field catalogue (\`fields\` of GraphQL, \`/v2/fields\`) says which there are; \`searchCompletion\` offers names,
  values, operators and words while one types.

| kind | has | fields | such as |
|---|---|---|---|
${kinds}

Of the kind \`open\`, a value is compared as what it is asked for: \`process.pid>4000\` as a number, \`event.ingested>=2026-11-25\` as a time, \`related.ip:10.0.0.0/8\` as an address.
What does not go together, such as \`host.name>5\`, is refused with what to write instead.

| severity | from |
|---|---|
${levels}

| short | for |
|---|---|
${shortNames}

## Regular expressions

| write | fits |
|---|---|
| \`a\` \`\\.\` | the character itself; a punctuation mark behind a backslash |
| \`.\` | any character |
| \`[a-z]\` \`[^a-z]\` | one of these; one that is none of these |
| \`\\d\` \`\\w\` \`\\s\` | a digit; a letter, digit or \`_\`; white space. \`\\D\` \`\\W\` \`\\S\` are their opposites |
| \`^\` \`$\` | the beginning and the end of the value |
| \`(ab)\` \`a\\|b\` | a group; either |
| \`*\` \`+\` \`?\` \`{2}\` \`{2,}\` \`{2,5}\` | how often what stands before it comes |

At most ${REGEX_LIMITS.characters} characters, groups ${REGEX_LIMITS.depth} deep, repetitions up to ${REGEX_LIMITS.repeat} and ${count(REGEX_LIMITS.repeatProduct)} within each other. No look-around and no back-references: what is left is read alike, in linear time, by the
database and by the live tail. Between quotation marks an expression stands as it is, with single backslashes.

## Mistakes

\`INVALID_SEARCH\` says what to write instead; \`extensions.position\` has \`at\` and \`length\` in UTF-16 units. A search has at most ${count(SEARCH_LIMITS.characters)} characters, ${SEARCH_LIMITS.terms} terms and parentheses ${SEARCH_LIMITS.depth} deep.

## What serves a search, and what it costs

\`searchExplanation\` of GraphQL, and the scales in the search box, say it before anything is asked: the meaning in words, the search in one form, what serves it, how many events are looked at, and the cost.

| served by | for |
|---|---|
| sums of days, hours and minutes | counts over \`event.dataset\`, \`observer.name\` and \`event.severity\`, in any combination: no event is read. Spans that are whole days, hours or minutes come from sums of that length; the ends of the range are counted from shorter ones and from events, so the answer is exact, and \`source\` says which |
| the index of values | whole values of typed and native fields: \`user.name:root\`, \`TargetUserName:root\`, \`process.hash.sha256:...\`, \`source.ip:10.0.0.1\`, also several with \`or\`, beside anything else with \`and\`. Values of 3 to 512 bytes in ASCII; not \`message\`, \`process.command_line\`, ports, and times |
| hosts by time | one host |
| time | everything else: events one after the other, newest first |

The unit of cost is one event that is read and compared in its columns, about 2 µs of the database. A word, or a native field, adds 4 (the document is looked through); a field among what enrichment added 2.

- **A page** costs at most 1,000,000. It reads newest first, and after 20,000 events asks the index of values for what is rare. When the budget is used up before the page is full, it ends there:
  \`searchedTo\` says how far it came, and the next page goes on (\`hasNextPage\`, \`endCursor\`; over REST \`Link: rel="next"\`).
- **A count** (\`histogram\`, \`topValues\`, \`/v2/events/stats\`) that sums cannot answer reads all that may match. Above 10,000,000 it is refused with \`SEARCH_TOO_BROAD\`, which says what part of the range would do.
- **An export** (\`/v2/exports/events\`, \`./goshawk export\`) goes on page after page, to the end.
- What a caller no longer waits for is ended in the database too; a statement takes at most \`database.statementTimeoutMs\`.

Why the index holds whole values: [ADR 0005](../adr/0005-index-of-whole-values.md).

## Queries of GraphQL

Each answer has \`extensions.cost\`: \`requested\` objects of \`limit\`. An operation is measured before it runs: 20,000 characters, 16 levels, 50 other names, 20 fields at its root, 200 beside each other and
25,000 objects (rows asked for, times what is asked of each); what exceeds is refused with \`QUERY_TOO_COMPLEX\`. Up to 10 operations may come in one request, as a list; they share one budget.

A query that was answered once may be asked by the SHA-256 of its text, \`{"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "..."}}}\`; \`PERSISTED_QUERY_NOT_FOUND\` asks for the text.
With \`api.queriesFile\`, only the queries of that file are answered. The schema itself is shown to roles that read.
`;

export default { name: 'search', generate: () => new Map([['docs/reference/search.md', text]]) } satisfies Generator;
