import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { findProgram, hasModule, rsyslogModules } from '../../../test/programs.ts';
import { defaultSilenceSeconds, isSpiffeId, SENSOR_ACCESS, stateOf } from '../sensor.ts';
import { snippetsOf } from './index.ts';
import type { Snippet, SnippetInput } from './index.ts';

const SECRET = `ghs_${'Ab-_'.repeat(10)}xyz`;
const input: SnippetInput = {
  sensor: 'web-01',
  topic: 'raw.default.web-01',
  format: 'nginx',
  secret: SECRET,
  addresses: { apiUrl: 'https://goshawk.example:8443', kafkaBrokers: 'k1.example:9092,k2.example:9092', syslogTls: { host: 'logs.example', port: 6514 } },
};
const USER = { user: 'sensor.default.web-01.1', mechanism: 'SCRAM-SHA-256' };
const all = SENSOR_ACCESS.flatMap((access) => snippetsOf(access, input, USER).map((snippet) => [access, snippet.shipper, snippet] as const));

const has = (command: string): boolean => {
  try {
    execFileSync('sh', ['-c', `command -v ${command}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

describe.each(all)('%s, %s', (access, _shipper, { file, text }) => {
  it('holds the secret where one is needed, and the address', () => {
    expect(text.includes(SECRET)).toBe(access === 'token' || access === 'sasl');
    const address = { token: /goshawk\.example\b.*8443/s, mtls: /logs\.example\b.*6514/s, spiffe: /logs\.example\b.*6514/s, sasl: /k1\.example:9092/ }[access];
    expect(text).toMatch(address);
  });

  it.skipIf(file === null || !/\.ya?ml$/.test(file))('is YAML without a member twice', () => {
    expect(Object.keys(parse(text, { strict: true, uniqueKeys: true }) as object).length).toBeGreaterThan(0);
  });

  it.skipIf(file !== null)('is one command, or more, that a shell reads', () => {
    execFileSync('sh', ['-n'], { input: text });
  });

  it('shows a placeholder when the secret is not known', () => {
    const before = snippetsOf(access, { ...input, secret: null }, USER);
    expect(before.some((snippet) => snippet.text.includes(SECRET))).toBe(false);
    expect(before.every((snippet) => snippet.text.includes('PUT-THE-SECRET-HERE'))).toBe(access === 'token' || access === 'sasl');
  });
});

it('shows user and password to a broker over TLS alone', () => {
  const isEncrypted = {
    'kafka-producer': /SASL_SSL/,
    filebeat: /ssl\.enabled: true/,
    vector: /tls:\n +enabled: true/,
    'fluent-bit': /SASL_SSL/,
    rsyslog: /SASL_SSL/,
  };
  for (const { shipper, text } of snippetsOf('sasl', input, USER))
    expect([shipper, isEncrypted[shipper as keyof typeof isEncrypted].test(text)]).toEqual([shipper, true]);
});

it('shows no user where the broker checks nobody', () => {
  for (const { shipper, text } of snippetsOf('sasl', input, null)) expect([shipper, /sasl|username/i.test(text)]).toEqual([shipper, false]);
});

it.each<[format: string | null, producer: boolean]>([
  ['auditd', true],
  ['zeek', true],
  ['ecs', false],
  [null, false],
])('records that a shipper of %s writes to the broker have a key, so that those of one host stay in order', (format, producer) => {
  const KEY = /key: "%\{\[host\.name\]\}"|key_field: host|Message_Key {2}web-01|dynakey="on" key="goshawk-key" partitions\.auto="on"|parse\.key=true/;
  const keyed = snippetsOf('sasl', { ...input, format }, USER).map(({ shipper, text }) => [shipper, KEY.test(text)]);
  expect(keyed).toEqual([['kafka-producer', producer], ...['filebeat', 'vector', 'fluent-bit', 'rsyslog'].map((shipper) => [shipper, true])]);
});

describe('checked by the shipper itself', () => {
  const folder = mkdtempSync(join(tmpdir(), 'goshawk-snippets-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const written = ({ file, text }: Snippet): string => {
    const path = join(folder, file ?? 'x');
    writeFileSync(path, text);
    return path;
  };
  const of = (shipper: string) => all.filter(([, name]) => name === shipper);

  it.skipIf(!has('vector'))('vector validate', () => {
    for (const [, , snippet] of of('vector')) execFileSync('vector', ['validate', '--no-environment', written(snippet)]);
  });
  it.skipIf(!has('filebeat'))('filebeat test config', () => {
    for (const [, , snippet] of of('filebeat')) execFileSync('filebeat', ['test', 'config', '-c', written(snippet)]);
  });
  it.skipIf(!has('fluent-bit'))('fluent-bit --dry-run', () => {
    for (const [, , snippet] of of('fluent-bit')) execFileSync('fluent-bit', ['--dry-run', '-c', written(snippet)]);
  });
  const rsyslog = findProgram('rsyslogd');
  const MODULES = { token: 'omelasticsearch.so', sasl: 'omkafka.so', mtls: 'lmnsd_gtls.so', spiffe: 'lmnsd_gtls.so' };
  for (const [access, , snippet] of of('rsyslog'))
    it.skipIf(rsyslog === null || !hasModule(rsyslog, 'rsyslog', MODULES[access]))(`rsyslogd -N1, ${access}`, () => {
      // It looks whether certificates are there.
      const text = snippet.text.replaceAll(/(?:\/etc\/goshawk|\/run\/spiffe)\/([\w.-]+)/g, (_all, name: string) =>
        written({ ...snippet, file: name, text: '' }),
      );
      execFileSync(rsyslog!.path, ['-N1', '-M', rsyslogModules(rsyslog!), '-f', written({ ...snippet, text })], { env: rsyslog!.env });
    });
});

it.each<[name: string, id: string, isOne: boolean]>([
  ['a workload', 'spiffe://prod.test/agent/7', true],
  ['a trust domain alone', 'spiffe://prod.test', false],
  ['a slash at the end', 'spiffe://prod.test/a/', false],
  ['dots that lead elsewhere', 'spiffe://prod.test/a/../b', false],
  ['a port', 'spiffe://prod.test:80/a', false],
  ['another scheme', 'https://prod.test/a', false],
  ['a trust domain in upper case', 'spiffe://PROD.test/a', false],
])('a SPIFFE ID: %s', (_name, id, isOne) => expect(isSpiffeId(id)).toBe(isOne));

it.each<[name: string, sensor: Partial<Parameters<typeof stateOf>[0]>, state: string]>([
  ['nothing came yet', {}, 'never'],
  ['nothing came for longer than it may', { silenceSeconds: 60 }, 'silent'],
  ['something came in time', { silenceSeconds: 60, lastSeenAt: 95_000_000 }, 'sending'],
  ['exactly in time', { silenceSeconds: 60, lastSeenAt: 40_000_000 }, 'sending'],
  ['something came long ago, which it may', { lastSeenAt: 1 }, 'sending'],
  ['revoked, whatever came', { revokedAt: 5, silenceSeconds: 60 }, 'revoked'],
])('the state of a sensor: %s', (_name, sensor, state) =>
  expect(stateOf({ revokedAt: null, lastSeenAt: null, silenceSeconds: null, createdAt: 0, ...sensor }, 100_000_000)).toBe(state),
);

it.each<[format: string | null, hours: number]>([
  ['suricata-eve', 1],
  ['zeek-json', 1],
  ['windows', 1],
  ['windows-x', 1],
  ['windowsx', 24],
  ['nginx', 24],
  [null, 24],
])('a sensor of %s may say nothing for %i h', (format, hours) => expect(defaultSilenceSeconds(format)).toBe(hours * 3_600));
