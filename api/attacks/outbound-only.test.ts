// Nothing in the API or a connector opens a connection by itself: what a user can point at goes through outbound/, which resolves, checks and pins.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FOLDERS = ['api', 'connectors'] as const;

/** Who may, and why: none of these addresses comes from a user. */
const ALLOWED: Readonly<Record<string, string>> = {
  'api/pipeline/parts.ts: fetch(': 'the schema registry of the configuration',
  'api/connect/workers.ts: fetch as a value': 'workers of the installation, as its configuration says',
  // These call a function of that name which was made by outbound/fetch.ts; the next test looks.
  'api/auth/oidc/access-tokens.ts: fetch(': 'through the guard',
  'api/auth/oidc/logout.ts: fetch(': 'through the guard',
  'api/auth/workload/workloads.ts: fetch(': 'through the guard',
  'api/auth/workload/workloads.ts: fetch as a value': 'through the guard',
  'api/auth/workload/trust-domains.ts: fetch as a value': 'through the guard',
};
const GUARDED = Object.keys(ALLOWED).filter((use) => ALLOWED[use] === 'through the guard');

/** Ways out of the process, as text: what opens a connection, or a program that could. */
const WAYS: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['fetch(', /(?<![\w.])(?:globalThis\.)?fetch\(/],
  ['fetch as a value', /(?:[=(:,]|=>)\s*(?:globalThis\.)?fetch\b(?!\()/],
  ['http', /from '(?:node:)?https?'|import\('(?:node:)?https?'\)/],
  ['http2', /from '(?:node:)?http2'/],
  ['net', /from '(?:node:)?(?:net|tls)'/],
  ['dgram', /from '(?:node:)?dgram'/],
  ['dns', /from '(?:node:)?dns(?:\/promises)?'/],
  ['child process', /from '(?:node:)?child_process'/],
  ['client', /from '(?:undici|axios|got|node-fetch|ky|superagent|needle|ws)'/],
  ['socket', /new (?:WebSocket|EventSource|XMLHttpRequest)\(/],
  ['remote keys without the guard', /createRemoteJWKSet\((?![^;]*customFetch)/s],
];
/** Of a module that also listens or only knows addresses: imports that connect to nobody. */
const HARMLESS = /^import (?:type )?\{[^}]*\} from '(?:node:)?(?:net|tls|http|https|dgram)';$/;
const CONNECTS = /\b(?:connect|createConnection|request|get|Agent|Socket|lookup|resolve\w*)\b/;

const sources = FOLDERS.flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((name) => name.endsWith('.ts') && !/\.test(-kit)?\.ts$|\/test\/|\/_contract\//.test(name)),
);
/** Uses in a text, without comments. */
function usesIn(text: string): readonly string[] {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '');
  const lines = code.split('\n');
  const left = lines.filter((line) => !(HARMLESS.test(line) && (line.startsWith('import type') || !CONNECTS.test(line)))).join('\n');
  return WAYS.filter(([, pattern]) => pattern.test(left)).map(([name]) => name);
}

it('looks at all that there is', () => {
  expect(sources.length).toBeGreaterThan(200);
});

it.each<[text: string, uses: readonly string[]]>([
  ["const a = await fetch('x')", ['fetch(']],
  ['const a = await globalThis.fetch(url)', ['fetch(']],
  ['openIt({ with: fetch })', ['fetch as a value']],
  ["import { request } from 'node:https';", ['http']],
  ["import { connect } from 'node:net';", ['net']],
  ["import { isIP } from 'node:net';", []],
  ["import type { Server } from 'node:http';", []],
  ["import { createServer } from 'node:http';", []],
  ["import http from 'node:http';", ['http']],
  ["import { Agent } from 'undici';", ['client']],
  ["import { exec } from 'node:child_process';", ['child process']],
  ['createRemoteJWKSet(new URL(x))', ['remote keys without the guard']],
  ['createRemoteJWKSet(new URL(x), { [customFetch]: y })', []],
  ['// fetch(x)\n/* fetch(y) */ await prefetch(x); a.fetch(x)', []],
])('knows a way out when it sees one: %s', (text, uses) => {
  expect(usesIn(text)).toEqual(uses);
});

it('finds no way out but those that are known', () => {
  const found = sources.flatMap((name) => usesIn(readFileSync(join(ROOT, name), 'utf8')).map((use) => `${relative('.', name)}: ${use}`));
  expect([...new Set(found)].toSorted()).toEqual(Object.keys(ALLOWED).toSorted());
});

it.each(GUARDED)('is handed the guarded function where it calls one of that name: %s', (use) => {
  const text = readFileSync(join(ROOT, use.split(':')[0]!), 'utf8');
  expect(text).toMatch(/const fetch = fetchThrough\(/);
});
