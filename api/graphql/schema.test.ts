import { lexicographicSortSchema, printSchema } from 'graphql';
import { expect, it } from 'vitest';
import { loadSchema } from './schema.ts';

/** What the dashboard and every script rely on. A change shows in review; `npx vitest run api/graphql/schema.test.ts -u` writes it. */
it('is the schema that clients were written for', async () => {
  await expect(`${printSchema(lexicographicSortSchema(await loadSchema()))}\n`).toMatchFileSnapshot('./schema.golden.graphql');
});
