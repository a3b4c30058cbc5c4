// Who may import whom. The folders' order is the architecture: a record flows left to right, and so do imports.
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync } from 'oxc-parser';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const CORE = ['pipeline/core/', 'schemas/'];
const STAGE = [...CORE, 'domains/', 'topologies/topics.ts'];
/** Stages whose folders are members, found by their names. The folders of others (detect/compile) are parts of one thing. */
const FAMILIES = ['ingest', 'enrich', 'features', 'publish'];

/** Beginnings of paths that a file may import, besides its own folder; null = anything. */
function allowed(file: string): readonly string[] | null {
  const [top = '', second = '', third = ''] = file.split('/');
  const isMember = FAMILIES.includes(second) && file.split('/').length > 3;
  switch (top) {
    case 'schemas':
      return ['schemas/'];
    case 'domains':
      return ['schemas/', `domains/${second}/`, ...(second === 'hunt' ? ['domains/network/'] : [])];
    case 'outbound':
      return ['outbound/', 'pipeline/core/'];
    case 'store':
      return [...CORE, 'store/', 'domains/search/']; // the language; what it means in SQL is here
    case 'topologies':
      return [...CORE, 'topologies/', 'pipeline/!runtime', 'store/connect.ts']; // the pool of persist
    case 'api':
      return [...CORE, 'domains/', 'store/', 'outbound/', 'api/', 'topologies/topics.ts', 'pipeline/runtime/port.ts'];
    case 'dashboard':
      return ['dashboard/', 'domains/search/']; // searches are coloured, checked and explained as the API reads them
    case 'connectors':
      return [
        ...CORE,
        'outbound/',
        `connectors/${second}/`,
        ...['_listen', '_sink', '_source', '_formats', '_aws'].map((shared) => `connectors/${shared}/`),
        ...(['_worker', '_sink', 'kafka'].includes(second) ? ['pipeline/runtime/port.ts'] : []),
        ...(second === '_worker' ? ['topologies/topics.ts'] : []),
        ...(second === 'kafka' ? ['pipeline/runtime/partition.ts'] : []), // the same partition for a key as Java clients choose
        ...(second === '_worker' ? ['domains/fields/nearest.ts'] : []), // for options that are misspelt
        ...(second === '_formats' ? ['domains/tables/'] : []),
        ...(['_listen', 'syslog', 'otlp-grpc'].includes(second) ? ['domains/identity/'] : []), // one judge of client certificates, here and in the API
      ];
    case 'pipeline':
      if (second === 'core') return CORE;
      if (second === 'runtime') return [...CORE, 'pipeline/runtime/', 'topologies/topics.ts'];
      if (second === 'persist') return [...STAGE, 'pipeline/persist/', 'store/'];
      // A member of a stage can be deleted with one `rm -r`: it sees the stage's kit and itself.
      return isMember ? [...STAGE, `pipeline/${second}/kit.ts`, `pipeline/${second}/kit/`, `pipeline/${second}/${third}/`] : [...STAGE, `pipeline/${second}/`];
    default:
      return null; // cli, local, bench, torture, scripts, test, examples: where parts are chosen
  }
}
const isAllowed = (target: string, beginnings: readonly string[]) =>
  beginnings.some((beginning) =>
    beginning === 'pipeline/!runtime' ? target.startsWith('pipeline/') && !target.startsWith('pipeline/runtime/') : target.startsWith(beginning),
  );

/** Packages that one folder alone may import. */
const OWNERS: Readonly<Record<string, readonly string[]>> = {
  kafkajs: ['pipeline/runtime/kafka/', 'bench/'],
  pg: ['store/', 'local/', 'cli/', 'bench/', 'test/'],
};

/** What is wrong with `file` importing `specifier`; null = nothing. Paths are relative to the project, with forward slashes. */
function problem(file: string, specifier: string): string | null {
  if (!specifier.startsWith('.')) {
    const owners = OWNERS[specifier];
    return owners === undefined || owners.some((owner) => file.startsWith(owner))
      ? null
      : `${file} imports the package ${specifier}, which belongs to ${owners.join(', ')}`;
  }
  const target = normalize(join(dirname(file), specifier)).replaceAll('\\', '/');
  if (/(^|\/)main\.ts$/.test(target)) return `${file} imports ${target}: nothing imports a main.ts`;
  const beginnings = allowed(file);
  return beginnings === null || isAllowed(target, beginnings) ? null : `${file} imports ${target}`;
}

/** Static, type and dynamic imports, and re-exports, whose target is a literal. */
function importsOf(file: string): readonly string[] {
  const { module } = parseSync(file, readFileSync(join(root, file), 'utf8'));
  return [
    ...module.staticImports.map((entry) => entry.moduleRequest.value),
    ...module.staticExports.flatMap((entry) => entry.entries.flatMap(({ moduleRequest }) => (moduleRequest === null ? [] : [moduleRequest.value]))),
    ...module.dynamicImports.flatMap(({ moduleRequest: { start, end } }) => {
      const [, literal] = /^['"`]([^'"`$]+)['"`]$/.exec(readFileSync(join(root, file), 'utf8').slice(start, end)) ?? [];
      return literal === undefined ? [] : [literal];
    }),
  ];
}

const isTest = (file: string) => /\.test\.tsx?$/.test(file) || /(^|\/)(test|_contract)\//.test(file);
const files = globSync(['*/**/*.ts', '*/**/*.tsx'], { cwd: root, exclude: (name) => name === 'node_modules' || name === 'dist' || name.startsWith('.') })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => !isTest(file));

describe('imports', () => {
  it('go only where the table says', () => {
    expect(files.length).toBeGreaterThan(50);
    expect(files.flatMap((file) => importsOf(file).map((specifier) => problem(file, specifier))).filter((found) => found !== null)).toEqual([]);
  });

  it.each([
    ['a stage may use the vocabulary', 'pipeline/validate/index.ts', '../core/index.ts', true],
    ['a stage may not see another stage', 'pipeline/validate/index.ts', '../ingest/index.ts', false],
    ['a stage may not see the runtime', 'pipeline/detect/index.ts', '../runtime/port.ts', false],
    ['a member may use the kit of its stage', 'pipeline/ingest/zeek/index.ts', '../kit.ts', true],
    ['parts of one stage may see each other', 'pipeline/detect/match/engine.ts', '../compile/field.ts', true],
    ['a member may not see its sister', 'pipeline/ingest/zeek/index.ts', '../suricata/index.ts', false],
    ['a member may not see its stage', 'pipeline/ingest/zeek/index.ts', '../index.ts', false],
    ['only persist may see the store', 'pipeline/alert/index.ts', '../../store/copy.ts', false],
    ['persist may see the store', 'pipeline/persist/index.ts', '../../store/copy.ts', true],
    ['the api may see the port', 'api/live/index.ts', '../../pipeline/runtime/port.ts', true],
    ['the api may not see the runtime', 'api/live/index.ts', '../../pipeline/runtime/run.ts', false],
    ['topologies may see stages', 'topologies/telemetry/index.ts', '../../pipeline/detect/index.ts', true],
    ['topologies may not see the runtime', 'topologies/telemetry/index.ts', '../../pipeline/runtime/run.ts', false],
    ['the dashboard may not see the api', 'dashboard/src/alerts/page.tsx', '../../../api/time.ts', false],
    ['the dashboard may see the language of searches', 'dashboard/src/kit/search-paint.tsx', '../../../domains/search/parts.ts', true],
    ['the Kafka client has one home', 'api/live/index.ts', 'kafkajs', false],
    ['nothing may import a main.ts', 'local/up.ts', '../cli/main.ts', false],
    ['local may import anything', 'local/up.ts', '../pipeline/runtime/run.ts', true],
  ])('%s', (_, file, specifier, isRight) => {
    expect(problem(file, specifier) === null).toBe(isRight);
  });
});
