// Rules of Wazuh become Sigma rules and correlations, without I/O. What cannot be said in Sigma is named, with the reason.
export { convertWazuh } from './convert.ts';
export type { Converted, ConvertOptions } from './convert.ts';
export type { Logsource } from './names.ts';
export { readWazuh } from './read.ts';
export type { Unsaid, WazuhRule } from './rule.ts';
