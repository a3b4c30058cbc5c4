/** Of the list. Absent means all. */
export interface ConnectorsSearch {
  /** Part of the name. */
  readonly name?: string;
}
/** What cannot be read is left out, here as below. */
export const readConnectorsSearch = ({ name }: Record<string, unknown>): ConnectorsSearch => (typeof name === 'string' && name !== '' ? { name } : {});

/** Of one connector: whether its removal is asked for. */
export interface ConnectorSearch {
  readonly ask?: 'remove';
}
export const readConnectorSearch = ({ ask }: Record<string, unknown>): ConnectorSearch => (ask === 'remove' ? { ask } : {});

/** Of the form for a new one: what it is of. */
export interface NewConnectorSearch {
  readonly plugin?: string;
}
export const readNewConnectorSearch = ({ plugin }: Record<string, unknown>): NewConnectorSearch =>
  typeof plugin === 'string' && plugin !== '' ? { plugin } : {};

/** Of one subscription: whether its end is asked for. */
export interface SubscriptionSearch {
  readonly ask?: 'end';
}
export const readSubscriptionSearch = ({ ask }: Record<string, unknown>): SubscriptionSearch => (ask === 'end' ? { ask } : {});
