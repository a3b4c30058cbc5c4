import { generateTypes } from '../../schemas/avro/generate.ts';
import { readSchemas } from '../../schemas/avro/schema.ts';
import type { Generator } from './files.ts';

export default { name: 'avro-types', generate: () => new Map([['schemas/avro/types.gen.ts', generateTypes(readSchemas())]]) } satisfies Generator;
