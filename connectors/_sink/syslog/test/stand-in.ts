// A collector as the contract's suite wants a far side.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasOpenssl, makeCertificates } from '../../../../test/certificates.ts';
import type { StandIn } from '../../../_contract/stand-in.ts';
import { COLLECTOR_FAULTS, openCollector } from './collector.ts';

const HOST = 'siem.example.com';

/** Over TLS where there is openssl, which makes the certificates; else over TCP. @param idOf The id of the document that a message is of. */
export async function openCollectorStandIn(idOf: (message: string) => string): Promise<StandIn> {
  const folder = await mkdtemp(join(tmpdir(), 'goshawk-collector-'));
  const isTls = hasOpenssl();
  const pem = isTls ? makeCertificates(folder, [HOST]).pem : null;
  const collector = await openCollector(pem === null ? undefined : { key: pem(`${HOST}.key`), cert: pem(`${HOST}.pem`) });
  const url = `${isTls ? 'tls' : 'tcp'}://127.0.0.1:${collector.port}`;
  return {
    settings: { urls: url, settleMs: '500', ...(isTls && { caFile: join(folder, 'ca.pem'), serverName: HOST }) },
    outboundAllow: [url],
    faults: COLLECTOR_FAULTS,
    taken: () => collector.messages.map((message) => idOf(String(message))),
    fail: collector.fail,
    async close() {
      await collector.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
