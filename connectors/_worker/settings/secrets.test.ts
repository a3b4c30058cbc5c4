import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { holdsReference, parseReference } from './reference.ts';
import type { Secrets } from './secrets.ts';
import { openSecrets } from './secrets.ts';

let root: string;
let secrets: Secrets;
const environment = {
  GOSHAWK_SECRET_ACME_TOKEN: 'of acme',
  GOSHAWK_SECRET_ACME__X_TOKEN: 'of acme-x',
  GOSHAWK_SECRET_ACME_EMPTY: '',
  SHARED: 'shared',
  PATH: '/bin',
};
const variables = ['GOSHAWK_SECRET_<ORGANIZATION>_*', 'SHARED'];

beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'goshawk-secrets-')));
  mkdirSync(join(root, 'acme/..data'), { recursive: true });
  mkdirSync(join(root, 'acme-x'));
  writeFileSync(join(root, 'acme/hec.properties'), 'token = s3cret\nempty=\n');
  writeFileSync(join(root, 'acme/whole'), 'line\n');
  writeFileSync(join(root, 'acme/two'), 'one\ntwo\n\n');
  writeFileSync(join(root, 'acme/..data/token'), 'mounted');
  writeFileSync(join(root, 'acme/large'), 'x'.repeat(65_537));
  writeFileSync(join(root, 'acme-x/token'), 'of another');
  writeFileSync(join(root, 'outside'), 'not yours');
  symlinkSync('..data/token', join(root, 'acme/token'));
  symlinkSync('../outside', join(root, 'acme/leak'));
  symlinkSync('..', join(root, 'acme/up'));
  symlinkSync(join(root, 'acme'), join(root, 'mounted-acme'));
  secrets = openSecrets({ secretFolders: [`${root}/<organization>`], secretVariables: variables }, 'acme', environment);
});
afterAll(() => rmSync(root, { recursive: true }));

const look = async (text: string, from = secrets) => {
  const reference = parseReference(text.replaceAll('ROOT', root));
  if (typeof reference === 'string') throw new Error(reference);
  return from.resolve(reference);
};

describe('a reference', () => {
  it.each([
    ['${file:/a/b.properties:key}', { kind: 'file', path: '/a/b.properties', key: 'key' }],
    ['  ${file:/a/b}  ', { kind: 'file', path: '/a/b', key: null }],
    ['${file:/a:b:c}', { kind: 'file', path: '/a', key: 'b:c' }],
    ['${dir:/a/:b}', { kind: 'file', path: '/a/b', key: null }],
    ['${env:NAME}', { kind: 'env', name: 'NAME' }],
  ])('%s is one', (text, reference) => expect(parseReference(text)).toEqual(reference));

  it.each([
    's3cret',
    '',
    'Bearer ${env:A}',
    '${env:A}${env:B}',
    '${vault:a:b}',
    '${env:}',
    '${file:}',
    '${file:/a:}',
    '${dir:/a}',
    '${dir:/a:../b}',
    '${env:A',
    '$env:A',
  ])('%j is none, or holds more than one', (text) => {
    const said = parseReference(text);
    expect(said).toEqual(expect.any(String));
    if (text !== '') expect(said).not.toContain(text); // it may be the secret
  });

  it.each([
    ['${topic}-${timestamp}', false],
    ['${env:A}', true],
    ['x ${file:/a} y', true],
    ['$1', false],
  ])('%s in another option: %s', (text, isOne) => expect(holdsReference(text)).toBe(isOne));
});

describe('a secret', () => {
  it.each([
    ['a key of a properties file', '${file:ROOT/acme/hec.properties:token}', 's3cret'],
    ['a whole file, less its last line break', '${file:ROOT/acme/whole}', 'line'],
    ['a whole file, no more than that', '${dir:ROOT/acme:two}', 'one\ntwo\n'],
    ['a link within the folder, as Kubernetes mounts it', '${dir:ROOT/acme:token}', 'mounted'],
    ['a variable', '${env:GOSHAWK_SECRET_ACME_TOKEN}', 'of acme'],
    ['a variable for everybody', '${env:SHARED}', 'shared'],
  ])('is found: %s', async (_what, text, value) => expect(await look(text)).toBe(value));

  it('is found below a folder that is a link itself', async () => {
    const linked = openSecrets({ secretFolders: [join(root, 'mounted-acme')], secretVariables: [] }, 'acme', {});
    expect(await look('${dir:ROOT/mounted-acme:token}', linked)).toBe('mounted');
  });

  it.each([
    ['of another organization', '${file:ROOT/acme-x/token}', /outside/],
    ['by the way back', '${file:ROOT/acme/../acme-x/token}', /go back/],
    ['by a link that leads out', '${file:ROOT/acme/leak}', /leads out/],
    ['by a folder that leads out', '${file:ROOT/acme/up/outside}', /leads out/],
    ['by a name that begins as the folder does', '${file:ROOT/acme-x/token}', /outside/],
    ['elsewhere', '${file:/etc/passwd}', /outside/],
    ['relative', '${file:acme/whole}', /begins at the root/],
    ['that is a folder', '${file:ROOT/acme/..data}', /is no file/],
    ['the folder itself', '${file:ROOT/acme}', /outside/],
    ['with a zero byte', '${file:ROOT/acme/whole\0.txt}', /go back/],
    ['too large', '${file:ROOT/acme/large}', /larger/],
    ['that is not there', '${file:ROOT/acme/nothing}', /ENOENT/],
    ['without the key', '${file:ROOT/acme/hec.properties:other}', /is not there/],
    ['with an empty value', '${file:ROOT/acme/hec.properties:empty}', /is empty/],
    ['in a variable of another organization', '${env:GOSHAWK_SECRET_ACME__X_TOKEN}', /not among/],
    ['in a variable of the worker', '${env:PATH}', /not among/],
    ['in a variable that is empty', '${env:GOSHAWK_SECRET_ACME_EMPTY}', /is empty/],
    ['in a variable that is not there', '${env:GOSHAWK_SECRET_ACME_OTHER}', /is not there/],
    ['in a variable without a rest', '${env:GOSHAWK_SECRET_ACME_}', /not among/],
  ])('is refused: %s', async (_what, text, message) => {
    await expect(look(text)).rejects.toMatchObject({ code: 'SINK_MISCONFIGURED', message: expect.stringMatching(message) as string });
  });

  it('of an organization with a dash is its alone', async () => {
    const other = openSecrets({ secretFolders: [], secretVariables: variables }, 'acme-x', environment);
    expect(await look('${env:GOSHAWK_SECRET_ACME__X_TOKEN}', other)).toBe('of acme-x');
    await expect(look('${env:GOSHAWK_SECRET_ACME_TOKEN}', other)).rejects.toMatchObject({ code: 'SINK_MISCONFIGURED' });
  });

  it('is nowhere when nothing is open', async () => {
    const closed = openSecrets({ secretFolders: [], secretVariables: [] }, 'acme', environment);
    await expect(look('${file:ROOT/acme/whole}', closed)).rejects.toThrow(/no folder/);
    await expect(look('${env:SHARED}', closed)).rejects.toThrow(/: none/);
  });
});

describe('a file that an option names', () => {
  it('has to lie where secrets may', async () => {
    await secrets.checkFile(join(root, 'acme/token'));
    await expect(secrets.checkFile(join(root, 'acme/leak'))).rejects.toMatchObject({ code: 'SINK_MISCONFIGURED' });
    expect(secrets.fileRefusal('/etc/ssl/ca.pem')).toMatch(/outside/);
    expect(secrets.fileRefusal(join(root, 'acme/ca.pem'))).toBeNull();
  });
});
