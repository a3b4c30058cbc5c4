// The fields that events have: walking documents, names that stay few, examples without secrets, counts within bounds. Pure.
export { BOUNDS, FieldCatalogue } from './catalogue.ts';
export type { Bounds, DatasetFields, FieldCount, FieldKind, SampledEvent } from './catalogue.ts';
export { EXAMPLE_KINDS, exampleOf } from './example.ts';
export type { ExampleKind } from './example.ts';
export { leavesOf } from './leaves.ts';
export type { Leaf } from './leaves.ts';
export { ANY_KEY, isValueKey, keyName } from './name.ts';
export { nearest } from './nearest.ts';
