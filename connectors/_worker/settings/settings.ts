// What a task is started with.
import type { Transforms } from '../transforms/record.ts';
import type { CommonConfig } from './common-config.ts';

/** A connector's configuration, read: every option of the type it has, secrets resolved. Never stored, never logged. */
export interface Settings {
  /** As the plugin's schema makes it. */
  readonly connector: object;
  readonly common: CommonConfig;
  readonly transforms: Transforms;
  /** Takes the secrets of this configuration out of a text: for everything that leaves the task, traces of errors too. */
  readonly mask: (text: string) => string;
}
