// An audit log behind an API with a token, a time window and cursors. Records show some seconds after their time, and may be on two pages.
import { openFarSide } from '../../_contract/far-side.ts';
import type { OpenSourceStandIn } from '../../_contract/source-stand-in.ts';

const TOKEN = 'tok-7f3a';
const PAGE = 4;
const LATE_MS = 20_000;

export const openStandIn: OpenSourceStandIn = async () => {
  let nowMs = Date.UTC(2026, 2, 1, 12);
  const records: { readonly uuid: string; readonly atMs: number; readonly shownAtMs: number; readonly text: string }[] = [];
  const side = await openFarSide({
    answer({ path, headers }) {
      if (headers.authorization !== `Bearer ${TOKEN}`) return { status: 401, body: { error: 'invalid_token' } };
      const { searchParams } = new URL(path, 'http://api');
      const [from, to] = [Date.parse(searchParams.get('from') ?? ''), Date.parse(searchParams.get('to') ?? '')];
      if (Number.isNaN(from) || Number.isNaN(to) || to < from) return { status: 400, body: { error: 'from and to' } };
      const start = Number(searchParams.get('cursor') ?? 0);
      const shown = records.filter(({ atMs, shownAtMs }) => shownAtMs <= nowMs && atMs >= from && atMs < to);
      const page = shown.slice(start, start + PAGE);
      const end = start + page.length - 1; // pages reach into one another
      const next = start + PAGE < shown.length ? String(end) : null;
      return { status: 200, body: `{"meta":{"next":${JSON.stringify(next)}},"data":{"items":[${page.map(({ text }) => text).join(', ')}]}}` };
    },
    throttled: { status: 429, headers: { 'retry-after': '2' }, body: { error: 'slow down' } },
  });
  return {
    settings: {
      url: `${side.url}/v1/audit?from={from}&to={to}`,
      auth: 'bearer',
      token: TOKEN,
      recordsAt: '/data/items',
      idAt: '/uuid',
      paging: 'cursor',
      nextAt: '/meta/next',
      cursorParameter: 'cursor',
      progress: 'window',
      overlapSeconds: 60,
      delaySeconds: 0,
      pollIntervalMs: 10_000,
    },
    outboundAllow: side.outboundAllow,
    faults: side.faults,
    offer: () => {
      for (let n = 0; n < 15; n++) {
        const atMs = nowMs - n * 1_000;
        const uuid = `r${records.length}`;
        // Late ones lie in a span that was looked at before they showed.
        records.push({
          uuid,
          atMs,
          shownAtMs: atMs + (n % 5 === 0 ? LATE_MS : 0),
          text: `{"uuid":"${uuid}","n":12345678901234567${records.length % 10},"at":${atMs}}`,
        });
      }
    },
    offered: () => records.map(({ text }) => text),
    forgotten: () => [],
    now: () => nowMs,
    pass: (ms) => void (nowMs += ms),
    fail: side.fail,
    close: side.close,
  };
};
