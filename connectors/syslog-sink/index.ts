// Documents as syslog messages: over TLS (RFC 5425), TCP (RFC 6587) or UDP (RFC 5426).
import { z } from 'zod';
import { cef, leef, rfc3164Header, rfc5424Header } from '../_formats/index.ts';
import type { SinkConnector } from '../_sink/index.ts';
import { collectorUrls, deliveryOptions, headerOptions, hostNameOption } from '../_sink/syslog/options.ts';
import { checkCollectors, openSyslogSink } from '../_sink/syslog/sink.ts';
import type { SyslogSinkOptions } from '../_sink/syslog/sink.ts';
import { areTogether, readTls, TOGETHER, tlsOptions } from '../_sink/tls.ts';

const FORMATS = ['json', 'cef', 'cef1', 'leef'] as const;

export const config = z
  .strictObject({
    urls: collectorUrls(['tls', 'tcp', 'udp']).meta({
      displayName: 'Collectors',
      description:
        'Where messages go: tls://host:6514, tcp://host:514 or udp://host:514, several with commas between. Each batch goes to one of them; one that fails is left alone for a while.',
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
    format: z
      .enum(FORMATS)
      .default('json')
      .meta({
        displayName: 'Format',
        description: 'What the message says: the document as it is (json), CEF 0 (cef), CEF 1.x (cef1), LEEF 2.0 (leef).',
        group: 'Message',
        importance: 'high',
      }),
    header: z
      .enum(['rfc5424', 'rfc3164', 'none'])
      .default('rfc5424')
      .meta({
        displayName: 'Header',
        description: 'What stands before it: a header of RFC 5424, of the older RFC 3164, or none.',
        group: 'Header',
        importance: 'medium',
      }),
    hostName: hostNameOption
      .default('')
      .meta({
        displayName: 'Host name',
        description: 'Host that the header names, for all messages. Empty: the host that each document is about.',
        group: 'Header',
        importance: 'medium',
      }),
    ...headerOptions,
    structuredData: z
      .boolean()
      .default(true)
      .meta({
        displayName: 'Structured data',
        description: 'Whether a header of RFC 5424 tells of the document: [goshawk@32473 id="..." kind="alert" ...].',
        group: 'Header',
        importance: 'low',
      }),
    byteOrderMark: z
      .boolean()
      .default(false)
      .meta({
        displayName: 'Byte order mark',
        description: 'Whether the message begins with the mark that RFC 5424 asks for before UTF-8, and that many collectors do not expect.',
        group: 'Header',
        importance: 'low',
      }),
    framing: z
      .enum(['octet-counting', 'newline'])
      .default('octet-counting')
      .meta({
        displayName: 'Framing',
        description: 'How messages are told apart in a connection (RFC 6587): by their length, as RFC 5425 has it, or by the line break behind each.',
        group: 'Message',
        importance: 'medium',
      }),
    maxMessageBytes: z
      .int()
      .min(1_536)
      .max(16_777_216)
      .default(65_536)
      .meta({
        displayName: 'Message size',
        description:
          'Most bytes of a message. Of CEF and LEEF the keys that do not fit are left out; a larger document of JSON is refused. Over UDP 65507 at most.',
        group: 'Message',
        importance: 'medium',
        width: 'short',
      }),
    ...deliveryOptions,
  })
  .refine(areTogether, TOGETHER);
export type SyslogSinkConfig = z.infer<typeof config>;

const formatOf = (format: SyslogSinkConfig['format']): SyslogSinkOptions['format'] => {
  switch (format) {
    case 'json':
      return null;
    case 'cef':
      return (maxBytes) => cef(maxBytes === undefined ? {} : { maxBytes });
    case 'cef1':
      return (maxBytes) => cef({ version: 1, ...(maxBytes !== undefined && { maxBytes }) });
    case 'leef':
      return (maxBytes) => leef(maxBytes === undefined ? {} : { maxBytes });
  }
};

function headerOf({ header, format, hostName, ...options }: SyslogSinkConfig): SyslogSinkOptions['header'] {
  const given = { ...options, ...(hostName !== '' && { hostname: hostName }) };
  switch (header) {
    case 'none':
      return null;
    case 'rfc5424':
      return rfc5424Header(given);
    case 'rfc3164': // what reads CEF and LEEF looks for them where a tag would stand
      return rfc3164Header({ ...given, tag: format === 'json' });
  }
}

const tlsFor = (options: SyslogSinkConfig) => ({ ...readTls(options), ...(options.serverName !== '' && { serverName: options.serverName }) });

const syslog: SinkConnector<SyslogSinkConfig> = {
  name: 'syslog-sink',
  type: 'sink',
  version: '1.0.0',
  config,
  duplicates: 'repeated',
  check: async (options, deps) => checkCollectors({ ...options, tls: tlsFor(options) }, deps),
  async sink(options, deps) {
    const { maxBatchRecords, maxBatchBytes, lingerMs } = options;
    const limits = { maxRecords: maxBatchRecords, maxBytes: maxBatchBytes, lingerMs };
    return openSyslogSink({ ...options, format: formatOf(options.format), header: headerOf(options), tls: tlsFor(options), limits }, deps);
  },
};
export default syslog;
