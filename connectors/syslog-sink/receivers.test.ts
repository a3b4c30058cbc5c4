// rsyslog and syslog-ng, as they are, receive from it: over TLS with and without a client certificate, over TCP in both framings, over UDP.
// Where they are not installed, GOSHAWK_SENDERS names a folder; absent = skipped (CONTRIBUTING says how to get them).
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { hasOpenssl, makeCertificates } from '../../test/certificates.ts';
import { findProgram, hasModule, rsyslogModules, startProgram } from '../../test/programs.ts';
import { testGateway } from '../_contract/gateway.ts';
import { sinkRecord, testDeps } from '../_contract/test-sink.ts';
import { listenUdp } from '../_listen/udp.ts';
import type { Sink, SinkRecord } from '../_sink/index.ts';
import { deliver } from '../_sink/syslog/test/deliver.ts';
import { messageIn } from '../syslog/datagram.ts';
import { config as sourceConfig } from '../syslog/index.ts';
import { listenTcp } from '../syslog/tcp.ts';
import syslogSink, { config } from './index.ts';

const COUNT = 2_000;
const LONG = { timeout: 15_000, interval: 100 };
const documentOf = (n: number) => ({
  '@timestamp': '2026-11-26T03:04:05.678Z',
  event: { id: `d${n}`, kind: 'event', dataset: 'windows.sysmon', severity: 47 },
  host: { name: 'ws-1' },
  message: `"quoted" [ünïcode] \\ 😀 ${n}`,
});
const RECORDS: readonly SinkRecord[] = Array.from({ length: COUNT }, (_, n) => sinkRecord(`d${n}`, { value: Buffer.from(JSON.stringify(documentOf(n))) }));

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});
async function openSink(url: string, more: object = {}): Promise<Sink> {
  const test = testDeps([url]);
  closing.push(() => test.close());
  const sink = await syslogSink.sink(config.parse({ urls: [url], settleMs: 300, ...more }), test.deps);
  closing.push(() => sink.close());
  return sink;
}
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'goshawk-receivers-'));
  if (hasOpenssl()) makeCertificates(folder, ['siem.example.com', 'client']);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string) => join(folder, name);
const linesOf = (name: string) => (existsSync(file(name)) ? readFileSync(file(name), 'utf8').split('\n').slice(0, -1) : []);
const tls = () => ({ caFile: file('ca.pem'), serverName: 'siem.example.com' });
const client = () => ({ certFile: file('client.pem'), keyFile: file('client.key') });

/** What a line of a receiver has to say of each document: header and body as it understood them. */
const HEAD = '132|ws-1|goshawk|windows.sysmon|';
function checkLines(lines: readonly string[], count = COUNT): void {
  const found = lines.map((line) => {
    expect(line.startsWith(HEAD), line).toBe(true);
    expect(line).toContain('[goshawk@32473 id="d');
    return JSON.parse(line.slice(line.indexOf('|{') + 1)) as ReturnType<typeof documentOf>;
  });
  expect(found.map(({ event }) => event.id)).toEqual(Array.from({ length: count }, (_, n) => `d${n}`));
  expect(found[7]).toEqual(documentOf(7));
}

const rsyslog = findProgram('rsyslogd');
describe.skipIf(rsyslog === null || !hasModule(rsyslog, 'rsyslog', 'lmnsd_gtls.so') || !hasOpenssl())('rsyslog', () => {
  /** @param way Its file of lines, too. */
  async function start(way: string, input: string): Promise<{ readonly port: number; readonly stop: () => Promise<void> }> {
    writeFileSync(
      file(`${way}.conf`),
      `global(workDirectory="${folder}" maxMessageSize="64k" DefaultNetstreamDriverCAFile="${file('ca.pem')}" DefaultNetstreamDriverCertFile="${file('siem.example.com.pem')}" DefaultNetstreamDriverKeyFile="${file('siem.example.com.key')}")
template(name="parsed" type="string" string="%PRI%|%HOSTNAME%|%APP-NAME%|%MSGID%|%STRUCTURED-DATA%|%msg%\\n")
${input}
action(type="omfile" file="${file(`${way}.txt`)}" template="parsed")
`,
    );
    const stop = startProgram(rsyslog!, ['-n', '-f', file(`${way}.conf`), '-i', file(`${way}.pid`), '-M', rsyslogModules(rsyslog!)]);
    closing.push(stop);
    await expect.poll(() => existsSync(file(`${way}.port`)) && readFileSync(file(`${way}.port`), 'utf8') !== '', LONG).toBe(true);
    return { port: Number(readFileSync(file(`${way}.port`), 'utf8')), stop };
  }
  const inputOf = (way: string, driver: string, port = 0) =>
    `module(load="imtcp" ${driver})\ninput(type="imtcp" address="127.0.0.1" port="${port}" listenPortFileName="${file(`${way}.port`)}")`;
  const GTLS = 'StreamDriver.Name="gtls" StreamDriver.Mode="1"';

  it.each<[way: string, scheme: string, driver: string, options: () => object]>([
    ['tls', 'tls', `${GTLS} StreamDriver.AuthMode="anon"`, tls],
    ['mutual', 'tls', `${GTLS} StreamDriver.AuthMode="x509/name" PermittedPeer=["client"]`, () => ({ ...tls(), ...client() })],
    ['octets', 'tcp', '', () => ({})],
    ['lines', 'tcp', '', () => ({ framing: 'newline' })],
  ])('has read every document once, in order: %s', async (way, scheme, driver, options) => {
    const { port } = await start(way, inputOf(way, driver));
    const sink = await openSink(`${scheme}://127.0.0.1:${port}`, options());
    expect(await deliver(sink, RECORDS)).toBe(0);
    await expect.poll(() => linesOf(`${way}.txt`).length, LONG).toBeGreaterThanOrEqual(COUNT);
    checkLines(linesOf(`${way}.txt`));
  });

  it('that is restarted in the middle has every document', async () => {
    const input = (port?: number) => inputOf('restarted', `${GTLS} StreamDriver.AuthMode="anon"`, port);
    const { port, stop } = await start('restarted', input());
    const sink = await openSink(`tls://127.0.0.1:${port}`, tls());
    await deliver(sink, RECORDS.slice(0, 500));
    const rest = Promise.all(Array.from({ length: 15 }, (_, n) => deliver(sink, RECORDS.slice(500 + n * 100, 600 + n * 100))));
    await stop();
    await start('restarted', input(port)); // the file with the port is still there
    await rest;
    const ids = () => new Set(linesOf('restarted.txt').map((line) => /id="(d\d+)"/.exec(line)?.[1]));
    await expect.poll(() => ids().size, LONG).toBe(COUNT);
  });
});

const syslogNg = findProgram('syslog-ng');
describe.skipIf(syslogNg === null || !hasModule(syslogNg, 'syslog-ng/3.38', 'libafsocket.so') || !hasOpenssl())('syslog-ng', () => {
  it('has read every document once, in order, over TLS, TCP and UDP', async () => {
    const [tlsPort, linesPort, udpPort] = [await freePort(), await freePort(), await freePort()];
    const files = `key-file("${file('siem.example.com.key')}") cert-file("${file('siem.example.com.pem')}") ca-file("${file('ca.pem')}") peer-verify(required-trusted)`;
    const template = '$(+ $(* ${FACILITY_NUM} 8) ${LEVEL_NUM})|${HOST}|${PROGRAM}|${MSGID}|${SDATA}|${MESSAGE}\\n';
    const path = (name: string, source: string) => `log { source { ${source} }; destination { file("${file(`${name}.txt`)}" template("${template}")); }; };`;
    writeFileSync(
      file('syslog-ng.conf'),
      `@version: 3.38
options { keep-hostname(yes); use-dns(no); };
${path('ng-tls', `syslog(ip(127.0.0.1) port(${tlsPort}) transport("tls") tls(${files}));`)}
${path('ng-lines', `network(ip(127.0.0.1) port(${linesPort}) transport("tcp") flags(syslog-protocol));`)}
${path('ng-udp', `network(ip(127.0.0.1) port(${udpPort}) transport("udp") so-rcvbuf(4194304) flags(syslog-protocol));`)}
`,
    );
    const state = ['-R', file('persist'), '-c', file('ctl'), '-p', file('ng.pid')];
    const modules = syslogNg!.libraries.map((library) => join(library, 'syslog-ng/3.38')).join(':');
    closing.push(startProgram(syslogNg!, ['-F', '--no-caps', '--module-path', modules, '-f', file('syslog-ng.conf'), ...state]));
    await expect.poll(() => existsSync(file('ctl')), LONG).toBe(true);

    await deliver(await openSink(`tls://127.0.0.1:${tlsPort}`, { ...tls(), ...client() }), RECORDS);
    await deliver(await openSink(`tcp://127.0.0.1:${linesPort}`, { framing: 'newline' }), RECORDS);
    await deliver(await openSink(`udp://127.0.0.1:${udpPort}`), RECORDS.slice(0, 100)); // no more than the socket holds, for nobody says when it is full
    for (const [name, count] of [
      ['ng-tls', COUNT],
      ['ng-lines', COUNT],
      ['ng-udp', 100],
    ] as const) {
      await expect.poll(() => linesOf(`${name}.txt`).length, LONG).toBeGreaterThanOrEqual(count);
      checkLines(linesOf(`${name}.txt`), count);
    }
  });
});

describe('our own input', () => {
  const listening = { ...sourceConfig.parse({}), port: 0 };

  it.each(['octet-counting', 'newline'])('takes what it sends over TCP, framed by %s', async (framing) => {
    const gateway = testGateway();
    const source = await listenTcp({ ...listening, tls: null, option: 'syslog.tcpPort' }, gateway.deps);
    closing.push(() => source.stop());
    await deliver(await openSink(source.addresses[0]!, { framing }), RECORDS);
    await expect.poll(() => gateway.taken.length, LONG).toBe(COUNT);
    expect(gateway.taken[7]!.text).toBe(
      `<132>1 2026-11-26T03:04:05.678Z ws-1 goshawk - windows.sysmon ${/\[goshawk.*?\](?= \{)/.exec(gateway.taken[7]!.text)?.[0]} ${JSON.stringify(documentOf(7))}`,
    );
  });

  it('takes what it sends over UDP', async () => {
    const gateway = testGateway();
    const source = await listenUdp({ ...listening, maxBytes: 65_536, option: 'syslog.udpPort', read: messageIn }, gateway.deps);
    closing.push(() => source.stop());
    await deliver(await openSink(source.addresses[0]!, { format: 'cef', header: 'rfc3164' }), RECORDS.slice(0, 50));
    await expect.poll(() => gateway.taken.length, LONG).toBe(50);
    expect(gateway.taken[7]!.text).toMatch(/^<132>Nov 26 03:04:05 ws-1 CEF:0\|Goshawk\|Goshawk\|/);
  });
});
