/** Columns of goshawk.sensor_count that add up, over minutes into days. What they are say its comments. */
export const SENSOR_SUMS = [
  'events',
  'unparsed',
  'timed',
  'lag_micros',
  'ahead_minute',
  'ahead',
  'near',
  'late_minute',
  'late_hour',
  'late_day',
  'late_more',
  'keyless',
] as const;
