// What the worker and its tasks know of configuration.
export { topicPattern } from './common.ts';
export type { CommonConfig } from './common.ts';
export { isSink, plugins } from './plugins.ts';
export type { Plugin } from './plugins.ts';
export { readConfig } from './read.ts';
export { openSecrets } from './secrets.ts';
export type { Secrets } from './secrets.ts';
export type { Settings } from './settings.ts';
export type { ConfigValue, ConnectorConfig, Definition, Validation } from './shapes.ts';
export { pluginConfig, refusalOf, validateConfig, withProblems } from './validate.ts';
