// SQS in memory, one queue: messages are hidden for a while when they are received, and come again under another receipt.
import { randomUUID } from 'node:crypto';
import type { FarAnswer, FarRequest } from '../../_contract/far-side.ts';
import { signatureProblem } from './signature.ts';

interface Waiting {
  readonly body: string;
  receipt: string | null;
  visibleAtMs: number;
}

export class MemorySqs {
  readonly messages = new Set<Waiting>();
  readonly removed: string[] = [];
  readonly #now: () => number;
  readonly #key: { readonly accessKeyId: string; readonly secretAccessKey: string; readonly region: string };

  constructor(now: () => number, key: { readonly accessKeyId: string; readonly secretAccessKey: string; readonly region: string }) {
    this.#now = now;
    this.#key = key;
  }

  send(body: string): void {
    this.messages.add({ body, receipt: null, visibleAtMs: 0 });
  }

  async answer(request: FarRequest): Promise<FarAnswer> {
    const problem = await signatureProblem(request, { ...this.#key, service: 'sqs' });
    if (problem !== null) return error(403, problem === 'InvalidAccessKeyId' ? 'UnrecognizedClientException' : 'SignatureDoesNotMatch');
    if (request.headers['content-type'] !== 'application/x-amz-json-1.0') return error(415, 'UnsupportedMediaType');
    const given = JSON.parse(request.body.toString()) as Readonly<Record<string, unknown>>;
    if (typeof given.QueueUrl !== 'string' || !given.QueueUrl.endsWith('/000000000000/news')) return error(400, 'QueueDoesNotExist');
    switch (request.headers['x-amz-target']) {
      case 'AmazonSQS.ReceiveMessage':
        return { status: 200, body: { Messages: this.#receive(Number(given.MaxNumberOfMessages ?? 1), Number(given.VisibilityTimeout ?? 30)) } };
      case 'AmazonSQS.ChangeMessageVisibility': {
        const message = this.#held(given.ReceiptHandle);
        if (message === undefined) return error(400, 'MessageNotInflight');
        message.visibleAtMs = this.#now() + Number(given.VisibilityTimeout) * 1_000;
        return { status: 200, body: {} };
      }
      case 'AmazonSQS.DeleteMessage': {
        const message = [...this.messages].find(({ receipt }) => receipt === given.ReceiptHandle);
        if (message !== undefined) {
          this.messages.delete(message);
          this.removed.push(message.body);
        }
        return { status: 200, body: '' };
      }
      default:
        return error(400, 'InvalidAction');
    }
  }

  #receive(most: number, visibilitySeconds: number): readonly object[] {
    const visible = [...this.messages].filter(({ visibleAtMs }) => visibleAtMs <= this.#now()).slice(0, most);
    return visible.map((message) => {
      message.receipt = randomUUID();
      message.visibleAtMs = this.#now() + visibilitySeconds * 1_000;
      return { MessageId: randomUUID(), ReceiptHandle: message.receipt, Body: message.body };
    });
  }

  #held(receipt: unknown): Waiting | undefined {
    return [...this.messages].find((message) => message.receipt === receipt && message.visibleAtMs > this.#now());
  }
}

const error = (status: number, code: string): FarAnswer => ({ status, body: { __type: `com.amazonaws.sqs#${code}`, message: 'As it was told.' } });
