// syslog-ng, as it is, sends over TLS with a client certificate as docs/inputs/syslog.md says, and over TCP and UDP in its other ways.
// Where it is not installed, GOSHAWK_SENDERS names a folder; absent = skipped (CONTRIBUTING says how to get it).
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Source } from '../../pipeline/core/connector.ts';
import { hasOpenssl, makeCertificates } from '../../test/certificates.ts';
import { findProgram, hasModule, startProgram } from '../../test/programs.ts';
import { testGateway } from '../_contract/gateway.ts';
import type { TestGateway } from '../_contract/gateway.ts';
import { listenUdp } from '../_listen/udp.ts';
import { messageIn } from './datagram.ts';
import { config } from './index.ts';
import { listenTcp } from './tcp.ts';

const program = findProgram('syslog-ng');
const canRun = program !== null && hasModule(program, 'syslog-ng/3.38', 'libafsocket.so') && hasOpenssl();
const options = config.parse({});
const WAYS = ['documented', 'lines', 'udp'] as const;

/** The destination of the docs' page, sent elsewhere. */
function documented(folder: string, port: string): string {
  const page = readFileSync(new URL('../../docs/inputs/syslog.md', import.meta.url), 'utf8');
  const [, destination = ''] = /```\n# syslog-ng;.*?\n(.*?)```/s.exec(page) ?? [];
  return destination
    .replaceAll('/etc/goshawk', folder)
    .replaceAll('goshawk.example.org', 'localhost')
    .replace('port(6514)', `port(${port})`)
    .replace('disk-buffer(', `disk-buffer(dir("${folder}") `);
}

describe.skipIf(!canRun)('syslog-ng', () => {
  let folder: string;
  let stopSyslogNg: (() => Promise<void>) | undefined;
  const open: Source[] = [];
  const gateways: Record<(typeof WAYS)[number], TestGateway> = { documented: testGateway(), lines: testGateway(), udp: testGateway() };
  const LINES = Array.from({ length: 200 }, (_, n) => `Nov 25 12:00:00 web01 app[${n}]: message ${n} with ünicode`);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'goshawk-syslog-ng-'));
    const { pem } = makeCertificates(folder, ['localhost', 'web-01']);
    const portOf = (source: Source): string => {
      open.push(source);
      return new URL(source.addresses[0]!).port;
    };
    const tcp = { ...options, port: 0, tls: null, option: 'syslog.tcpPort' };
    const tls = { key: pem('localhost.key'), cert: pem('localhost.pem'), clientCa: pem('ca.pem') };
    const ports = {
      documented: portOf(await listenTcp({ ...tcp, tls }, gateways.documented.deps)),
      lines: portOf(await listenTcp(tcp, gateways.lines.deps)),
      udp: portOf(await listenUdp({ ...options, port: 0, maxBytes: 65_536, option: 'syslog.udpPort', read: messageIn }, gateways.udp.deps)),
    };
    writeFileSync(join(folder, 'input.log'), LINES.map((line) => `${line}\n`).join(''));
    writeFileSync(
      join(folder, 'syslog-ng.conf'),
      `@version: 3.38
options { keep-hostname(yes); };
source s_file { file("${folder}/input.log" follow-freq(1)); };
${documented(folder, ports.documented)}
destination d_lines { network("127.0.0.1" port(${ports.lines}) transport("tcp")); };
destination d_udp { network("127.0.0.1" port(${ports.udp}) transport("udp")); };
log { source(s_file); destination(d_goshawk); destination(d_lines); destination(d_udp); };
`,
    );
    const state = ['-R', join(folder, 'persist'), '-c', join(folder, 'ctl'), '-p', join(folder, 'pid')];
    const modules = program!.libraries.map((library) => join(library, 'syslog-ng/3.38')).join(':');
    stopSyslogNg = startProgram(program!, ['-F', '--no-caps', '--module-path', modules, '-f', join(folder, 'syslog-ng.conf'), ...state]);
  });
  afterAll(async () => {
    await stopSyslogNg?.();
    for (const source of open) await source.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(WAYS)('sends, %s, every line once', async (way) => {
    const { taken } = gateways[way];
    const numbers = () => taken.flatMap(({ text }) => /message (\d+) with ünicode$/.exec(text)?.[1] ?? []).map(Number);
    await expect.poll(() => numbers().length, { timeout: 15_000, interval: 100 }).toBeGreaterThanOrEqual(200);
    expect(numbers().toSorted((a, b) => a - b)).toEqual(LINES.map((_, n) => n));
    expect(taken[0]!.text).toMatch(way === 'documented' ? /^<\d+>1 \d{4}-\d\d-\d\dT/ : /^<\d+>Nov 25 12:00:00 web01 app\[\d+\]: /);
    expect(taken[0]!.delivery.sensor).toBe(way === 'documented' ? 'fw-1' : '127.0.0.1');
    expect(gateways[way].dropped).toEqual({});
  });
});
