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
