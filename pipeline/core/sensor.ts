// Who sends: what every input (HTTP, syslog, OTLP ...) asks before it takes a record. Organization and sensor follow from the credential,
// never from what is sent.

/** Last part of the raw topic on which the platform tells of itself: sensors that fall silent. No sensor may have it. */
export const OWN_SOURCE = 'gateway-goshawk';

/** What a sender showed, in the words of its transport. */
export type SensorCredential =
  /** A sensor's token, `ghs_...`: a bearer token, a HEC token, the password of Basic, an API key. */
  | { readonly kind: 'token'; readonly token: string }
  /** A client certificate that the TLS layer has verified against the installation's authority. SHA-256 of its DER: hex, colons and case aside. */
  | { readonly kind: 'certificate'; readonly sha256: string }
  /** The SPIFFE ID of an SVID that the caller has verified. */
  | { readonly kind: 'spiffe'; readonly id: string };

export interface AuthenticatedSensor {
  readonly organization: string;
  /** Its name: goes into the sensor header, which ingest believes on gateway topics. */
  readonly sensor: string;
  /** Records go to `raw.<organization>.gateway-<source>`. */
  readonly source: string;
  /** Name of a decoder; null = ingest finds out. */
  readonly format: string | null;
  readonly credentialId: string;
  /** Seconds since 1970: when the credential ends at the latest; null = it holds until it is revoked. */
  readonly expiresAt: number | null;
}

export interface SensorGate {
  /**
   * Null when the credential is unknown, revoked or past its end. A revoked one is refused after 2 s at the latest. While the database is
   * away, what was right within the last 15 minutes still is: nothing can be revoked then either.
   * @throws RetryableError DATABASE_UNAVAILABLE when the database is away and the credential was not seen lately: ask the sender to come again.
   */
  readonly authenticateSensor: (credential: SensorCredential) => Promise<AuthenticatedSensor | null>;
  /**
   * For what stays open, such as a TCP connection: calls `onEnd` once, within seconds, when the credential has ended.
   * @returns Stops watching; call it when the connection closes.
   */
  readonly watch: (sensor: AuthenticatedSensor, onEnd: () => void) => () => void;
}
