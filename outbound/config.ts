import { z } from 'zod';
import { networkOf } from './address.ts';
import { allowListOf } from './allow-list.ts';

export const config = z.strictObject({
  allow: z
    .array(z.string())
    .default([])
    .superRefine((entries, ctx) => {
      try {
        allowListOf(entries, 'outbound.allow');
      } catch (error) {
        ctx.addIssue({ code: 'custom', message: (error as Error).message });
      }
    })
    .meta({
      description:
        'What users may point at beyond public addresses over HTTPS on port 443: hosts, `*.host`, addresses and networks, `http://` before and `:port` behind where needed; `tls://host:port`, `tcp://host:port` and `udp://host:port` for what is not HTTP, such as syslog and another Kafka. Metadata services stay closed.',
      examples: ['siem.example.com:8088', 'http://10.20.0.0/16:9200', 'tls://10.20.0.5:6514'],
    }),
  organizationNetworks: z
    .array(z.string().refine((text) => networkOf(text) !== null, 'An address or a network, such as 10.20.0.0/16.'))
    .default([])
    .meta({
      description:
        'Networks inside that administrators of organizations may open for themselves (their setting outboundHosts), without you being asked. Only where you trust all of them with whatever listens there.',
      examples: ['10.20.0.0/16'],
    }),
  ports: z.array(z.int().min(1).max(65_535)).default([443]).meta({ description: 'Ports of public addresses that users may point at.' }),
  proxy: z
    .string()
    .regex(/^(http:\/\/[^\s/?#]+\/?)?$/, 'An address of the form http://[user:password@]host:port.')
    .default('')
    .meta({ description: 'HTTP proxy that all of it goes through by CONNECT. Empty: none; HTTPS_PROXY and its like are not read.', secret: true }),
  connectMs: z.int().min(100).max(60_000).default(5_000).meta({ description: 'Time to resolve a name and to connect, TLS included.' }),
  firstByteMs: z.int().min(100).max(300_000).default(15_000).meta({ description: 'Time from the end of a request to the first byte of its answer.' }),
  wholeMs: z.int().min(1_000).max(3_600_000).default(30_000).meta({ description: 'Time for all of a request and its answer.' }),
  headerMaxBytes: z.int().min(1_024).max(65_536).default(16_384).meta({ description: 'Most bytes of the headers of an answer.' }),
  bodyMaxBytes: z.int().min(1_024).max(1_073_741_824).default(4_194_304).meta({ description: 'Most bytes of the body of an answer, packed and unpacked.' }),
});
export type OutboundConfig = z.infer<typeof config>;
