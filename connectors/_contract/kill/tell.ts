/** What the process of tasks is told. */
export interface Told {
  readonly sinks: readonly {
    /** `connector.class`, and the name of the connector. */
    readonly name: string;
    readonly topic: string;
    readonly settings: Readonly<Record<string, string>>;
    readonly outboundAllow: readonly string[];
    readonly fileFolders: readonly string[];
  }[];
}
