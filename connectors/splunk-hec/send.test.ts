import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { NEVER, plainRecord, sinkDeps } from '../_contract/one-sink.ts';
import type { Outcome, Sink, SinkDeps, SinkRecord } from '../_sink/index.ts';
import splunkHec from './index.ts';
import { openHec, TOKEN } from './test/stand-in.ts';
import type { Hec, HecOptions } from './test/stand-in.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const open: { readonly close: () => Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).toReversed()) await each.close();
});
const started = async (options?: HecOptions): Promise<Hec> => {
  const hec = await openHec(options);
  open.push(hec);
  return hec;
};
const opened = async (hec: Hec | readonly Hec[], options: object = {}, more: Partial<SinkDeps> = {}): Promise<Sink> => {
  const all = Array.isArray(hec) ? (hec as readonly Hec[]) : [hec as Hec];
  const config = splunkHec.config.parse({ urls: all.map(({ url }) => url), token: TOKEN, ackPollMs: 100, ...options });
  const deps = sinkDeps(
    all.flatMap(({ outboundAllow }) => outboundAllow),
    more,
  );
  const sink = await splunkHec.sink(config, deps);
  open.push(sink);
  return sink;
};
const records = (...ids: readonly string[]): readonly SinkRecord[] => ids.map((id) => plainRecord({ id }));
/** HEC refuses it: it is an event without content. */
const blank = (id: string) => plainRecord({ id, value: '""' });
const kinds = (outcomes: readonly Outcome[]) => outcomes.map((outcome) => (outcome.kind === 'rejected' ? outcome.reason : outcome.kind));
/** What accepted records come to. */
const inTheEnd = async (outcomes: readonly Outcome[]) =>
  kinds(await Promise.all(outcomes.map(async (outcome) => (outcome.kind === 'accepted' ? outcome.acknowledged : outcome))));
const said = (status: number, code: number, more: object = {}) => ({ status, body: { text: 'T', code, ...more } });

describe('splunk-hec', () => {
  it('sends events back to back, with the token, on a channel', async () => {
    const hec = await started();
    const sink = await opened(hec, { index: 'soc' });
    expect(kinds(await sink.send(records('a', 'b'), NEVER))).toEqual(['delivered', 'delivered']);
    expect(hec.events.map(({ id, envelope }) => [id, envelope.index, envelope.host])).toEqual([
      ['a', 'soc', 'web-01'],
      ['b', 'soc', 'web-01'],
    ]);
    expect(hec.requests[0]!.headers).toMatchObject({ authorization: `Splunk ${TOKEN}`, 'x-splunk-request-channel': expect.stringMatching(/^[0-9a-f-]{36}$/) });
  });

  it('packs what it sends, where it is asked to', async () => {
    const hec = await started();
    await (await opened(hec, { compression: 'gzip' })).send(records('a'), NEVER);
    expect([String(gunzipSync(hec.requests[0]!.body)).slice(0, 8), await hec.taken()]).toEqual(['{"time":', ['a']]);
  });

  it.each<[name: string, sent: readonly SinkRecord[], outcomes: readonly string[], requests: number]>([
    ['in the middle', [...records('a', 'b'), blank('x'), ...records('c', 'd')], ['delivered', 'delivered', '13', 'delivered', 'delivered'], 2],
    ['at the front', [blank('x'), ...records('a')], ['13', 'delivered'], 2],
    ['at the end', [...records('a'), blank('x')], ['delivered', '13'], 1],
    ['alone', [blank('x')], ['13'], 1],
    ['twice', [blank('x'), blank('y'), ...records('a'), blank('z')], ['13', '13', 'delivered', '13'], 3],
  ])('refuses one event %s, and sends only those behind it again', async (_name, sent, outcomes, requests) => {
    const hec = await started();
    expect(kinds(await (await opened(hec)).send(sent, NEVER))).toEqual(outcomes);
    expect(await hec.taken()).toEqual(sent.filter((_record, n) => outcomes[n] === 'delivered').map(({ id }) => id));
    expect(hec.requests).toHaveLength(requests);
  });

  it('finds the one that is refused by halves, where HEC does not say which', async () => {
    const hec = await started();
    const sink = await opened(hec);
    hec.eventAnswer = said(400, 6);
    expect(kinds(await sink.send(records('a', 'b', 'c'), NEVER))).toEqual(['6', '6', '6']);
    hec.eventAnswer = null;
    await sink.send(records('d', 'e', 'f', 'g'), NEVER);
    expect([await hec.taken(), hec.requests.at(-1)!.body.toString().split('\n')]).toEqual([['d', 'e', 'f', 'g'], expect.objectContaining({ length: 5 })]);
  });

  describe('what is too large', () => {
    const padded = (id: string, bytes: number) => plainRecord({ id, value: { text: 'x'.repeat(bytes) } });
    it('together goes in several requests, envelopes counted', async () => {
      const hec = await started({ maxBytes: 65_536 });
      const sink = await opened(hec, { maxBatchBytes: 65_536 });
      const many = Array.from({ length: 600 }, (_none, n) => padded(`r${n}`, 20));
      expect(new Set(kinds(await sink.send(many, NEVER)))).toEqual(new Set(['delivered']));
      expect([(await hec.taken()).length, hec.requests.length]).toEqual([600, 2]);
    });

    it.each<[name: string, options: HecOptions]>([
      ['Enterprise', { maxBytes: 5_500_000 }],
      ['Cloud', { maxBytes: 5_500_000, isCloud: true }],
    ])('is sent in halves, which is remembered: %s', async (_name, options) => {
      const hec = await started(options);
      const sink = await opened(hec, { maxBatchBytes: 8_000_000 });
      const batch = (name: string) => Array.from({ length: 6 }, (_none, n) => padded(`${name}${n}`, 1_000_000));
      expect(kinds(await sink.send(batch('a'), NEVER))).toEqual(Array(6).fill('delivered'));
      const before = hec.requests.length;
      expect(kinds(await sink.send(batch('b'), NEVER))).toEqual(Array(6).fill('delivered'));
      expect([(await hec.taken()).length, before, hec.requests.length - before]).toEqual([12, 3, 2]);
    });

    it('alone is refused', async () => {
      const sink = await opened(await started({ maxBytes: 100_000 }));
      expect(kinds(await sink.send([...records('a'), padded('x', 200_000), ...records('b')], NEVER))).toEqual(['delivered', 'too_large', 'delivered']);
    });
  });

  it('stops for an index that the token may not write to, and has said before what was taken', async () => {
    const hec = await started({ indexes: ['soc_finding'] });
    const sink = await opened(hec, { index: 'soc_{kind}' });
    const alert = plainRecord({ id: 'x', kind: 'alert' });
    expect(kinds(await sink.send([...records('a', 'b'), alert, ...records('c')], NEVER))).toEqual(['delivered', 'delivered', 'retry', 'retry']);
    await expect(sink.send([alert], NEVER)).rejects.toMatchObject({ code: 'SINK_MISCONFIGURED', message: expect.stringContaining('Incorrect index') });
    await expect((await opened(hec, { index: 'soc_{kind}' })).send([alert], NEVER)).rejects.toMatchObject({ code: 'SINK_MISCONFIGURED' });
    expect(await hec.taken()).toEqual(['a', 'b']);
  });

  it.each([
    ['a token that is switched off', said(403, 1)],
    ['a page of something else', { status: 200, body: '<html>Welcome</html>' }],
    ['a redirect to a login', { status: 303, headers: { location: 'https://login.example/' } }],
  ])('stops for %s', async (_name, answer) => {
    const hec = await started();
    hec.answer = answer;
    await expect((await opened(hec)).send(records('a'), NEVER)).rejects.toMatchObject({ code: 'SINK_MISCONFIGURED' });
  });

  it.each<[name: string, answer: object, details: object]>([
    ['a server that is busy', { ...said(503, 9), headers: { 'retry-after': '5' } }, { isAmbiguous: false, afterMs: 5_000 }],
    ['a queue that is full', said(429, 26), { isAmbiguous: false }],
    ['an error of the server', said(500, 8), { isAmbiguous: true }],
  ])('has all of it sent again after %s', async (_name, answer, details) => {
    const hec = await started();
    hec.answer = answer as Hec['answer'];
    await expect((await opened(hec)).send(records('a'), NEVER)).rejects.toMatchObject({ code: 'SINK_UNAVAILABLE', details });
  });

  it('says what was settled, when what came behind it meets a server that is gone', async () => {
    const hec = await started();
    const sink = await opened(hec);
    hec.script.push(null, said(500, 8));
    const outcomes = await sink.send([...records('a'), blank('x'), ...records('b', 'c')], NEVER);
    expect(outcomes).toMatchObject([{ kind: 'delivered' }, { reason: '13' }, { kind: 'retry', isAmbiguous: true }, { kind: 'retry', isAmbiguous: true }]);
    expect(await hec.taken()).toEqual(['a']);
  });

  it('says what was settled, when the token is switched off behind it, and stops then', async () => {
    const hec = await started();
    const sink = await opened(hec);
    hec.script.push(null, said(403, 1));
    expect(kinds(await sink.send([...records('a'), blank('x'), ...records('b')], NEVER))).toEqual(['delivered', '13', 'retry']);
    await expect(sink.send(records('b'), NEVER)).rejects.toMatchObject({ code: 'SINK_MISCONFIGURED' });
  });

  it.each([24, 25])('takes %i for delivered, and slows down', async (code) => {
    const hec = await started();
    const pauses: number[] = [];
    const sink = await opened(hec, {}, { slowDown: (ms) => pauses.push(ms) });
    hec.eventAnswer = said(200, code);
    expect([kinds(await sink.send(records('a'), NEVER)), pauses]).toEqual([['delivered'], [1_000]]);
  });

  describe('with indexer acknowledgement', () => {
    it('owes what was taken until it is indexed', async () => {
      const hec = await started({ hasAcks: true });
      const sink = await opened(hec, { acks: true });
      hec.hold();
      const [first, second] = [await sink.send(records('a', 'b'), NEVER), await sink.send(records('c'), NEVER)];
      expect([kinds(first), kinds(second)]).toEqual([['accepted', 'accepted'], ['accepted']]);
      hec.index();
      expect([await inTheEnd(first), await inTheEnd(second)]).toEqual([['delivered', 'delivered'], ['delivered']]);
    });

    it('asks for those before an event that is refused, too', async () => {
      const hec = await started({ hasAcks: true });
      const sink = await opened(hec, { acks: true });
      const outcomes = await sink.send([...records('a', 'b'), blank('x'), ...records('c')], NEVER);
      expect(kinds(outcomes)).toEqual(['accepted', 'accepted', '13', 'accepted']);
      expect(await inTheEnd(outcomes)).toEqual(['delivered', 'delivered', '13', 'delivered']);
    });

    it('asks the indexer that took it, behind a balancer', async () => {
      const hec = await started({ hasAcks: true, indexers: 3 });
      const sink = await opened(hec, { acks: true });
      const together = await Promise.all(['a', 'b', 'c', 'd'].map((id) => sink.send(records(id), NEVER)));
      for (const outcomes of together) expect(await inTheEnd(outcomes)).toEqual(['delivered']);
      const cookies = hec.requests.filter(({ path }) => path.includes('event')).map(({ headers }) => headers.cookie);
      expect(cookies.slice(0, 4)).toEqual([undefined, undefined, undefined, undefined]);
      await sink.send(records('e'), NEVER);
      expect(hec.requests.findLast(({ path }) => path.includes('event'))!.headers.cookie).toMatch(/^indexer=\d$/);
    });

    it('goes on asking when asking fails', async () => {
      const hec = await started({ hasAcks: true });
      const sink = await opened(hec, { acks: true });
      hec.hold();
      const outcomes = await sink.send(records('a'), NEVER);
      hec.answer = { status: 503, body: 'busy' };
      await expect.poll(() => hec.requests.filter(({ path }) => path.includes('/ack')).length, { timeout: 10_000 }).toBeGreaterThan(2);
      hec.index();
      hec.answer = null;
      expect(await inTheEnd(outcomes)).toEqual(['delivered']);
    });

    it('takes another channel after a failure, so that no id is taken for another', async () => {
      const hec = await started({ hasAcks: true });
      const sink = await opened(hec, { acks: true });
      hec.hold();
      const before = await sink.send(records('a'), NEVER);
      await hec.fail('fail-after-accept', { times: 1 });
      await expect(sink.send(records('b'), NEVER)).rejects.toMatchObject({ details: { isAmbiguous: true } });
      hec.restart(); // ids begin anew, and `a` is lost
      const after = await sink.send(records('c'), NEVER);
      hec.index();
      expect(await inTheEnd(after)).toEqual(['delivered']);
      await sink.close();
      expect(await inTheEnd(before)).toEqual(['retry']);
    });

    it('has sent again what a server forgot that was started again while nothing was sent', async () => {
      const hec = await started({ hasAcks: true });
      const sink = await opened(hec, { acks: true });
      hec.hold();
      const before = await sink.send(records('a'), NEVER);
      hec.restart();
      const after = await sink.send(records('b'), NEVER);
      expect(await inTheEnd(before)).toEqual(['retry']);
      hec.index();
      expect(await inTheEnd(after)).toEqual(['delivered']);
      await sink.send(records('c'), NEVER);
      const [one, two, three] = hec.requests.filter(({ path }) => path.includes('event')).map(({ headers }) => headers['x-splunk-request-channel']);
      expect([one === two, two === three]).toEqual([true, false]);
    });

    it('asks once more at the end, and has the rest sent again', async () => {
      const hec = await started({ hasAcks: true });
      const sink = await opened(hec, { acks: true, ackPollMs: 60_000 });
      const indexed = await sink.send(records('a'), NEVER);
      hec.hold();
      const held = await sink.send(records('b'), NEVER);
      await sink.close();
      expect([await inTheEnd(indexed), await inTheEnd(held)]).toEqual([['delivered'], ['retry']]);
    });

    it('asks elsewhere while one address does not answer', async () => {
      const all = [await started({ hasAcks: true }), await started({ hasAcks: true })];
      const sink = await opened(all, { acks: true });
      all.forEach(({ hold }) => hold());
      const sent = [await sink.send(records('a'), NEVER), await sink.send(records('b'), NEVER)];
      const [silent, talking] = all;
      const release = silent!.silence();
      await expect.poll(() => silent!.requests.some(({ path }) => path.includes('/ack')), { timeout: 10_000 }).toBe(true);
      talking!.index();
      const [first] = await Promise.race(sent.map(inTheEnd));
      expect(first).toBe('delivered');
      release();
    });

    it('stops when the token loses it', async () => {
      const hec = await started({ hasAcks: true });
      const sink = await opened(hec, { acks: true });
      hec.hold();
      await sink.send(records('a'), NEVER);
      hec.answer = said(400, 14);
      await expect.poll(() => hec.requests.some(({ path }) => path.includes('/ack')), { timeout: 10_000 }).toBe(true);
      hec.answer = null;
      await expect
        .poll(() => sink.send(records('b'), NEVER).then(kinds, ({ message }: Error) => message), { timeout: 10_000 })
        .toContain('HEC does not say what is indexed. T (code 14)');
    });

    it('stops when the token has none', async () => {
      const sink = await opened(await started({ hasAcks: false }), { acks: true });
      await expect(sink.send(records('a'), NEVER)).rejects.toMatchObject({ code: 'SINK_MISCONFIGURED', message: expect.stringContaining('switched off') });
    });
  });

  it('needs no acknowledgement of a token that has it, and does not wait for it', async () => {
    const hec = await started({ hasAcks: true });
    hec.hold();
    expect(kinds(await (await opened(hec)).send(records('a'), NEVER))).toEqual(['delivered']);
  });

  // github.com/splunk/kafka-connect-splunk
  describe("defects of Splunk's connector that it does not have", () => {
    it('a batch that is answered "Invalid data format" is not taken for delivered', async () => {
      const hec = await started();
      const sink = await opened(hec);
      hec.eventAnswer = said(400, 6, { 'invalid-event-number': 1 });
      expect(kinds(await sink.send(records('a', 'b', 'c'), NEVER))).toEqual(['delivered', '6', '6']);
    });

    it('#207: an index that HEC refuses is nothing that was delivered', async () => {
      const sink = await opened(await started({ indexes: ['main'] }), { index: 'absent' });
      await expect(sink.send(records('a', 'b'), NEVER)).rejects.toMatchObject({ code: 'SINK_MISCONFIGURED' });
    });

    it('#122: no acknowledgement is given up before five minutes', async () => {
      const clock = { ms: 1_000 };
      const hec = await started({ hasAcks: true });
      const sink = await opened(hec, { acks: true }, { now: () => clock.ms });
      hec.hold();
      const outcomes = await sink.send(records('a'), NEVER);
      const asked = () => hec.requests.filter(({ path }) => path.includes('/ack')).length;
      clock.ms += 299_999;
      await expect.poll(asked, { timeout: 10_000 }).toBeGreaterThan(1);
      hec.index();
      expect(await inTheEnd(outcomes)).toEqual(['delivered']);
      expect(() => splunkHec.config.parse({ urls: ['https://hec:8088'], token: 't', ackTimeoutMs: 120_000 })).toThrow('300000');
    });

    it('#196 #268 #263: what is not acknowledged when the task ends is owed, and what is acknowledged is not sent again', async () => {
      const hec = await started({ hasAcks: true });
      const sink = await opened(hec, { acks: true, ackPollMs: 60_000 });
      const outcomes = await sink.send(records('a', 'b'), NEVER);
      await sink.close();
      expect(await inTheEnd(outcomes)).toEqual(['delivered', 'delivered']);
    });

    it('#202 #203 #355: one bad address blocks none of the others', async () => {
      const all = [await started(), await started(), await started()];
      const sink = await opened(all);
      await all[0]!.fail('down');
      let failures = 0;
      for (let n = 0; n < 30; n += 1) await sink.send(records(`r${n}`), NEVER).catch(() => (failures += 1));
      expect([failures, all[1]!.events.length + all[2]!.events.length]).toEqual([1, 29]);
    });

    it('#362 #378 #423 #173: nothing is kept of a batch that failed', async () => {
      const hec = await started();
      const sink = await opened(hec);
      hec.answer = said(503, 9);
      const fail = async () => {
        const batch = records('a');
        expect(await sink.send(batch, NEVER).catch(({ code }: { code: string }) => code)).toBe('SINK_UNAVAILABLE');
        return new WeakRef(batch[0]!.value);
      };
      const kept = await fail();
      await expect
        .poll(() => {
          collectGarbage();
          return kept.deref() === undefined;
        })
        .toBe(true);
    });

    it('#442: a poller whose questions fail gives up in time, so that the records move on', async () => {
      const clock = { ms: 1_000 };
      const hec = await started({ hasAcks: true });
      const sink = await opened(hec, { acks: true }, { now: () => clock.ms });
      const outcomes = await sink.send(records('a'), NEVER);
      hec.answer = { status: 500, body: 'broken' };
      clock.ms += 300_000;
      expect(await inTheEnd(outcomes)).toEqual(['retry']);
    });

    it('#205: without acknowledgement a call is over with its answer', async () => {
      const hec = await started({ hasAcks: true });
      const sink = await opened(hec, { maxInFlight: 1 });
      hec.hold();
      for (let n = 0; n < 20; n += 1) expect(kinds(await sink.send(records(`r${n}`), NEVER))).toEqual(['delivered']);
    });
  });
});
