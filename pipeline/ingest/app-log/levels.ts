// Words for levels, as libraries for logging write them.
import { table } from '../kit.ts';

/** Canonical name by what is written, in upper case. */
const LEVELS = table({
  TRACE: 'trace',
  TRAC: 'trace',
  TRC: 'trace',
  FINEST: 'trace',
  FINER: 'trace',
  VERBOSE: 'debug',
  DEBUG: 'debug',
  DEBU: 'debug',
  DBG: 'debug',
  FINE: 'debug',
  INFO: 'info',
  INF: 'info',
  INFORMATION: 'info',
  INFORMATIONAL: 'info',
  LOG: 'info',
  CONFIG: 'info',
  AUDIT: 'info',
  NOTICE: 'notice',
  NOTE: 'notice',
  WARN: 'warning',
  WARNING: 'warning',
  WRN: 'warning',
  ERROR: 'error',
  ERRO: 'error',
  ERR: 'error',
  SEVERE: 'error',
  CRITICAL: 'critical',
  CRIT: 'critical',
  FATAL: 'fatal',
  FATA: 'fatal',
  ALERT: 'alert',
  EMERG: 'emergency',
  PANIC: 'fatal',
});
/** Of one letter, only where nothing else may stand. */
const LETTERS = table({ T: 'trace', V: 'debug', D: 'debug', I: 'info', N: 'notice', W: 'warning', E: 'error', C: 'critical', F: 'fatal' });
const SEVERITIES = table({ trace: 5, debug: 5, info: 10, notice: 20, warning: 40, error: 60, critical: 80, alert: 90, fatal: 90, emergency: 100 });

export const levelOf = (word: string): string | undefined => (word.length > 13 ? undefined : LEVELS.get(word.toUpperCase()));
export const letterLevel = (word: string): string | undefined => LETTERS.get(word);
/** 0 to 100. */
export const severityOf = (level: string): number | null => SEVERITIES.get(level) ?? null;
