// Stores and queues that others wrote, on 127.0.0.1.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { startFauxqs } from 'fauxqs';
import S3rver from 's3rver';
import { BUCKET } from './far-s3.ts';

export interface OtherStore {
  readonly settings: Readonly<Record<string, string | boolean>>;
  readonly outboundAllow: readonly string[];
  /** AWS's own. */
  readonly client: S3Client;
  readonly close: () => Promise<void>;
}

const storeOf = (url: string, keys: { readonly accessKeyId: string; readonly secretAccessKey: string }, close: () => Promise<void>): OtherStore => {
  const client = new S3Client({ endpoint: url, region: 'us-east-1', forcePathStyle: true, credentials: keys, requestChecksumCalculation: 'WHEN_REQUIRED' });
  return {
    settings: { url, bucket: BUCKET, pathStyle: true, region: 'us-east-1', ...keys },
    outboundAllow: [url],
    client,
    close: async () => {
      client.destroy();
      await close();
    },
  };
};

/** It knows one key, and does not look at signatures of version 4. */
export async function openS3rver(): Promise<OtherStore> {
  const directory = mkdtempSync(join(tmpdir(), 'goshawk-s3rver-'));
  const server = new S3rver({ address: '127.0.0.1', port: 0, silent: true, directory, configureBuckets: [{ name: BUCKET, configs: [] }] });
  const { port } = await server.run();
  return storeOf(`http://127.0.0.1:${port}`, { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' }, async () => {
    await server.close();
    rmSync(directory, { recursive: true, force: true });
  });
}

export interface OtherCloud extends OtherStore {
  readonly queueUrl: string;
  readonly queue: SQSClient;
}
/** Has queues too, and tells them of new objects where it is asked to. */
export async function openFauxqs(): Promise<OtherCloud> {
  const server = await startFauxqs({ port: 0, host: '127.0.0.1', logger: false, init: { buckets: [BUCKET], queues: [{ name: 'news' }] } });
  const url = `http://127.0.0.1:${server.port}`;
  const keys = { accessKeyId: 'test', secretAccessKey: 'test' };
  const queue = new SQSClient({ endpoint: url, region: 'us-east-1', credentials: keys });
  const store = storeOf(url, keys, async () => {
    queue.destroy();
    await server.stop();
  });
  return { ...store, queue, queueUrl: `${url}/000000000000/news` };
}
