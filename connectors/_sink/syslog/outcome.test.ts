import { describe, expect, it } from 'vitest';
import { ConfigError, RetryableError } from '../../../pipeline/core/errors.ts';
import { datagramFailed, lost, misconfigured, notConnected, notWritten } from './outcome.ts';

const URL = 'tls://siem.example.com:6514';
const system = (code: string) => Object.assign(new Error(`it says ${code}`), { code });
const dialled = (code: string) => new RetryableError('OUTBOUND_FAILED', 'Not there.', {}, { cause: system(code) });

it.each<[error: Error, code: string, details: object]>([
  [dialled('ECONNREFUSED'), 'SINK_UNAVAILABLE', { isAmbiguous: false }],
  [dialled('ETIMEDOUT'), 'SINK_UNAVAILABLE', { isAmbiguous: false }],
  [dialled('CERT_HAS_EXPIRED'), 'SINK_UNAVAILABLE', { isAmbiguous: false }],
  [dialled('ERR_SSL_TLSV1_ALERT_UNKNOWN_CA'), 'SINK_MISCONFIGURED', {}],
  [dialled('ERR_OSSL_PEM_NO_START_LINE'), 'SINK_MISCONFIGURED', {}],
  [new ConfigError('OUTBOUND_REFUSED', 'Not open.', { reason: 'scheme' }), 'SINK_MISCONFIGURED', { reason: 'scheme' }],
])('a connection that did not come about: %s', (error, code, details) => {
  expect(notConnected(error, URL)).toMatchObject({ code, details });
});

it('a bug stays one', () => {
  const bug = new TypeError('x');
  expect(notConnected(bug, URL)).toBe(bug);
});

it.each<[code: string, isOurs: boolean]>([
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', true],
  ['ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE', true],
  ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED', true],
  ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_REVOKED', true],
  ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN', true],
  ['ERR_SSL_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE', true],
  ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', true],
  ['ERR_SSL_TLSV1_ALERT_ACCESS_DENIED', true],
  ['ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE', true],
  ['ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR', false],
  ['ERR_SSL_WRONG_VERSION_NUMBER', false],
  ['CERT_HAS_EXPIRED', false],
  ['ECONNRESET', false],
])('%s is for a person to mend: %s', (code, isOurs) => {
  expect(misconfigured(system(code), URL) !== null).toBe(isOurs);
});

it('an end says of what was written that nobody knows', () => {
  expect(notWritten(system('EPIPE'), URL)).toMatchObject({
    code: 'SINK_UNAVAILABLE',
    details: { isAmbiguous: true },
    message: expect.stringContaining('EPIPE') as string,
  });
  expect(lost(null, URL)).toMatchObject({ kind: 'retry', isAmbiguous: true, message: expect.stringContaining('in order') as string });
  expect(lost(system('ECONNRESET'), URL)).toMatchObject({ kind: 'retry', isAmbiguous: true, message: expect.stringContaining('ECONNRESET') as string });
});

describe('a datagram', () => {
  it.each<[code: string, outcome: object]>([
    ['EMSGSIZE', { kind: 'rejected', reason: 'too-large' }],
    ['ECONNREFUSED', { kind: 'retry', isAmbiguous: false }],
    ['ENOBUFS', { kind: 'retry', isAmbiguous: false }],
    ['EAGAIN', { kind: 'retry', isAmbiguous: false }],
    ['ENETUNREACH', { kind: 'retry', isAmbiguous: false }],
    ['EHOSTUNREACH', { kind: 'retry', isAmbiguous: false }],
    ['ERR_SOCKET_DGRAM_NOT_RUNNING', { kind: 'retry', isAmbiguous: true }],
  ])('that meets %s', (code, outcome) => {
    expect(datagramFailed(system(code), 'udp://siem.example.com:514')).toMatchObject(outcome);
  });
});
