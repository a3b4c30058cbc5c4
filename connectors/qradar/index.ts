// IBM QRadar: LEEF over syslog. IBM "LEEF version 2" guide; "TLS Syslog protocol configuration".
import { z } from 'zod';
import { leef, rfc3164Header, rfc5424Header } from '../_formats/index.ts';
import type { SinkConnector } from '../_sink/index.ts';
import { collectorUrls, deliveryOptions, headerOptions, hostNameOption } from '../_sink/syslog/options.ts';
import { checkCollectors, openSyslogSink } from '../_sink/syslog/sink.ts';
import { areTogether, readTls, TOGETHER, tlsOptions } from '../_sink/tls.ts';

export const config = z
  .strictObject({
    urls: collectorUrls(['tls', 'tcp']).meta({
      displayName: 'Event collectors',
      description:
        'Event collectors, tls://host:6514 of a TLS Syslog log source or tcp://host:514, several with commas between. There is one connection to each, and each batch goes to one of them.',
      group: 'Connection',
      importance: 'high',
      width: 'long',
    }),
    ...tlsOptions,
    serverName: z
      .string()
      .regex(/^[A-Za-z0-9.-]*$/, 'A name of a host.')
      .default('')
      .meta({
        displayName: 'Name in the certificate',
        description: 'Name that the certificate of a collector has to hold. Empty: that of its address.',
        group: 'Connection',
        importance: 'low',
      }),
    hostName: hostNameOption
      .min(1)
      .regex(/^[^:]*$/, 'A name or an IPv4 address: QRadar cannot route to a host that is an IPv6 address.')
      .default('goshawk')
      .meta({
        displayName: 'Log source identifier',
        description: 'Host that the header names, for all events: QRadar finds the log source by it. The hosts that events are about stand in the events.',
        group: 'Header',
        importance: 'high',
      }),
    header: z
      .enum(['rfc5424', 'rfc3164'])
      .default('rfc5424')
      .meta({ displayName: 'Header', description: 'Header of RFC 5424, or of the older RFC 3164. QRadar reads both.', group: 'Header', importance: 'low' }),
    ...headerOptions,
    framing: z
      .enum(['octet-counting', 'newline'])
      .default('octet-counting')
      .meta({
        displayName: 'Framing',
        description: 'How events are told apart: by their length, as RFC 5425 has it, or by a line break behind each.',
        group: 'Message',
        importance: 'medium',
      }),
    maxMessageBytes: z
      .int()
      .min(1_024)
      .max(32_000)
      .default(4_096)
      .meta({
        displayName: 'Payload length',
        description:
          "Most bytes of an event: the TCP payload length of the collector (System Settings), which is 4096 unless it was raised, 32000 at most. Keys that do not fit are left out, those of the end of the format's table first; QRadar would cut the event anywhere.",
        group: 'Message',
        importance: 'high',
        width: 'short',
      }),
    ...deliveryOptions,
  })
  .refine(areTogether, TOGETHER);
export type QradarConfig = z.infer<typeof config>;

const tlsFor = (options: QradarConfig) => ({ ...readTls(options), ...(options.serverName !== '' && { serverName: options.serverName }) });

const qradar: SinkConnector<QradarConfig> = {
  name: 'qradar',
  type: 'sink',
  version: '1.0.0',
  config,
  duplicates: 'repeated',
  check: async (options, deps) => checkCollectors({ ...options, tls: tlsFor(options) }, deps),
  async sink(options, deps) {
    const { facility, appName, hostName, maxBatchRecords, maxBatchBytes, lingerMs } = options;
    const header = { facility, appName, hostname: hostName, structuredData: false };
    return openSyslogSink(
      {
        ...options,
        tls: tlsFor(options),
        format: (maxBytes) => leef(maxBytes === undefined ? {} : { maxBytes }),
        header: options.header === 'rfc5424' ? rfc5424Header(header) : rfc3164Header(header),
        limits: { maxRecords: maxBatchRecords, maxBytes: maxBatchBytes, lingerMs },
      },
      deps,
    );
  },
};
export default qradar;
