// Sensors of the stand-in: one that sends, one that has fallen silent, one that has sent nothing yet.
interface Args {
  readonly id?: string;
  readonly filter?: { readonly search?: string | null } | null;
}
const iso = (ms: number): string => new Date(ms).toISOString();
const SKEW = { aheadMinute: 0, ahead: 0, near: 0, lateMinute: 0, lateHour: 0, lateDay: 0, lateMore: 0 };

export class Sensors {
  readonly #started = Date.now();

  all() {
    const base = this.#started;
    const one = (n: number, name: string, over: object) => ({
      name,
      id: `00000000-0000-4000-8000-00000000000${n}`,
      access: 'token',
      format: null,
      source: 'sensors',
      topic: 'raw.default.gateway-sensors',
      state: 'sending',
      silenceSeconds: 86_400,
      silentSince: null,
      lastSeenAt: iso(base - 4_000),
      createdAt: iso(base - 40 * 86_400_000),
      createdBy: 'admin',
      revokedAt: null,
      revokedBy: null,
      eventsPerMinute: 0,
      eventsPerMinuteBefore: 0,
      lagSeconds: null,
      events: 0,
      unparsed: 0,
      keyless: 0,
      refused: 0,
      skew: SKEW,
      refusals: [],
      silences: [],
      credentials: [{ id: `c${n}`, kind: 'token', createdAt: iso(base - 40 * 86_400_000), expiresAt: null, lastUsedAt: iso(base - 60_000) }],
      snippets: [
        {
          shipper: 'filebeat',
          title: 'Filebeat',
          file: 'filebeat.yml',
          text: 'output.elasticsearch:\n  hosts: ["http://127.0.0.1:8080/elastic"]\n  api_key: "web-01:PUT-THE-SECRET-HERE"\n',
        },
        { shipper: 'curl', title: 'curl', file: null, text: "curl -sS 'http://127.0.0.1:8080/v2/events/bulk'\n" },
      ],
      history: Array.from({ length: 90 }, (_, bar) => ({
        start: iso(Math.floor((base - bar * 900_000) / 900_000) * 900_000),
        events: 400 + ((bar * 53) % 190),
        unparsed: bar % 7,
        refused: bar % 30 === 0 ? 12 : 0,
        lagSeconds: 1 + (bar % 5) / 2,
      })),
      ...over,
    });
    return [
      one(1, 'web-01', {
        format: 'web-access',
        eventsPerMinute: 312,
        eventsPerMinuteBefore: 280,
        lagSeconds: 1.8,
        events: 431_220,
        unparsed: 12,
        refused: 3,
        skew: { ...SKEW, near: 400_000, lateMinute: 31_000, lateHour: 220 },
        refusals: [
          { stage: 'validate', code: 'FUTURE_TIMESTAMP', count: 3, newest: iso(base - 3_600_000), message: 'Event is stamped ahead of the broker', id: '1:42' },
        ],
      }),
      one(2, 'fw-edge', {
        access: 'mtls',
        format: 'fortinet',
        source: 'firewall',
        topic: 'raw.default.gateway-firewall',
        state: 'silent',
        silenceSeconds: 3_600,
        silentSince: iso(base - 3 * 3_600_000),
        lastSeenAt: iso(base - 3 * 3_600_000),
        silences: [{ since: iso(base - 3 * 3_600_000), noticedAt: iso(base - 2 * 3_600_000), endedAt: null }],
      }),
      one(3, 'lab-new', { state: 'never', lastSeenAt: null, history: [] }),
    ];
  }

  list(filter: Args['filter']) {
    return this.all().filter(({ name }) => name.includes(filter?.search ?? ''));
  }
}
