// The few requests of SQS that we need, in its JSON protocol. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/
import { z } from 'zod';
import { ConfigError, RetryableError } from '../../pipeline/core/errors.ts';
import { exchange, retryAfterMs } from '../_sink/http.ts';
import type { Answer } from '../_sink/http.ts';
import type { RoleDeps } from './assume-role.ts';
import type { AwsConfig } from './options.ts';
import { openSigner } from './signer.ts';

export interface Message {
  /** Names this delivery of it, until it is delivered again. */
  readonly receipt: string;
  readonly body: string;
}
export interface Queue {
  /** Waits for messages as long as it is told; at most ten. They are hidden from others for `visibilitySeconds`. */
  readonly receive: (options: { readonly waitSeconds: number; readonly visibilitySeconds: number }, signal: AbortSignal) => Promise<readonly Message[]>;
  /** @returns False when the receipt does not count any more: the message is or will be delivered again. */
  readonly hide: (receipt: string, seconds: number, signal: AbortSignal) => Promise<boolean>;
  readonly remove: (receipt: string, signal: AbortSignal) => Promise<void>;
}

const received = z.object({ Messages: z.array(z.object({ ReceiptHandle: z.string(), Body: z.string() })).nullish() });
const refusal = z
  .object({ __type: z.string().default(''), message: z.string().optional(), Message: z.string().optional() })
  .transform(({ __type: type, message, Message }) => ({ code: type.replace(/^.*#/, ''), message: Message ?? message ?? '' }));

const RETRY = new Set([
  'RequestThrottled',
  'ThrottlingException',
  'OverLimit',
  'ServiceUnavailable',
  'InternalFailure',
  'InternalError',
  'KmsThrottled',
  'RequestExpired',
]);
const STALE = new Set(['ReceiptHandleIsInvalid', 'MessageNotInflight', 'InvalidParameterValue', 'AWS.SimpleQueueService.MessageNotInflight']);

/** @param queueUrl As AWS shows it: requests go to its host. Errors are in the words of a sink; see `inSourceWords`. */
export function openQueue(config: AwsConfig, queueUrl: string, deps: RoleDeps, timeoutMs: number): Queue {
  const signer = openSigner(config, 'sqs', deps);
  const url = `${new URL(queueUrl).origin}/`;
  const send = (action: string, given: object, signal: AbortSignal, extraMs = 0): Promise<Answer> => {
    const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AmazonSQS.${action}` };
    const request = { method: 'POST', url, headers, body: JSON.stringify({ QueueUrl: queueUrl, ...given }) };
    const limits = { wholeMs: timeoutMs + extraMs, firstByteMs: timeoutMs + extraMs };
    return signer.send(request, (signed) => exchange(deps, { ...request, headers: signed, limits, signal, purpose: 'queue' }), codeOf);
  };
  /** Null: the receipt does not count any more. */
  const call = async (action: string, given: object, signal: AbortSignal, extraMs = 0): Promise<unknown> => {
    const answer = await send(action, given, signal, extraMs);
    if (answer.status === 200) return jsonOf(answer.body) ?? {};
    const code = codeOf(answer);
    if ('ReceiptHandle' in given && STALE.has(code)) return null;
    const { message = '' } = refusal.safeParse(jsonOf(answer.body)).data ?? {};
    const text = `SQS, ${action}: ${code === '' ? answer.status : code}${message === '' ? '' : `, ${message}`}`.slice(0, 500);
    throw RETRY.has(code) || answer.status >= 500 || answer.status === 429
      ? new RetryableError('SINK_UNAVAILABLE', text, { code, afterMs: retryAfterMs(answer.headers, deps.now()) })
      : new ConfigError('SINK_MISCONFIGURED', text, { code });
  };
  return {
    async receive({ waitSeconds, visibilitySeconds }, signal) {
      const answer = await call(
        'ReceiveMessage',
        { MaxNumberOfMessages: 10, WaitTimeSeconds: waitSeconds, VisibilityTimeout: visibilitySeconds },
        signal,
        waitSeconds * 1_000,
      );
      const { data } = received.safeParse(answer);
      if (data === undefined) throw new RetryableError('SINK_UNAVAILABLE', 'SQS answered a request for messages with something else.');
      return (data.Messages ?? []).map(({ ReceiptHandle, Body }) => ({ receipt: ReceiptHandle, body: Body }));
    },
    hide: async (receipt, seconds, signal) => (await call('ChangeMessageVisibility', { ReceiptHandle: receipt, VisibilityTimeout: seconds }, signal)) !== null,
    remove: async (receipt, signal) => void (await call('DeleteMessage', { ReceiptHandle: receipt }, signal)),
  };
}

/** `com.amazonaws.sqs#QueueDoesNotExist` */
const codeOf = ({ body }: Answer): string => refusal.safeParse(jsonOf(body)).data?.code ?? '';

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
