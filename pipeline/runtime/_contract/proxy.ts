// A loopback TCP proxy that understands Kafka's framing, so that tests can lose a request or an answer, or have the broker refuse.
import { once } from 'node:events';
import { createServer, connect as connectTo } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { Cursor, FlexibleBody } from '../kafka/cursor.ts';
import type { Faults, FaultyOperation } from './subject.ts';

const PRODUCE = 0;
const ADD_OFFSETS_TO_TXN = 25;
const END_TXN = 26;
const TXN_OFFSET_COMMIT = 28;
const API_KEYS: Readonly<Record<FaultyOperation, number>> = { send: PRODUCE, offsets: TXN_OFFSET_COMMIT, commit: END_TXN };

type Act =
  | { readonly kind: 'lose-answer' | 'lose-request' }
  | { readonly kind: 'delay'; readonly take: (frame: Buffer) => void }
  | { readonly kind: 'refuse'; readonly code: number };
interface Rule {
  readonly apiKey: number;
  readonly act: Act;
  readonly isLasting: boolean;
}

export interface Proxy {
  readonly port: number;
  readonly faults: Faults;
  /** Loses all answers of a kind until told otherwise. */
  readonly loseAllAnswers: (operation: FaultyOperation) => () => void;
  /** The next commit of offsets is refused with this code, whatever it says. */
  readonly refuseOffsets: (code: number) => void;
  readonly close: () => Promise<void>;
}

/** Passes everything on to the broker at `host:port`, but for the requests that a rule waits for. */
export async function startProxy(target: string): Promise<Proxy> {
  const [host, port] = [target.slice(0, target.lastIndexOf(':')), Number(target.slice(target.lastIndexOf(':') + 1))];
  const rules: Rule[] = [];
  const sockets = new Set<Socket>();
  const take = (apiKey: number): Act | undefined => {
    const index = rules.findIndex((rule) => rule.apiKey === apiKey);
    if (index < 0) return undefined;
    const { act, isLasting } = rules[index]!;
    if (!isLasting) rules.splice(index, 1);
    return act;
  };
  const server: Server = createServer((client) => {
    const broker = connectTo(port, host);
    const lost = new Set<number>(); // correlation ids whose answers are not to come through
    for (const socket of [client, broker]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        broker.destroy();
      });
    }
    client.on(
      'data',
      frames((frame) => {
        const apiKey = frame.readInt16BE(4);
        const correlationId = frame.readInt32BE(8);
        const act = take(apiKey);
        if (act?.kind === 'lose-request' || act?.kind === 'delay') {
          if (act.kind === 'delay') act.take(Buffer.from(frame));
          client.destroy();
        } else if (act?.kind === 'refuse') {
          client.write(answer(correlationId, refusal(apiKey, act.code, frame)));
        } else {
          if (act) lost.add(correlationId);
          broker.write(frame);
        }
      }),
    );
    broker.on(
      'data',
      frames((frame) => {
        if (lost.has(frame.readInt32BE(4))) client.destroy();
        else client.write(frame);
      }),
    );
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const add = (apiKey: number, act: Act, isLasting = false) => {
    const rule: Rule = { apiKey, act, isLasting };
    rules.push(rule);
    return () => {
      rules.splice(rules.indexOf(rule), 1);
    };
  };
  return {
    port: (server.address() as AddressInfo).port,
    faults: {
      loseAnswer: (operation) => {
        add(API_KEYS[operation], { kind: 'lose-answer' });
      },
      loseRequest: (operation) => {
        add(API_KEYS[operation], { kind: 'lose-request' });
      },
      delay: (operation) => {
        let late: Buffer | undefined;
        add(API_KEYS[operation], {
          kind: 'delay',
          take: (frame) => {
            late = frame;
          },
        });
        return async () => {
          const connection = connectTo(port, host);
          connection.write(late!);
          await once(connection, 'data'); // what it says is for nobody
          connection.destroy();
        };
      },
      refuse: (operation, code) => {
        add(code === 51 ? ADD_OFFSETS_TO_TXN : API_KEYS[operation], { kind: 'refuse', code });
      },
    },
    refuseOffsets: (code) => {
      add(TXN_OFFSET_COMMIT, { kind: 'refuse', code });
    },
    loseAllAnswers: (operation) => add(API_KEYS[operation], { kind: 'lose-answer' }, true),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
      });
    },
  };
}

/** Cuts a stream into frames: int32 size and that many bytes. */
function frames(onFrame: (frame: Buffer) => void): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 4 && rest.length >= 4 + rest.readInt32BE(0)) {
      const size = 4 + rest.readInt32BE(0);
      onFrame(rest.subarray(0, size));
      rest = rest.subarray(size);
    }
  };
}

function answer(correlationId: number, body: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeInt32BE(4 + body.length, 0);
  head.writeInt32BE(correlationId, 4);
  return Buffer.concat([head, body]);
}

/** The answer that says `code` for all that was asked. */
function refusal(apiKey: number, code: number, request: Buffer): Buffer {
  if (apiKey === ADD_OFFSETS_TO_TXN || apiKey === END_TXN) return new FlexibleBody().int32(0).int16(code).buffer; // version 1: throttle time, error
  const cursor = new Cursor(request);
  cursor.at = 12;
  cursor.string(); // client id
  cursor.tags();
  cursor.compactString(); // transactional id
  cursor.compactString(); // group
  cursor.int64();
  cursor.int16();
  cursor.int32();
  cursor.compactString(); // member
  cursor.compactString(); // instance
  const topics = cursor.compactArray(() => {
    const topic = cursor.compactString();
    const partitions = cursor.compactArray(() => {
      const partition = cursor.int32();
      cursor.int64();
      cursor.int32();
      cursor.compactString();
      cursor.tags();
      return partition;
    });
    cursor.tags();
    return { topic, partitions };
  });
  const body = new FlexibleBody().tags().int32(0);
  return body
    .array(topics, ({ topic, partitions }) => {
      body
        .string(topic)
        .array(partitions, (partition) => {
          body.int32(partition).int16(code).tags();
        })
        .tags();
    })
    .tags().buffer;
}
