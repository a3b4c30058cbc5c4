import { describe, expect, it } from 'vitest';
import { openFarSide } from '../_contract/far-side.ts';
import { sinkDeps } from '../_contract/one-sink.ts';
import { openQueue } from './sqs.ts';

const NEVER = new AbortController().signal;
const key = { region: 'eu-central-1', accessKeyId: 'a', secretAccessKey: 's', sessionToken: '', roleArn: '', externalId: '' };

async function answering(status: number, type: string, headers: Readonly<Record<string, string>> = {}) {
  const side = await openFarSide({ answer: () => ({ status, headers, body: { __type: type, message: 'Said.' } }), throttled: { status: 429 } });
  return { side, queue: openQueue(key, `${side.url}/1/news`, sinkDeps(side.outboundAllow), 5_000) };
}

describe('an answer of SQS that is no success', () => {
  it.each([
    [400, 'com.amazonaws.sqs#QueueDoesNotExist', 'SINK_MISCONFIGURED'],
    [400, 'com.amazonaws.sqs#InvalidAddress', 'SINK_MISCONFIGURED'],
    [403, 'AccessDenied', 'SINK_MISCONFIGURED'],
    [400, 'com.amazon.coral.service#AccessDeniedException', 'SINK_MISCONFIGURED'],
    [403, 'UnrecognizedClientException', 'SINK_MISCONFIGURED'],
    [403, 'SignatureDoesNotMatch', 'SINK_MISCONFIGURED'],
    [400, 'com.amazonaws.sqs#RequestThrottled', 'SINK_UNAVAILABLE'],
    [400, 'com.amazonaws.sqs#OverLimit', 'SINK_UNAVAILABLE'],
    [400, 'com.amazonaws.sqs#KmsThrottled', 'SINK_UNAVAILABLE'],
    [500, 'InternalFailure', 'SINK_UNAVAILABLE'],
    [503, '', 'SINK_UNAVAILABLE'],
  ])('%d %s: %s', async (status, type, code) => {
    const { side, queue } = await answering(status, type);
    await expect(queue.receive({ waitSeconds: 0, visibilitySeconds: 30 }, NEVER)).rejects.toMatchObject({ code });
    await side.close();
  });

  it.each(['ReceiptHandleIsInvalid', 'MessageNotInflight', 'InvalidParameterValue'])(
    'of a receipt that does not count any more is no failure: %s',
    async (type) => {
      const { side, queue } = await answering(400, `com.amazonaws.sqs#${type}`);
      expect(await queue.hide('r', 30, NEVER)).toBe(false);
      await queue.remove('r', NEVER);
      await side.close();
    },
  );

  it('says by how much our clock is off: it is asked once more with the right time', async () => {
    const date = new Date(Date.now() - 3_600_000).toUTCString();
    const { side, queue } = await answering(403, 'SignatureDoesNotMatch', { date });
    await expect(queue.receive({ waitSeconds: 0, visibilitySeconds: 30 }, NEVER)).rejects.toMatchObject({ code: 'SINK_MISCONFIGURED' });
    const stamps = side.requests.map(({ headers }) => String(headers['x-amz-date']));
    expect(stamps.length).toBe(2);
    expect(stamps[1]! < stamps[0]!).toBe(true);
    await side.close();
  });
});
