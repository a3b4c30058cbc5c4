import { format } from 'prettier';
import { openTestApi } from '../../api/test/api.ts';
import { comment, typeOf } from './client/types.ts';
import type { Schema } from './client/types.ts';
import type { Generator } from './files.ts';

interface Operation {
  readonly summary?: string;
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
    readonly schema: Schema;
    readonly description?: string;
  }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, { readonly schema: Schema }>> }>>;
}
interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}
const FILE = 'clients/typescript/src/operations.gen.ts';

/** What each operation of the API takes and gives, for the TypeScript client: from the description that the API itself serves. */
export default {
  name: 'client',
  async generate() {
    const api = await openTestApi();
    try {
      const { paths, components } = (await api.inject({ url: '/openapi.json' }, null)).json<Description>();
      const schemas = Object.entries(components.schemas).map(
        ([name, schema]) => `${comment(schema.description)}export type ${name} = ${typeOf(schema, name.endsWith('Input'))};`,
      );
      const operations = Object.entries(paths).flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, operation]) => operationType(`${method.toUpperCase()} ${path}`, operation)),
      );
      const text = `// Written by \`npm run gen\` from the description that the API serves.\n\n${schemas.join('\n')}\n\nexport interface Operations {\n${operations.join('\n')}\n}\n`;
      return new Map([[FILE, await format(text, { parser: 'typescript', singleQuote: true, printWidth: 160 })]]);
    } finally {
      await api.close();
    }
  },
} satisfies Generator;

function operationType(name: string, { summary, parameters = [], requestBody, responses }: Operation): string {
  const group = (place: string): string => {
    const members = parameters.filter((one) => one.in === place);
    const schema: Schema = { type: 'object', properties: Object.fromEntries(members.map((one) => [one.name, { ...one.schema, ...(one.description !== undefined && { description: one.description }) }])), required: members.filter((one) => one.required === true).map((one) => one.name) }; // prettier-ignore
    return members.length === 0 ? 'undefined' : typeOf(schema, true);
  };
  const body = requestBody?.content['application/json']?.schema;
  const answers = Object.entries(responses).filter(([code]) => code.startsWith('2'));
  const answer = [
    ...new Set(
      answers.map(([, { content }]) => (content === undefined ? 'undefined' : typeOf(content['application/json']?.schema ?? { type: 'string' }, false))),
    ),
  ];
  return `${comment(summary)}${JSON.stringify(name)}: { readonly path: ${group('path')}; readonly query: ${group('query')}; readonly body: ${body === undefined ? 'undefined' : typeOf(body, true)}; readonly answer: ${answer.join(' | ') || 'undefined'} };`;
}
