// rsyslog and logger(1), as they are, send to it: over TLS with a client certificate, over TCP in both framings, and over UDP.
// Where they are not installed, GOSHAWK_RSYSLOG names the root of an unpacked package; absent = skipped (CONTRIBUTING says how to get it).
import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Source } from '../../pipeline/core/connector.ts';
import { testGateway } from '../_contract/gateway.ts';
import type { TestGateway } from '../_contract/gateway.ts';
import { listenUdp } from '../_listen/udp.ts';
import { messageIn } from './datagram.ts';
import { config } from './index.ts';
import { listenTcp } from './tcp.ts';

const root = process.env.GOSHAWK_RSYSLOG ?? '';
const rsyslogd = join(root, '/usr/sbin/rsyslogd');
const libraries = [join(root, '/usr/lib/x86_64-linux-gnu'), join(root, '/usr/lib/aarch64-linux-gnu')];
const modules = libraries.map((folder) => join(folder, 'rsyslog'));
const hasTls = modules.some((folder) => existsSync(join(folder, 'lmnsd_gtls.so')));
const LONG = { timeout: 25_000, interval: 100 };
const options = config.parse({});

describe.skipIf(!existsSync(rsyslogd) || !hasTls)('rsyslog', () => {
  let folder: string;
  let rsyslog: ChildProcess | undefined;
  const open: Source[] = [];
  const gateways: Record<'tls' | 'octets' | 'lines' | 'udp', TestGateway> = {
    tls: testGateway(),
    octets: testGateway(),
    lines: testGateway(),
    udp: testGateway(),
  };
  const LINES = Array.from({ length: 200 }, (_, n) => `Nov 25 12:00:00 web01 app[${n}]: message ${n} with ünicode`);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'goshawk-rsyslog-'));
    const openssl = (...args: readonly string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
    openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=ca', '-days', '2');
    for (const name of ['localhost', 'web01']) {
      openssl('req', '-newkey', 'rsa:2048', '-nodes', '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`);
      writeFileSync(join(folder, 'san'), `subjectAltName=DNS:${name}\n`);
      openssl(
        'x509',
        '-req',
        '-in',
        `${name}.csr`,
        '-CA',
        'ca.pem',
        '-CAkey',
        'ca.key',
        '-CAcreateserial',
        '-out',
        `${name}.pem`,
        '-days',
        '2',
        '-extfile',
        'san',
      );
    }
    const pem = (name: string) => readFileSync(join(folder, name), 'utf8');
    const tls = { key: pem('localhost.key'), cert: pem('localhost.pem'), clientCa: pem('ca.pem') };
    const tcp = { ...options, port: 0, tls: null, option: 'syslog.tcpPort' };
    const portOf = (source: Source) => {
      open.push(source);
      return new URL(source.addresses[0]!).port;
    };
    const ports = {
      tls: portOf(await listenTcp({ ...tcp, tls }, gateways.tls.deps)),
      octets: portOf(await listenTcp(tcp, gateways.octets.deps)),
      lines: portOf(await listenTcp(tcp, gateways.lines.deps)),
      udp: portOf(await listenUdp({ ...options, port: 0, maxBytes: 65_536, option: 'syslog.udpPort', read: messageIn }, gateways.udp.deps)),
    };
    writeFileSync(join(folder, 'input.log'), LINES.map((line) => `${line}\n`).join(''));
    const forward = (port: string, more: string) => `action(type="omfwd" target="127.0.0.1" port="${port}" template="RSYSLOG_SyslogProtocol23Format" ${more})`;
    writeFileSync(
      join(folder, 'rsyslog.conf'),
      `global(workDirectory="${folder}" defaultNetstreamDriverCAFile="${folder}/ca.pem" defaultNetstreamDriverCertFile="${folder}/web01.pem" defaultNetstreamDriverKeyFile="${folder}/web01.key")
module(load="imfile" pollingInterval="1")
input(type="imfile" file="${folder}/input.log" tag="app" freshStartTail="off")
${forward(ports.tls, 'protocol="tcp" TCP_Framing="octet-counted" StreamDriver="gtls" StreamDriverMode="1" StreamDriverAuthMode="x509/name" StreamDriverPermittedPeers="localhost"')}
${forward(ports.octets, 'protocol="tcp" TCP_Framing="octet-counted"')}
${forward(ports.lines, 'protocol="tcp"')}
${forward(ports.udp, 'protocol="udp"')}
`,
    );
    const env = { ...process.env, LD_LIBRARY_PATH: libraries.join(':'), RSYSLOG_MODDIR: modules.find((each) => existsSync(each)) };
    rsyslog = spawn(
      rsyslogd,
      ['-n', '-f', join(folder, 'rsyslog.conf'), '-i', join(folder, 'pid'), '-M', modules.filter((each) => existsSync(each)).join(':')],
      { env, stdio: 'ignore' },
    );
  });
  afterAll(async () => {
    if (rsyslog !== undefined && rsyslog.exitCode === null) {
      rsyslog.kill('SIGTERM');
      await once(rsyslog, 'exit');
    }
    for (const source of open) await source.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(['tls', 'octets', 'lines', 'udp'] as const)('sends over %s, every line once', async (way) => {
    const { taken } = gateways[way];
    const numbers = () => taken.flatMap(({ text }) => /message (\d+) with ünicode$/.exec(text)?.[1] ?? []).map(Number);
    await expect.poll(() => numbers().length, LONG).toBeGreaterThanOrEqual(200);
    expect(numbers().toSorted((a, b) => a - b)).toEqual(LINES.map((_, n) => n));
    expect(taken[0]!.text).toMatch(/^<\d+>1 \d{4}-\d\d-\d\dT/);
    expect(taken[0]!.delivery.sensor).toBe(way === 'tls' ? 'fw-1' : '127.0.0.1');
    expect(gateways[way].dropped).toEqual({});
  });
});

const logger = ['/usr/bin/logger', '/bin/logger'].find((path) => existsSync(path));
describe.skipIf(logger === undefined)('logger(1)', () => {
  it.each([
    ['TCP, octets counted', ['--tcp', '--octet-count', '--rfc5424']],
    ['TCP, lines', ['--tcp', '--rfc3164']],
    ['UDP', ['--udp', '--rfc5424']],
  ])('sends over %s', async (_name, args) => {
    const gateway = testGateway();
    const source = args.includes('--udp')
      ? await listenUdp({ ...options, port: 0, maxBytes: 65_536, option: 'syslog.udpPort', read: messageIn }, gateway.deps)
      : await listenTcp({ ...options, port: 0, tls: null, option: 'syslog.tcpPort' }, gateway.deps);
    try {
      const sending = spawn(logger!, ['--server', '127.0.0.1', '--port', new URL(source.addresses[0]!).port, ...args, '--tag', 'test', 'hello there'], {
        stdio: 'ignore',
      });
      await once(sending, 'exit');
      await expect.poll(() => gateway.taken.map(({ text }) => text), LONG).toEqual([expect.stringMatching(/^<13>.*test.*hello there$/)]);
    } finally {
      await source.stop();
    }
  });
});
