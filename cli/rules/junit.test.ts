import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SaxesParser } from 'saxes';
import { expect, it } from 'vitest';
import type { CaseResult } from '../rule-cases.ts';
import { junit } from './junit.ts';
import { runRules } from './test/run.ts';

const result = (part: Partial<CaseResult>): CaseResult => ({ file: 'a.cases.yml', rule: 'R', name: 'n', match: true, problem: null, ...part });

/** Elements in order with their attributes. @throws Error when it is not well-formed */
function elements(xml: string): readonly (readonly [name: string, attributes: Record<string, string>])[] {
  const found: [string, Record<string, string>][] = [];
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => found.push([name, { ...attributes }]));
  parser.write(xml).close();
  return found;
}

it('is a suite for each file and a test for each case', () => {
  const xml = junit([result({}), result({ name: 'o', problem: 'the rule makes no finding' }), result({ file: 'b.cases.yml' })]);
  expect(elements(xml)).toEqual([
    ['testsuites', { name: 'Sigma rules', tests: '3', failures: '1', errors: '0', skipped: '0' }],
    ['testsuite', { name: 'a.cases.yml', tests: '2', failures: '1', errors: '0', skipped: '0' }],
    ['testcase', { classname: 'R', name: 'n', file: 'a.cases.yml' }],
    ['testcase', { classname: 'R', name: 'o', file: 'a.cases.yml' }],
    ['failure', { message: 'the rule makes no finding' }],
    ['testsuite', { name: 'b.cases.yml', tests: '1', failures: '0', errors: '0', skipped: '0' }],
    ['testcase', { classname: 'R', name: 'n', file: 'b.cases.yml' }],
  ]);
});

it('is well-formed whatever names hold', () => {
  const name = 'a "b" <c> & d\n\u0000\uD800 😀';
  expect(elements(junit([result({ name })])).at(-1)![1].name).toBe('a "b" <c> & d\n\uFFFD\uFFFD 😀');
});

it('is written by rules test, which still ends with 1 for a wrong case', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'goshawk-junit-'));
  writeFileSync(join(folder, 'r.yml'), 'title: R\nlogsource: {product: windows, service: security}\ndetection: {s: {EventID: 1102}, condition: s}\n');
  writeFileSync(join(folder, 'r.cases.yml'), '- {name: wrong, match: true, events: [{EventID: 1100, Channel: Security, Hostname: h}]}\n');
  const file = join(folder, 'out.xml');
  const { code, out } = await runRules(['test', folder, '--junit', file]);
  expect([code, out.at(-1)]).toEqual([1, '0 of 1 cases are right.']);
  expect(elements(readFileSync(file, 'utf8')).map(([tag]) => tag)).toEqual(['testsuites', 'testsuite', 'testcase', 'failure']);
  rmSync(folder, { recursive: true });
});
