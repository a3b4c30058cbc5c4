// A collector in a thread of its own: it resets each connection with its first bytes. It tells by shared memory: [0] its port, [1] that it has done so.
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { workerData } from 'node:worker_threads';

const told = new Int32Array(workerData as SharedArrayBuffer);
const tell = (place: number, value: number) => {
  Atomics.store(told, place, value);
  Atomics.notify(told, place);
};
const server = createServer((socket) => {
  socket
    .on('error', () => {})
    .once('data', () => {
      socket.resetAndDestroy();
      tell(1, 1);
    });
});
server.listen(0, '127.0.0.1', () => tell(0, (server.address() as AddressInfo).port));
