// On a real file system: where a file may lie, who may write it, and what is said of errors.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sinkRecord, testDeps } from '../_contract/test-sink.ts';
import file, { config } from './index.ts';
import { lock } from './lock.ts';
import { failedFile } from './outcome.ts';

let root: string;
let allowed: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'goshawk-file-'));
  allowed = join(root, 'allowed');
  for (const folder of ['allowed/alpha', 'allowed-not', 'elsewhere']) mkdirSync(join(root, folder), { recursive: true });
  symlinkSync(join(root, 'elsewhere'), join(allowed, 'way-out'));
  symlinkSync(join(allowed, 'alpha'), join(root, 'way-in'));
  writeFileSync(join(root, 'elsewhere', 'secret'), 'secret');
  symlinkSync(join(root, 'elsewhere', 'secret'), join(allowed, 'linked.ndjson'));
  mkdirSync(join(allowed, 'folder.ndjson'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));
const { signal } = new AbortController();
const depsFor = (fileFolders: readonly string[]) => ({ ...testDeps([]).deps, fileFolders });
const open = (path: string, folders = [allowed]) => file.sink(config.parse({ path: join(root, path) }), depsFor(folders));
const codeOf = async (work: Promise<{ readonly close: () => Promise<void> }>) => {
  try {
    await (await work).close();
    return 'opened';
  } catch (error) {
    return (error as { readonly code: string }).code;
  }
};

describe('a file', () => {
  it.each<[where: string, path: string, folders: () => readonly string[], answer: string]>([
    ['in the folder', 'allowed/a.ndjson', () => [allowed], 'opened'],
    ['below it', 'allowed/alpha/a.ndjson', () => [allowed], 'opened'],
    ['in the second of the folders', 'allowed/a.ndjson', () => [join(root, 'gone'), allowed], 'opened'],
    ['that a link outside leads to', 'way-in/b.ndjson', () => [allowed], 'opened'],
    ['in the folder of its organization', 'allowed/alpha/c.ndjson', () => [join(allowed, '<organization>')], 'opened'],
    ['beside the folder of its organization', 'allowed/c.ndjson', () => [join(allowed, '<organization>')], 'SINK_MISCONFIGURED'],
    ['outside', 'elsewhere/a.ndjson', () => [allowed], 'SINK_MISCONFIGURED'],
    ['in a folder whose name only begins alike', 'allowed-not/a.ndjson', () => [allowed], 'SINK_MISCONFIGURED'],
    ['behind a link that leads out', 'allowed/way-out/a.ndjson', () => [allowed], 'SINK_MISCONFIGURED'],
    ['that is a link', 'allowed/linked.ndjson', () => [allowed], 'SINK_MISCONFIGURED'],
    ['that is a folder', 'allowed/folder.ndjson', () => [allowed], 'SINK_MISCONFIGURED'],
    ['where no folder is allowed', 'allowed/a.ndjson', () => [], 'SINK_MISCONFIGURED'],
    ['in a folder that is not there, and may come', 'allowed/gone/a.ndjson', () => [allowed], 'SINK_UNAVAILABLE'],
  ])('%s: %s', async (_where, path, folders, answer) => {
    expect(await codeOf(open(path, [...folders()]))).toBe(answer);
  });

  it('that a link leads to is never written', () => {
    expect(readFileSync(join(root, 'elsewhere', 'secret'), 'utf8')).toBe('secret');
  });

  it('has the documents, and is not readable for others', async () => {
    const sink = await open('allowed/written.ndjson');
    expect((await sink.send([sinkRecord('d1'), sinkRecord('d2', { offset: 1 })], signal)).map(({ kind }) => kind)).toEqual(['delivered', 'delivered']);
    await sink.close();
    expect(readFileSync(join(allowed, 'written.ndjson'), 'utf8')).toBe('{"event":{"id":"d1"}}\n{"event":{"id":"d2"}}\n');
  });

  it('finds out before what would go wrong', async () => {
    expect(await file.check!(config.parse({ path: join(allowed, 'a.ndjson') }), depsFor([allowed]))).toEqual([]);
    expect(await file.check!(config.parse({ path: join(root, 'elsewhere/a.ndjson') }), depsFor([allowed]))).toMatchObject([
      { option: 'path', message: expect.stringContaining('connect.fileFolders') as string },
    ]);
  });

  it('goes back and forth between those of this worker that write to it, and each document is there once', async () => {
    const [one, other] = [await open('allowed/shared.ndjson'), await open('allowed/shared.ndjson')];
    const kindsOf = async (work: ReturnType<typeof one.send>) => (await work).map(({ kind }) => kind);
    const records = Array.from({ length: 4 }, (_, offset) => sinkRecord(`d${offset}`, { offset }));
    expect(await kindsOf(one.send(records.slice(0, 2), signal))).toEqual(['delivered', 'delivered']);
    expect(await kindsOf(other.send(records.slice(0, 3), signal))).toEqual(['present', 'present', 'delivered']);
    expect(await kindsOf(one.send(records.slice(2), signal))).toEqual(['present', 'delivered']);
    await Promise.all([one.close(), other.close()]);
    expect(readFileSync(join(allowed, 'shared.ndjson'), 'utf8').match(/d\d/g)).toEqual(['d0', 'd1', 'd2', 'd3']);
  });

  it('has one writer when several want it at once, and the others may come again', async () => {
    const sinks = await Promise.allSettled(Array.from({ length: 3 }, () => open('allowed/rush.ndjson')));
    const opened = sinks.flatMap((sink) => (sink.status === 'fulfilled' ? [sink.value] : []));
    expect(opened.length).toBeGreaterThan(0);
    expect(
      sinks
        .flatMap((sink) => (sink.status === 'rejected' ? [(sink.reason as { readonly code: string }).code] : []))
        .every((code) => code === 'SINK_UNAVAILABLE'),
    ).toBe(true);
    const sent = await Promise.allSettled([...opened, ...opened].map((sink) => sink.send([sinkRecord('d1')], signal)));
    expect(sent.some(({ status }) => status === 'fulfilled')).toBe(true);
    for (const sink of opened) await sink.close();
    expect(readFileSync(join(allowed, 'rush.ndjson'), 'utf8')).toBe('{"event":{"id":"d1"}}\n');
  });

  it.skipIf(process.platform !== 'linux')('of another process is waited for, until that process has ended, killed or not', async () => {
    const path = join(allowed, 'locked.ndjson');
    const program = `import { lock } from ${JSON.stringify(new URL('lock.ts', import.meta.url).href)}; await lock(${JSON.stringify(path)}, async () => {}); console.log('locked'); setInterval(() => {}, 1e6);`;
    const holder = spawn(process.execPath, ['--input-type=module-typescript', '--eval', program], { stdio: ['ignore', 'pipe', 'ignore'] });
    await once(holder.stdout, 'data');
    await expect(lock(path, async () => {})).rejects.toMatchObject({ code: 'SINK_UNAVAILABLE' });
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    await (
      await lock(path, async () => {})
    )();
  });
});

it.each<[code: string, answer: string]>([
  ['ENOSPC', 'SINK_UNAVAILABLE'],
  ['EDQUOT', 'SINK_UNAVAILABLE'],
  ['EIO', 'SINK_UNAVAILABLE'],
  ['EMFILE', 'SINK_UNAVAILABLE'],
  ['ENOENT', 'SINK_UNAVAILABLE'],
  ['ESTALE', 'SINK_UNAVAILABLE'],
  ['EACCES', 'SINK_MISCONFIGURED'],
  ['EPERM', 'SINK_MISCONFIGURED'],
  ['EROFS', 'SINK_MISCONFIGURED'],
  ['ENOTDIR', 'SINK_MISCONFIGURED'],
  ['EISDIR', 'SINK_MISCONFIGURED'],
  ['ELOOP', 'SINK_MISCONFIGURED'],
  ['ENAMETOOLONG', 'SINK_MISCONFIGURED'],
  ['EFBIG', 'SINK_MISCONFIGURED'],
])('%s is %s', (code, answer) => {
  expect(failedFile(Object.assign(new Error(code), { code, syscall: 'write' }), '/x')).toMatchObject({ code: answer });
});

it('a bug is no error of the file system', () => {
  const bug = new TypeError('x');
  expect(failedFile(bug, '/x')).toBe(bug);
});

describe('its options', () => {
  it.each<[name: string, given: object, problems: readonly string[]]>([
    ['are few', {}, []],
    ['have an absolute path', { path: 'a.ndjson' }, ['path']],
    ['have a path that goes down only', { path: '/out/../etc/a' }, ['path']],
    ['have a path without dots', { path: '/out/./a' }, ['path']],
    ['have a path of a file', { path: '/out/' }, ['path', 'path']],
    ['have a path without line breaks', { path: '/out/a\nb' }, ['path']],
    ['leave the names of positions alone', { path: '/out/a.positions' }, ['path']],
    ['have columns for CSV', { format: 'csv', columns: ['event.id'] }, []],
    ['have columns for nothing else', { format: 'cef', columns: ['event.id'] }, ['columns']],
  ])('%s', (_name, given, problems) => {
    const { error } = config.safeParse({ path: '/out/a.ndjson', ...given });
    expect(error?.issues.map(({ path }) => path.join('.')) ?? []).toEqual(problems);
  });
});
