import { createSocket } from 'node:dgram';
import { afterEach, describe, expect, it } from 'vitest';
import type { Source } from '../../pipeline/core/connector.ts';
import { testGateway } from '../_contract/gateway.ts';
import type { TestGateway } from '../_contract/gateway.ts';
import type { UdpOptions } from './udp.ts';
import { listenUdp } from './udp.ts';

const options: UdpOptions = {
  host: '127.0.0.1',
  port: 0,
  organization: 'default',
  source: 'netflow',
  allowFrom: [],
  queueBytes: 1_000_000,
  maxBytes: 1_000,
  option: 'netflow.port',
  read: (datagram) => (datagram[0] === 0 ? null : datagram),
};
const LONG = { timeout: 15_000 };

describe('datagrams', () => {
  let gateway: TestGateway;
  const open: Source[] = [];
  const socket = createSocket('udp4');
  afterEach(async () => {
    for (const source of open.splice(0)) await source.stop();
  });
  async function listen(more: Partial<UdpOptions> = {}) {
    gateway = testGateway();
    const source = await listenUdp({ ...options, ...more }, gateway.deps);
    open.push(source);
    const port = Number(new URL(source.addresses[0]!).port);
    return (text: string | Buffer) => new Promise<void>((resolve) => socket.send(text, port, '127.0.0.1', () => resolve()));
  }
  const texts = () => gateway.taken.map(({ text }) => text);
  const count = () => Object.values(gateway.dropped).reduce((sum, value) => sum + value, 0);

  it('hands each on as a record, in order, with the sender as sensor and key', async () => {
    const send = await listen();
    for (let n = 0; n < 20; n += 1) await send(`d${n}`);
    await expect.poll(texts, LONG).toEqual(Array.from({ length: 20 }, (_, n) => `d${n}`));
    expect(gateway.taken[0]!.delivery).toEqual({ organization: 'default', source: 'netflow', sensor: '127.0.0.1', key: '127.0.0.1' });
  });

  it('counts what does not fit while the broker is away, and delivers the rest afterwards', async () => {
    const send = await listen({ queueBytes: 2_000 });
    gateway.fault = 'BROKER_UNAVAILABLE';
    for (let n = 0; n < 10; n += 1) await send(`${n}`.repeat(300)); // 500 bytes each with what they cost beside
    await expect.poll(() => gateway.dropped['queue-full'], LONG).toBe(6);
    gateway.fault = null;
    await expect.poll(texts, LONG).toEqual([0, 1, 2, 3].map((n) => `${n}`.repeat(300)));
  });

  it.each<[reason: string, datagram: Buffer, more: Partial<UdpOptions>]>([
    ['too-large', Buffer.alloc(1_001, 'x'), {}],
    ['malformed', Buffer.alloc(3), {}],
    ['not-allowed', Buffer.from('x'), { allowFrom: ['10.0.0.0/8', '2001:db8::/32'] }],
  ])('counts what is %s', async (reason, datagram, more) => {
    const send = await listen(more);
    await send(datagram);
    await expect.poll(() => gateway.dropped, LONG).toEqual({ [reason]: 1 });
    expect([texts(), count()]).toEqual([[], 1]);
  });

  it('takes from networks that may send', async () => {
    const send = await listen({ allowFrom: ['127.0.0.0/8'] });
    await send('a');
    await expect.poll(texts, LONG).toEqual(['a']);
  });

  it('says which option to change when the port is taken', async () => {
    await listen();
    const port = Number(new URL(open[0]!.addresses[0]!).port);
    await expect(listenUdp({ ...options, port }, gateway.deps)).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      message: expect.stringContaining('netflow.port'),
    });
  });
});
