// What an end of a connection, or an error of the system, says of messages. There is nothing else to go by: syslog has no acknowledgement (RFC 5425, section 4.3).
import { ConfigError, RetryableError } from '../../../pipeline/core/errors.ts';
import type { Outcome, Settled } from '../index.ts';
import { rejected } from '../index.ts';

/** Alerts with which a far side refuses the certificate that it was shown, or that none was; files that hold no certificate or key. */
const OUR_CERTIFICATE =
  /^ERR_SSL_.*ALERT_(CERTIFICATE_REQUIRED|BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_(REVOKED|EXPIRED|UNKNOWN)|UNKNOWN_CA|ACCESS_DENIED|HANDSHAKE_FAILURE)$|^ERR_OSSL_/;

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException | null)?.code ?? '';
const textOf = (error: unknown): string => (error instanceof Error ? error.message || codeOf(error) : String(error));

/** Null unless it is one that only a person can mend. */
export const misconfigured = (error: unknown, url: string): ConfigError | null =>
  OUR_CERTIFICATE.test(codeOf(error))
    ? new ConfigError('SINK_MISCONFIGURED', `${url} does not take the client certificate: ${codeOf(error)}. Check certFile and keyFile.`, {}, { cause: error })
    : null;

/** No connection came about, so nothing was sent. @param error Of `outbound.dial`. */
export function notConnected(error: unknown, url: string): Error {
  if (error instanceof ConfigError) return new ConfigError('SINK_MISCONFIGURED', error.message, error.details, { cause: error });
  if (!(error instanceof RetryableError)) return error as Error;
  return misconfigured(error.cause, url) ?? new RetryableError('SINK_UNAVAILABLE', error.message, { ...error.details, isAmbiguous: false }, { cause: error });
}

/** The connection ended, or was given up, before the system had taken everything: a part of it may have arrived. */
export const notWritten = (error: unknown, url: string): RetryableError =>
  new RetryableError('SINK_UNAVAILABLE', `${url} took a part at most: ${textOf(error)}.`, { isAmbiguous: true }, { cause: error });

/** The connection ended soon after the system had taken everything. @param error Null when it ended in order. */
export const lost = (error: unknown, url: string): Outcome & { readonly kind: 'retry' } => ({
  kind: 'retry',
  isAmbiguous: true,
  message: `${url} ended the connection ${error === null ? 'in order' : `(${textOf(error)})`} soon after; whether it has read the message is not known.`,
});

/** Of one datagram that the system did not take, or whose forerunner came back. */
export function datagramFailed(error: unknown, url: string): Settled | (Outcome & { readonly kind: 'retry' }) {
  switch (codeOf(error)) {
    case 'EMSGSIZE':
      return rejected('too-large', 'The message is larger than a datagram may be.');
    case 'ECONNREFUSED': // told of one that was sent before; this one was not
    case 'ENOBUFS':
    case 'EAGAIN':
    case 'ENETUNREACH':
    case 'EHOSTUNREACH':
      return { kind: 'retry', isAmbiguous: false, message: `${url} cannot be sent to: ${codeOf(error)}.` };
    default:
      return { kind: 'retry', isAmbiguous: true, message: `${url}: ${textOf(error)}.` };
  }
}
