// Who asks, and what they may.

/** Of connectors: to see them, and to make and change them. */
export type ConnectPermission = 'connectors:read' | 'connectors:manage';

export type ConnectorChange = 'create' | 'configure' | 'delete' | 'pause' | 'resume' | 'stop' | 'restart' | 'set-offsets';

export interface Caller {
  readonly name: string;
  /** Only connectors of this one are there for the caller. */
  readonly organization: string;
  readonly may: (permission: ConnectPermission) => boolean;
  /** Works for the installation: connectors that they configure may read any topic. */
  readonly isPlatform: boolean;
  /**
   * Has it written down, in the caller's name, that he is about to change a connector. What cannot be noted is not done.
   *
   * @throws Refusal 503
   */
  readonly note: (connector: string, change: ConnectorChange, detail?: Readonly<Record<string, unknown>>) => Promise<void>;
  /** What the organization has opened of the network for itself (its setting outboundHosts), for a change that is to keep it. */
  readonly outboundHosts: () => Promise<readonly string[]>;
}

/**
 * Finds out who a request is from.
 *
 * @param authorization Its header field; undefined = there is none.
 * @throws Refusal 401 when it says nothing that is believed, 503 when nobody can say.
 */
export type Authorize = (authorization: string | undefined) => Promise<Caller>;

/** Topics that connectors of an organization may read. */
export const isTopicOf = (organization: string, topic: string): boolean => topic.startsWith(`sink.${organization}.`);
