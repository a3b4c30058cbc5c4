import { ofWhole } from '../definition.ts';
import { withCondition } from '../options.ts';

export const filter = ofWhole({
  name: 'Filter',
  description: 'Leaves records out; with a predicate, those that it holds for. They count as filtered.',
  options: withCondition({}),
  configure: () => () => false,
});
