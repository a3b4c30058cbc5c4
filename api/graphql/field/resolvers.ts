import { fieldDatasets, pageOfFields } from '../../../store/queries/fields.ts';
import type { FieldFilter } from '../../../store/queries/fields.ts';
import { SEARCH_LIMITS } from '../../../domains/search/syntax.ts';
import { typingAt } from '../../../domains/search/typing.ts';
import { withoutNul } from '../../event-filter.ts';
import { fieldKey, parseFieldCursor } from '../../fields.ts';
import { pageSize, toConnection } from '../../paging.ts';
import { completionsOf } from '../../search-completion.ts';
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
    searchCompletion: (_root: unknown, { search, caret }: { readonly search: string; readonly caret: number }, { read }: ApiContext) => {
      const typing = typingAt(withoutNul(search, '/search').slice(0, SEARCH_LIMITS.characters), caret);
      return typing === null ? [] : read((sql) => completionsOf(sql, typing));
    },
    fieldDatasets: (_root: unknown, _args: unknown, { read }: ApiContext) => read(fieldDatasets),
  },
};
