import { expect, it } from 'vitest';
import { mongoMessage } from './mongo.ts';

it('reads an operation: namespace, statement with braces in quotes, plan, counters, time', () => {
  expect(
    mongoMessage(
      'command shop.orders appName: "till {1}" command: find { find: "orders", filter: { note: "a } b" } } planSummary: IXSCAN { at: 1 } keysExamined:3 cursorid:142485335018 locks:{ Global: { acquireCount: { r: 2 } } } protocol:op_msg 104ms',
    ),
  ).toEqual({
    fields: {
      db: { instance: 'shop', operation: 'command', statement: '{ find: "orders", filter: { note: "a } b" } }' },
      mongo: {
        collection: 'orders',
        appName: 'till {1}',
        query: { type: 'find' },
        planSummary: { type: 'IXSCAN', params: '{ at: 1 }' },
        counters: { keysExamined: '3', cursorid: '142485335018', protocol: 'op_msg' },
      },
    },
    durationNanos: 104_000_000,
    client: null,
  });
});
it('has no collection for a command of a database', () => {
  expect(mongoMessage('command admin.$cmd command: isMaster { ismaster: 1 } numYields:0 2ms')?.fields).toMatchObject({ db: { instance: 'admin' } });
  expect(mongoMessage('command admin.$cmd command: isMaster { ismaster: 1 } numYields:0 2ms')?.fields.mongo).not.toHaveProperty('collection');
});
it('reads who connects', () => {
  expect(mongoMessage('connection accepted from 192.0.2.9:49444 #1814 (90 connections now open)')?.client).toEqual({ ip: '192.0.2.9', port: '49444' });
});
it.each<[name: string, message: string]>([
  ['another message', 'waiting for connections on port 27017'],
  ['an operation that took no time', 'command shop.orders command: find { a: 1 }'],
])('leaves %s alone', (_name, message) => {
  expect(mongoMessage(message)).toBeUndefined();
});
it('ends with the text when an object is not closed', () => {
  expect(mongoMessage('command shop.orders command: find { a: { b: "c 7ms')?.fields).toMatchObject({ db: { instance: 'shop', operation: 'command' } });
});
