// The transforms and predicates that there are.
import type { Transform } from './definition.ts';
import { cast } from './kinds/cast.ts';
import { filter } from './kinds/filter.ts';
import { dropHeaders, headerFrom, insertHeader } from './kinds/headers.ts';
import { insertField } from './kinds/insert-field.ts';
import { maskField } from './kinds/mask-field.ts';
import { project } from './kinds/project.ts';
import { redact } from './kinds/redact.ts';
import { replaceField } from './kinds/replace-field.ts';
import { regexRouter, timestampRouter } from './kinds/routers.ts';
import { extractField, flatten, hoistField, valueToKey } from './kinds/shapes.ts';
import { timestampConverter } from './kinds/timestamp-converter.ts';

export { PREDICATES } from './predicates.ts';
export type { Named } from './definition.ts';

/** By name. SetSchemaMetadata is not among them: there are no schemas. */
export const TRANSFORMS: readonly Transform[] = [
  cast,
  dropHeaders,
  extractField,
  filter,
  flatten,
  headerFrom,
  hoistField,
  insertField,
  insertHeader,
  maskField,
  project,
  redact,
  regexRouter,
  replaceField,
  timestampConverter,
  timestampRouter,
  valueToKey,
].flat();
