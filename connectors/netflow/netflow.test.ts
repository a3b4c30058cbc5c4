import { createSocket } from 'node:dgram';
import { expect, it } from 'vitest';
import { findPort } from '../../local/ports.ts';
import { testGateway } from '../_contract/gateway.ts';
import netflow, { config } from './index.ts';

it('hands flow packets on, bytes as they are, and leaves out what is none', async () => {
  const gateway = testGateway();
  expect(await netflow.source!(config.parse({}), gateway.deps)).toBeNull();
  const port = await findPort(new Set());
  const source = await netflow.source!(config.parse({ port }), gateway.deps);
  const socket = createSocket('udp4');
  const send = (packet: Buffer) => new Promise<void>((resolve) => socket.send(packet, port, '127.0.0.1', () => resolve()));
  const packet = (version: number, bytes = 24) => {
    const made = Buffer.alloc(bytes, 0xab);
    made.writeUInt16BE(version, 0);
    return made;
  };
  try {
    const packets = [packet(5), packet(9), packet(10, 1_400)];
    for (const each of [packet(4), packet(9, 10), ...packets, Buffer.from('<13>syslog, by mistake')]) await send(each);
    await expect.poll(() => gateway.taken.length, { timeout: 10_000 }).toBe(3);
    await expect.poll(() => gateway.dropped, { timeout: 10_000 }).toEqual({ malformed: 3 });
    expect(gateway.taken.map(({ value }) => value.equals(packets.find((each) => each.length === value.length && each[1] === value[1])!))).toEqual([
      true,
      true,
      true,
    ]);
    expect(gateway.taken[0]!.delivery).toMatchObject({ source: 'netflow', sensor: '127.0.0.1', key: '127.0.0.1' });
  } finally {
    socket.close();
    await source!.stop();
  }
});
