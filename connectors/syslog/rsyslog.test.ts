// rsyslog and logger(1), as they are, send to it: over TLS with the configuration that a sensor's owner is given, over TCP in both framings, and over UDP.
// Where they are not installed, GOSHAWK_SENDERS names a folder; absent = skipped (CONTRIBUTING says how to get them).
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { snippetsOf } from '../../domains/sensors/snippets/index.ts';
import type { Source } from '../../pipeline/core/connector.ts';
import { hasOpenssl, makeCertificates } from '../../test/certificates.ts';
import { findProgram, hasModule, rsyslogModules, startProgram } from '../../test/programs.ts';
import { testGateway } from '../_contract/gateway.ts';
import type { TestGateway } from '../_contract/gateway.ts';
import { listenUdp } from '../_listen/udp.ts';
import { messageIn } from './datagram.ts';
import { config } from './index.ts';
import { listenTcp } from './tcp.ts';

const program = findProgram('rsyslogd');
const canRun = program !== null && hasModule(program, 'rsyslog', 'lmnsd_gtls.so') && hasOpenssl();
const LONG = { timeout: 25_000, interval: 100 };
const options = config.parse({});

describe.skipIf(!canRun)('rsyslog', () => {
  let folder: string;
  let stopRsyslog: (() => Promise<void>) | undefined;
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
    const { pem } = makeCertificates(folder, ['localhost', 'web01']);
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
    writeFileSync(join(folder, 'server-authority.pem'), pem('ca.pem'));
    const access = { apiUrl: '', kafkaBrokers: null, syslogTls: { host: '127.0.0.1', port: Number(ports.tls) } };
    const ready = snippetsOf('mtls', { sensor: 'web01', topic: '', format: null, secret: null, addresses: access });
    const snippet = ready.find(({ shipper }) => shipper === 'rsyslog')!.text.replaceAll('/etc/goshawk', folder);
    const forward = (port: string, more: string) => `action(type="omfwd" target="127.0.0.1" port="${port}" template="RSYSLOG_SyslogProtocol23Format" ${more})`;
    writeFileSync(
      join(folder, 'rsyslog.conf'),
      `global(workDirectory="${folder}")
module(load="imfile" pollingInterval="1")
input(type="imfile" file="${folder}/input.log" tag="app" freshStartTail="off")
${snippet}
${forward(ports.octets, 'protocol="tcp" TCP_Framing="octet-counted"')}
${forward(ports.lines, 'protocol="tcp"')}
${forward(ports.udp, 'protocol="udp"')}
`,
    );
    stopRsyslog = startProgram(program!, ['-n', '-f', join(folder, 'rsyslog.conf'), '-i', join(folder, 'pid'), '-M', rsyslogModules(program!)]);
  });
  afterAll(async () => {
    await stopRsyslog?.();
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
