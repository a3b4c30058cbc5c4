// Senders that show a client certificate in place of a token.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { credentials, makeGenericClientConstructor, Metadata, status } from '@grpc/grpc-js';
import type { ServiceError } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Source } from '../../pipeline/core/connector.ts';
import { hasOpenssl, makeCertificates } from '../../test/certificates.ts';
import type { Certificates } from '../../test/certificates.ts';
import { testGateway } from '../_contract/gateway.ts';
import type { TestGateway } from '../_contract/gateway.ts';
import { readTrustDomain } from '../_listen/spiffe-options.ts';
import { listenGrpc } from './server.ts';

const ID = 'spiffe://prod.test/agent/7';
const same = (value: Buffer) => value;
const path = '/opentelemetry.proto.collector.logs.v1.LogsService/Export';
const way = {
  path,
  requestStream: false,
  responseStream: false,
  requestSerialize: same,
  requestDeserialize: same,
  responseSerialize: same,
  responseDeserialize: same,
};
const Logs = makeGenericClientConstructor({ Export: way }, 'LogsService');
/** One record whose body is the text `p`. */
const REQUEST = Buffer.from('0a09120712052a030a0170', 'hex');

describe.skipIf(!hasOpenssl())('OTLP over gRPC with client certificates', () => {
  let folder: string;
  let pem: Certificates['pem'];
  let gateway: TestGateway;
  let source: Source;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'goshawk-grpc-'));
    ({ pem } = makeCertificates(folder, ['localhost', 'agent']));
    makeCertificates(folder, [], 'domain');
    for (const [name, by] of [
      ['svid', 'domain'],
      ['forged', 'ca'],
    ]) {
      const openssl = (...args: readonly string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
      writeFileSync(join(folder, 'extensions'), `subjectAltName=URI:${ID}\n`);
      openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', '/O=SPIRE');
      const signed = ['-CA', `${by}.pem`, '-CAkey', `${by}.key`, '-CAcreateserial', '-days', '2', '-extfile', 'extensions'];
      openssl('x509', '-req', '-in', `${name}.csr`, '-out', `${name}.pem`, ...signed);
    }
    gateway = testGateway();
    const bytes = (file: string) => Buffer.from(pem(file));
    const spiffe = { bundle: pem('domain.pem'), domain: readTrustDomain('prod.test', pem('domain.pem'), 'x') };
    const tls = { cert: bytes('localhost.pem'), key: bytes('localhost.key'), clientCa: bytes('ca.pem'), spiffe };
    source = await listenGrpc({ host: '127.0.0.1', port: 0, maxRequestBytes: 1_000_000, tls }, gateway.deps);
  });
  afterAll(async () => {
    await source?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const call = async (name: string | null): Promise<status> => {
    const own = name === null ? [] : [Buffer.from(pem(`${name}.key`)), Buffer.from(pem(`${name}.pem`))];
    const client = new Logs(source.addresses[0]!.replace('grpcs://127.0.0.1', 'localhost'), credentials.createSsl(Buffer.from(pem('ca.pem')), ...own));
    const metadata = new Metadata();
    metadata.set('authorization', 'Bearer ghs_right');
    const { Export } = client as unknown as { Export: (request: Buffer, metadata: Metadata, done: (error: ServiceError | null) => void) => void };
    try {
      return await new Promise((resolve) => Export.call(client, REQUEST, metadata, (error) => resolve(error?.code ?? status.OK)));
    } finally {
      client.close();
    }
  };

  it.each<[name: string, certificate: string | null, code: status, seen: readonly object[]]>([
    ['knows a workload by its SPIFFE ID', 'svid', status.OK, [{ kind: 'spiffe', id: ID }]],
    ['knows others by their certificate', 'agent', status.OK, [{ kind: 'certificate', sha256: expect.stringMatching(/^[0-9A-F:]{95}$/) as string }]],
    ['refuses an ID that another authority vouches for', 'forged', status.UNAUTHENTICATED, []],
    ['refuses a token alone', null, status.UNAVAILABLE, []],
  ])('%s', async (_name, certificate, code, seen) => {
    gateway.seen.length = 0;
    expect(await call(certificate)).toBe(code);
    expect(gateway.seen).toEqual(seen);
  });
});
