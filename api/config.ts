import { z } from 'zod';
import { isOrigin } from './gate/origin.ts';

const options = z.strictObject({
  host: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .meta({ description: 'Address to listen on. Anything but loopback belongs behind TLS, of a proxy or its own (tlsCertFile).' }),
  port: z
    .int()
    .min(0)
    .max(65_535)
    .default(8080)
    .meta({ description: 'Port of dashboard and API; 0 takes any free one. When it is not set and taken, a free one is taken too.' }),
  tlsCertFile: z
    .string()
    .default('')
    .meta({
      description:
        'Certificate of the API with those that stand above it, PEM: then it speaks TLS (1.2 and 1.3) itself and asks clients for certificates, which workloads may show in place of a token. Read again when it changes. Empty: plain HTTP.',
    }),
  tlsKeyFile: z.string().default('').meta({ description: 'Private key of that certificate, PEM. Read again when it changes.' }),
  publicUrl: z
    .string()
    .regex(/^(https?:\/\/[^\s/?#]+)?$/, 'An address without a path, such as https://soc.example.org.')
    .default('')
    .meta({
      description:
        'Where browsers reach the dashboard, such as `https://soc.example.org`: identity providers send them back there. Empty: as each request says, which is right without a proxy.',
    }),
  connectUrl: z
    .string()
    .regex(/^(https?:\/\/[^\s/?#]+)?$/, 'An address without a path, such as http://connect:8083.')
    .default('')
    .meta({
      description: 'Where a worker of connectors serves its REST interface, for the page of connectors. Empty: the one that `./goshawk up` runs, if it does.',
    }),
  trustedProxies: z.array(z.string()).default([]).meta({ description: 'Addresses or networks of proxies whose X-Forwarded-* headers are believed.' }),
  bodyMaxBytes: z.int().min(65_536).max(268_435_456).default(16_777_216).meta({ description: 'Largest request body, in bytes.' }),
  accessTokenSeconds: z
    .int()
    .min(60)
    .max(86_400)
    .default(900)
    .meta({ description: 'Life of an access token. It ends sooner with its session, and when the roles of its user change.' }),
  refreshTokenHours: z.int().min(1).max(8_760).default(336).meta({ description: 'Life of a session without use; each refresh starts it anew.' }),
  secretKey: z
    .string()
    .default('')
    .meta({
      description:
        'Key for what the database keeps encrypted: 32 random bytes in base64. Several with commas between: the first encrypts, all decrypt. Empty = a file in the data folder, made at the first start.',
      secret: true,
    }),
  signingKeyDays: z
    .int()
    .min(0)
    .max(3_650)
    .default(90)
    .meta({ description: 'After so many days another key signs tokens; nobody is logged out. 0 = only when `./goshawk keys rotate` says so.' }),
  passkeyDomain: z
    .string()
    .regex(/^([a-z0-9-]+(\.[a-z0-9-]+)*)?$/, 'A domain in lower case, without scheme and port')
    .default('')
    .meta({
      description:
        'Domain that passkeys are made for: that of the dashboard, or one above it. Passkeys of another one do not work any more. Empty = the host of publicUrl, or `localhost`.',
    }),
  passkeyOrigins: z
    .array(z.string().refine(isOrigin, 'An origin is `https://host` or `https://host:port`, without path and without `*`.'))
    .default([])
    .meta({
      description: 'Where the dashboard is opened, such as `https://soc.example.org`. Empty = publicUrl, or https on passkeyDomain; for `localhost` any port.',
    }),
  sessionDays: z.int().min(1).max(3_650).default(90).meta({ description: 'Life of a session, however much it is used.' }),
  requestsPerMinute: z.int().positive().default(1_200).meta({ description: 'Requests a minute that read, and as many to /graphql, that one user may make.' }),
  writesPerMinute: z.int().positive().default(600).meta({ description: 'Requests a minute that change something, per user.' }),
  socketsPerMinute: z.int().positive().default(120).meta({ description: 'WebSockets that one user may open in a minute.' }),
  queryCostPerMinute: z
    .int()
    .min(25_000)
    .default(2_000_000)
    .meta({ description: 'Objects that the GraphQL queries of one user may ask for in a minute, as they are measured before they run.' }),
  organizationUsers: z.int().positive().default(20).meta({ description: 'An organization may ask for as much a minute as this many users at their limit.' }),
  addressUsers: z
    .int()
    .positive()
    .default(10)
    .meta({ description: 'From one address (with IPv6: one network of 64 bits) may come as much a minute as from this many users at their limit.' }),
  redisUrl: z
    .union([z.literal(''), z.url({ protocol: /^rediss?$/ })])
    .default('')
    .meta({
      description: 'Redis in which several processes of the API share their rate limits, `redis://user:password@host:6379`; empty = each counts for itself.',
      secret: true,
    }),
  connectionsPerAddress: z
    .int()
    .min(0)
    .default(1_000)
    .meta({ description: 'Connections that one address may have at the same time; 0 = any number. Does not hold for this machine and for trustedProxies.' }),
  queriesFile: z
    .string()
    .default('')
    .meta({
      description:
        'A JSON file of the GraphQL queries that are answered, from the SHA-256 of each to its text, and no others: for installations whose clients are known. Empty: any query within the limits.',
    }),
  corsOrigins: z
    .array(z.string().refine(isOrigin, 'An origin is `https://host` or `https://host:port`, without path and without `*`.'))
    .default([])
    .meta({ description: 'Origins of other sites, such as `https://soc.example.org`, whose pages may call the API with credentials.' }),
  drainNoticeMs: z
    .int()
    .min(0)
    .max(120_000)
    .default(0)
    .meta({ description: 'At the end of the process: how long it is not ready and serves on, for load balancers to notice.' }),
  drainMs: z.int().min(0).max(600_000).default(10_000).meta({ description: 'Then: how long requests in flight may take to finish before they are cut off.' }),
  loginsPerMinute: z.int().positive().default(20).meta({ description: 'Attempts to sign in a minute from one address; with a second factor each takes two.' }),
  bulkRequestsPerMinute: z
    .int()
    .positive()
    .default(6_000)
    .meta({ description: 'Requests a minute that bring records (/v2/events, /v2/events/bulk, HEC, Elasticsearch bulk, OTLP), per user or sensor.' }),
  liveEventsPerSecond: z
    .int()
    .min(1)
    .max(5_000)
    .default(250)
    .meta({ description: 'Events a second that one live tail shows; what is above is counted, not shown.' }),
  liveSubscribers: z
    .int()
    .positive()
    .default(200)
    .meta({ description: 'Different live tails at the same time; those with one filter in one organization are one.' }),
  liveConnections: z.int().positive().default(10_000).meta({ description: 'WebSockets of one process at the same time.' }),
  liveConnectionsPerOrganization: z.int().positive().default(6_000).meta({ description: 'WebSockets of one organization on one process.' }),
  liveConnectionsPerUser: z.int().positive().default(100).meta({ description: 'WebSockets of one user on one process.' }),
  liveQueueBytes: z
    .int()
    .min(65_536)
    .max(67_108_864)
    .default(1_048_576)
    .meta({ description: 'Bytes that may wait for one WebSocket; a client that lets more pile up is closed with 4008.' }),
  metricsAccess: z
    .enum(['loopback', 'token', 'open'])
    .default('loopback')
    .meta({ description: 'Who may read /metrics: this machine, holders of a token, or anybody.' }),
});
export const config = options.refine(({ tlsCertFile, tlsKeyFile }) => (tlsCertFile === '') === (tlsKeyFile === ''), {
  path: ['tlsKeyFile'],
  error: 'goes together with tlsCertFile',
});
export type ApiConfig = z.infer<typeof config>;
