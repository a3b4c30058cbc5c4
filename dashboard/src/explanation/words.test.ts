import { expect, it } from 'vitest';
import { holdsBecause } from './words.ts';

const told = {
  measured: 5,
  bounds: [{ operator: 'gte', number: 5 }],
  condition: null,
  counted: [],
  percentile: null,
  timespanSeconds: 600,
  isExact: true,
} as const;

it.each([
  [{ type: 'event_count' }, '5 events; at least 5 within 10 min make it.'],
  [{ type: 'value_count', counted: ['user.name'], isExact: false }, 'At least 5 different values of user.name; at least 5 within 10 min make it.'],
  [
    {
      type: 'event_count',
      bounds: [
        { operator: 'gt', number: 4 },
        { operator: 'lt', number: 9 },
      ],
    },
    '5 events; more than 4 and less than 9 within 10 min make it.',
  ],
  [{ type: 'value_percentile', counted: ['bytes'], percentile: 90 }, '5 as the 90th percentile of bytes; at least 5 within 10 min make it.'],
  [{ type: 'temporal', condition: 'a and not b' }, 'Its condition over these rules holds within 10 min.'],
  [{ type: 'absence', measured: null, bounds: [] }, 'What was awaited within 10 min did not come.'],
  [{ type: 'first_seen', counted: ['process.name'], timespanSeconds: 86_400 }, 'process.name was never seen before, over 1 d.'],
] as const)('says of %j: %s', (given, sentence) => {
  expect(
    holdsBecause({ ...told, ...given, bounds: [...('bounds' in given ? given.bounds : told.bounds)], counted: [...('counted' in given ? given.counted : [])] }),
  ).toBe(sentence);
});
