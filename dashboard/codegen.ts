// Types of the queries, written to src/gql by `npm run gen --workspace dashboard`. Documents stay strings, so no parser ships.
import type { CodegenConfig } from '@graphql-codegen/cli';

const config: CodegenConfig = {
  schema: '../api/graphql/*/schema.graphql',
  documents: 'src/**/*.graphql',
  generates: {
    'src/gql/graphql.ts': {
      plugins: ['typescript-operations', 'typed-document-node'],
      config: {
        inlineFragmentTypes: 'combine',
        documentMode: 'string',
        enumsAsTypes: true,
        useTypeImports: true,
        importExtension: '.ts',
        strictScalars: true,
        scalars: { Time: 'string', Count: 'number', JSON: 'unknown' },
      },
    },
  },
};
export default config;
