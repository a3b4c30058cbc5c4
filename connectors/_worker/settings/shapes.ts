// The shapes in which Kafka Connect's REST interface speaks of configuration (ConfigInfos, ConfigKeyInfo, ConfigValueInfo).

/** As its owner wrote it. Null is what JSON may hold, and is refused. */
export type ConnectorConfig = Readonly<Record<string, string | null>>;

export type OptionType = 'BOOLEAN' | 'STRING' | 'INT' | 'SHORT' | 'LONG' | 'DOUBLE' | 'LIST' | 'CLASS' | 'PASSWORD';

export interface Definition {
  readonly name: string;
  readonly type: OptionType;
  readonly required: boolean;
  readonly default_value: string | null;
  readonly importance: 'HIGH' | 'MEDIUM' | 'LOW';
  readonly documentation: string;
  readonly group: string | null;
  /** Within its group. */
  readonly order: number;
  /** The same: what Kafka Connect 4.2 calls it. */
  readonly order_in_group: number;
  readonly width: 'NONE' | 'SHORT' | 'MEDIUM' | 'LONG';
  readonly display_name: string;
  readonly dependents: readonly string[];
}

export interface ConfigValue {
  readonly name: string;
  /** As text; null when absent without default, or not readable. Secrets: `[hidden]`. */
  readonly value: string | null;
  readonly recommended_values: readonly string[];
  readonly errors: readonly string[];
  readonly visible: boolean;
}

export interface Validation {
  /** `connector.class`. */
  readonly name: string;
  readonly error_count: number;
  readonly groups: readonly string[];
  /** `definition` is null for an option that nobody knows. */
  readonly configs: readonly { readonly definition: Definition | null; readonly value: ConfigValue }[];
}
