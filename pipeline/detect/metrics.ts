import { Counter } from 'prom-client';
import type { Registry } from 'prom-client';

/** Called for each match that a correlation wants but whose event lacks a field that it groups by or counts. */
export function uncorrelatedCounter(registry: Registry): (correlation: string) => void {
  const counter = new Counter({
    name: 'detect_uncorrelated_matches_total',
    help: 'Matches that a correlation does not get because the event lacks a field that it groups by or counts.',
    labelNames: ['correlation'], // a rule that is loaded
    registers: [registry],
  });
  return (correlation) => counter.inc({ correlation });
}

/** Called for each finding that met an exception. */
export function suppressedCounter(registry: Registry): (rule: string) => void {
  const counter = new Counter({
    name: 'detect_suppressed_findings_total',
    help: 'Findings that met an exception: stored, and no part of an alert or correlation.',
    labelNames: ['rule'], // a rule that is loaded
    registers: [registry],
  });
  return (rule) => counter.inc({ rule });
}
