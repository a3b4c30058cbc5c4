// Asks a broker in one request and without a client, first for its cluster id: an open port may be somebody else's broker.
import { connect } from 'node:net';

const METADATA = 3;
const VERSION = 5;
const TIMEOUT_MS = 2000;

/** Rejects when nobody answers in time. Metadata request version 5, which every broker from 1.0 to 4.x knows. */
export const probeClusterId = (port: number, host = '127.0.0.1'): Promise<string | null> => askOnce(port, host, metadataRequest(), readClusterId);

/**
 * One request on a connection of its own.
 *
 * @param request A whole frame, its size first.
 * @param read Reads the answer, its size first too; what it throws rejects.
 */
export function askOnce<T>(port: number, host: string, request: Buffer, read: (answer: Buffer) => T): Promise<T> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, host, () => socket.write(request));
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error('The broker does not answer.')));
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      const answer = Buffer.concat(chunks);
      if (answer.length < 4 || answer.length < 4 + answer.readInt32BE(0)) return;
      socket.destroy();
      try {
        resolve(read(answer));
      } catch (error) {
        reject(error);
      }
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('The broker closed the connection.')));
  });
}

/** Size, key, version, correlation id, client id, no topics, no creation of topics. */
function metadataRequest(): Buffer {
  const client = Buffer.from('goshawk');
  const request = Buffer.alloc(4 + 2 + 2 + 4 + 2 + client.length + 4 + 1);
  request.writeInt32BE(request.length - 4, 0);
  request.writeInt16BE(METADATA, 4);
  request.writeInt16BE(VERSION, 6);
  request.writeInt16BE(client.length, 12);
  client.copy(request, 14);
  return request;
}

/** Size, correlation id, throttle time, brokers, then the cluster id. */
function readClusterId(answer: Buffer): string | null {
  let at = 12;
  const readString = (): string | null => {
    const length = answer.readInt16BE(at);
    const text = length < 0 ? null : answer.toString('utf8', at + 2, at + 2 + length);
    at += 2 + Math.max(length, 0);
    return text;
  };
  const brokers = answer.readInt32BE(at);
  at += 4;
  for (let i = 0; i < brokers; i++) {
    at += 4; // node id
    readString(); // host
    at += 4; // port
    readString(); // rack
  }
  return readString();
}
