import { afterEach, expect, it, vi } from 'vitest';
import { openBehindTheGate } from './gate/test/behind-the-gate.ts';
import type { BehindTheGate } from './gate/test/behind-the-gate.ts';

let gate: BehindTheGate;
afterEach(() => gate.app.close());
/** The value of one series; labels in the order in which they are declared. */
const valueOf = async (series: string): Promise<number | undefined> => {
  const line = (await gate.metrics.metrics()).split('\n').find((each) => each.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
};

it('counts by route as it is declared, however many addresses are asked for', async () => {
  gate = await openBehindTheGate({ routes: (app) => void app.get('/v2/events/:id', async () => ({})) });
  for (let n = 0; n < 20; n += 1) {
    await gate.app.inject({ url: `/v2/events/${n}`, headers: { authorization: 'Bearer good' } });
    await gate.app.inject({ url: `/no/such/${n}` });
    await gate.app.inject({ method: 'PROPFIND' as 'GET', url: '/health' });
  }
  const text = await gate.metrics.metrics();
  expect(text).not.toMatch(/\/v2\/events\/\d|no\/such/);
  expect(await valueOf('api_request_duration_seconds_count{method="GET",route="/v2/events/:id",status="2xx"}')).toBe(20);
  expect(await valueOf('api_request_duration_seconds_count{method="GET",route="none",status="4xx"}')).toBe(20);
  expect(await valueOf('api_request_duration_seconds_count{method="other",route="none",status="4xx"}')).toBe(20);
  expect(await valueOf('api_requests_in_flight{method="GET",route="/v2/events/:id"}')).toBe(0);
});

it('counts each byte that goes over the wire once, also when a connection carries several requests', async () => {
  gate = await openBehindTheGate();
  const one = 'POST /auth/login HTTP/1.1\r\nhost: h\r\ncontent-type: application/json\r\ncontent-length: 12\r\n\r\n{"user":"a"}';
  const last = one.replace('host: h', 'host: h\r\nconnection: close');
  const received = await gate.exchange(one + last);
  const labels = '{method="POST",route="/auth/login"}';
  await vi.waitFor(async () => {
    expect(await valueOf(`api_received_bytes_total${labels}`)).toBe(Buffer.byteLength(one + last));
    expect(await valueOf(`api_sent_bytes_total${labels}`)).toBe(Buffer.byteLength(received));
  });
});

it('counts what is in flight', async () => {
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<void>();
  gate = await openBehindTheGate({
    routes: (app) =>
      void app.get('/.well-known/jwks.json', async () => {
        asked.resolve();
        await answer.promise;
        return {};
      }),
  });
  const series = 'api_requests_in_flight{method="GET",route="/.well-known/jwks.json"}';
  const inFlight = fetch(`http://127.0.0.1:${await gate.listen()}/.well-known/jwks.json`);
  await asked.promise;
  expect(await valueOf(series)).toBe(1);
  answer.resolve();
  await (await inFlight).text();
  await vi.waitFor(async () => expect(await valueOf(series)).toBe(0));
});
