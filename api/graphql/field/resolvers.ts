import { fieldDatasets, pageOfFields } from '../../../store/queries/fields.ts';
import type { FieldFilter } from '../../../store/queries/fields.ts';
import { withoutNul } from '../../event-filter.ts';
import { fieldKey, parseFieldCursor } from '../../fields.ts';
import { pageSize, toConnection } from '../../paging.ts';
import type { ApiContext } from '../context.ts';

interface Page {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly filter?: FieldFilter | null;
}

export default {
  Query: {
    async fields(_root: unknown, { first, after, filter }: Page, { read }: ApiContext) {
      const size = pageSize(first);
      for (const name of ['dataset', 'search'] as const) withoutNul(filter?.[name] ?? '', `/filter/${name}`);
      const rows = await read((sql) => pageOfFields(sql, filter ?? {}, parseFieldCursor(after), size + 1));
      return toConnection(rows, size, fieldKey);
    },
    fieldDatasets: (_root: unknown, _args: unknown, { read }: ApiContext) => read(fieldDatasets),
  },
};
