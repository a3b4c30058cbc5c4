// softflowd and pmacctd, exporters made by others, read a capture that the test wrote and export its flows: NetFlow v5, v9 and IPFIX.
// What arrives is compared with the packets of the capture. Where they are not installed, GOSHAWK_SENDERS names a folder; absent = skipped.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPort } from '../../local/ports.ts';
import type { Source } from '../../pipeline/core/connector.ts';
import type { Stage } from '../../pipeline/core/index.ts';
import { config as ingestConfig, ingest } from '../../pipeline/ingest/index.ts';
import { StageDriver } from '../../pipeline/runtime/driver.ts';
import type { Event } from '../../schemas/avro/types.gen.ts';
import { findProgram } from '../../test/programs.ts';
import { testGateway } from '../_contract/gateway.ts';
import type { TestGateway } from '../_contract/gateway.ts';
import { capture, FLOWS } from './capture.test-kit.ts';
import netflow, { config } from './index.ts';

const softflowd = findProgram('softflowd');
const pmacctd = findProgram('pmacctd');

let folder: string;
let stage: Stage<Uint8Array>;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'goshawk-exporters-'));
  writeFileSync(join(folder, 'some.pcap'), capture());
  stage = (await ingest(ingestConfig.parse({}), { installation: 'test' })) as unknown as Stage<Uint8Array>;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function listen(): Promise<{ readonly gateway: TestGateway; readonly source: Source; readonly port: number }> {
  const gateway = testGateway();
  const port = await findPort(new Set());
  const source = await netflow.source!(config.parse({ port }), gateway.deps);
  return { gateway, source: source!, port };
}

/** Flows as ingest reads them, in one form: `source > destination protocol packets bytes`. */
function flowsOf({ taken }: TestGateway): readonly string[] {
  const driver = new StageDriver(stage);
  return taken
    .flatMap(({ value, delivery }) => driver.send(value, { topic: 'raw.default.gateway-netflow', key: delivery.key ?? null }).outputs)
    .map(({ value }) => value as Event)
    .filter(({ dataset }) => dataset !== 'netflow.options')
    .map(({ dataset, source, destination, network }) => {
      if (dataset !== 'netflow.flow') return `unread: ${dataset}`;
      const end = (of: typeof source): string => ((of?.port ?? null) === null ? String(of?.ip) : `${of?.ip} ${of?.port}`);
      return `${end(source)} > ${end(destination)} ${network?.transport} ${source?.packets} ${source?.bytes}`;
    })
    .toSorted();
}
const expected = (isV6Known: boolean) =>
  FLOWS.filter(({ source }) => isV6Known || !source.includes(':'))
    .map(({ source, destination, sourcePort, destinationPort, protocol, sizes }) => {
      const end = (address: string, port: number | undefined) => (port === undefined ? address : `${address} ${port}`);
      return `${end(source, sourcePort)} > ${end(destination, destinationPort)} ${protocol} ${sizes.length} ${sizes.reduce((sum, size) => sum + size, 0)}`;
    })
    .toSorted();

describe.skipIf(softflowd === null)('softflowd', () => {
  it.each<[name: string, version: string, isV6Known: boolean]>([
    ['NetFlow v5', '5', false],
    ['NetFlow v9', '9', true],
    ['IPFIX', '10', true],
  ])('exports %s, every flow with its packets and bytes', async (_name, version, isV6Known) => {
    const { gateway, source, port } = await listen();
    try {
      const args = ['-r', join(folder, 'some.pcap'), '-n', `127.0.0.1:${port}`, '-v', version, '-d', '-p', join(folder, 'pid'), '-c', 'none'];
      const exporting = spawn(softflowd!.path, args, { env: softflowd!.env, stdio: 'ignore' });
      expect(await once(exporting, 'exit')).toEqual([0, null]);
      await expect.poll(() => flowsOf(gateway), { timeout: 15_000 }).toEqual(expected(isV6Known));
      expect(gateway.dropped).toEqual({});
    } finally {
      await source.stop();
    }
  });
});

describe.skipIf(pmacctd === null)('pmacctd', () => {
  // It waits out its timeouts, so all three at once.
  it.concurrent.for<[name: string, version: string, isV6Known: boolean]>([
    ['NetFlow v5', '5', false],
    ['NetFlow v9', '9', true],
    ['IPFIX', '10', true],
  ])('exports %s, every flow with its packets and bytes', async ([_name, version, isV6Known], { expect }) => {
    const { gateway, source, port } = await listen();
    try {
      const settings = [
        'daemonize: false',
        'plugins: nfprobe[out]',
        'aggregate[out]: src_host, dst_host, src_port, dst_port, proto, tos',
        `nfprobe_receiver: 127.0.0.1:${port}`,
        `nfprobe_version: ${version}`,
        'pcap_savefile_wait: false',
        'nfprobe_timeouts: expint=1:general=1:udp=1:icmp=1:tcp=1:tcp.fin=1:tcp.rst=1:maxlife=1',
      ];
      const file = join(folder, `pmacctd-${version}.conf`);
      writeFileSync(file, settings.map((line) => `${line}\n`).join(''));
      const exporting = spawn(pmacctd!.path, ['-f', file, '-I', join(folder, 'some.pcap')], { env: pmacctd!.env, stdio: 'ignore' });
      await once(exporting, 'exit');
      await expect.poll(() => flowsOf(gateway), { timeout: 15_000 }).toEqual(expected(isV6Known));
      expect(gateway.dropped).toEqual({});
    } finally {
      await source.stop();
    }
  });
});
