// Results of cases as CI systems read them.
import type { CaseResult } from '../rule-cases.ts';

/**
 * A JUnit XML document: a suite for each file of cases, a test for each case.
 * @see https://github.com/testmoapp/junitxml for what readers agree on; there is no standard.
 */
export function junit(results: readonly CaseResult[]): string {
  const failures = (some: readonly CaseResult[]): number => some.filter(({ problem }) => problem !== null).length;
  const totals = (some: readonly CaseResult[]): string => `tests="${some.length}" failures="${failures(some)}" errors="0" skipped="0"`;
  const suites = [...Map.groupBy(results, ({ file }) => file)].map(
    ([file, cases]) => `  <testsuite name="${attribute(file)}" ${totals(cases)}>\n${cases.map(testCase).join('')}  </testsuite>\n`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="Sigma rules" ${totals(results)}>\n${suites.join('')}</testsuites>\n`;
}

function testCase({ file, rule, name, problem }: CaseResult): string {
  const begin = `    <testcase classname="${attribute(rule)}" name="${attribute(name)}" file="${attribute(file)}"`;
  return problem === null ? `${begin}/>\n` : `${begin}>\n      <failure message="${attribute(problem)}"/>\n    </testcase>\n`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\n': '&#10;', '\r': '&#13;', '\t': '&#9;' };
/** Characters that XML 1.0 has no place for become U+FFFD. */
const attribute = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replaceAll(/[&<>"\n\r\t]/g, (char) => ENTITIES[char]!);
