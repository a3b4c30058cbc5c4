export { IndicatorSet } from './hits.ts';
export type { Hit, HuntedEvent } from './hits.ts';
export { MAX_INDICATORS, readIndicator, readIndicators } from './indicator.ts';
export type { Indicator, IndicatorType, RefusedLine } from './indicator.ts';
export { HUNT_DATASET, HUNT_KIND, readTold, recordOf } from './told.ts';
export type { ToldMatch } from './told.ts';
