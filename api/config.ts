import { z } from 'zod';

export const config = z.strictObject({
  host: z.string().min(1).default('127.0.0.1').meta({ description: 'Address to listen on. Anything but loopback belongs behind TLS.' }),
  port: z
    .int()
    .min(0)
    .max(65_535)
    .default(8080)
    .meta({ description: 'Port of dashboard and API; 0 takes any free one. When it is not set and taken, a free one is taken too.' }),
  trustedProxies: z.array(z.string()).default([]).meta({ description: 'Addresses or networks of proxies whose X-Forwarded-* headers are believed.' }),
  bodyMaxBytes: z.int().min(65_536).max(268_435_456).default(16_777_216).meta({ description: 'Largest request body, in bytes.' }),
  accessTokenSeconds: z
    .int()
    .min(60)
    .max(86_400)
    .default(900)
    .meta({ description: 'Life of an access token. A role that was taken away is believed until then.' }),
  refreshTokenHours: z.int().min(1).max(8_760).default(336).meta({ description: 'Life of a session without use; each refresh starts it anew.' }),
  requestsPerMinute: z.int().positive().default(1_200).meta({ description: 'Requests a minute that one user, or one address without a token, may make.' }),
  loginsPerMinute: z.int().positive().default(10).meta({ description: 'Attempts to log in a minute from one address.' }),
  bulkRequestsPerMinute: z.int().positive().default(6_000).meta({ description: 'Requests a minute to /v2/events/bulk per user or sensor.' }),
  liveEventsPerSecond: z
    .int()
    .min(1)
    .max(5_000)
    .default(250)
    .meta({ description: 'Events a second that one live tail shows; what is above is counted, not shown.' }),
  liveSubscribers: z.int().positive().default(200).meta({ description: 'Live tails at the same time.' }),
  metricsAccess: z
    .enum(['loopback', 'token', 'open'])
    .default('loopback')
    .meta({ description: 'Who may read /metrics: this machine, holders of a token, or anybody.' }),
});
export type ApiConfig = z.infer<typeof config>;
