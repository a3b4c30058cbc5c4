import { mayDo } from '../../gate/permissions.ts';
import { pageSize, parseCursor, toConnection } from '../../paging.ts';
import { LETTER_ID } from '../../pipeline/dead-letters.ts';
import type { DeadLetter } from '../../pipeline/dead-letters.ts';
import { topicsOf } from '../../pipeline/monitor.ts';
import type { PipelineSnapshot } from '../../pipeline/monitor.ts';
import type { ApiContext } from '../context.ts';

export default {
  Query: {
    pipeline: (_root: unknown, _args: unknown, { services }: ApiContext) => services.monitor.snapshot(),
    deadLetters(
      _root: unknown,
      { first, after, code }: { readonly first?: number | null; readonly after?: string | null; readonly code?: string | null },
      { services, principal }: ApiContext,
    ) {
      const size = pageSize(first);
      const letters = services.deadLetters.page(principal.organization, code ?? null, parseCursor(after, LETTER_ID), size + 1);
      return toConnection(letters, size, ({ at, id }) => ({ at, id }));
    },
  },
  Pipeline: {
    topics: ({ topics }: PipelineSnapshot, _args: unknown, { principal }: ApiContext) => topicsOf(topics, principal.organization),
    deadLetterCounts: (_snapshot: unknown, _args: unknown, { services, principal }: ApiContext) => services.deadLetters.counts(principal.organization),
  },
  DeadLetter: {
    topic: ({ position }: DeadLetter) => position.topic,
    partition: ({ position }: DeadLetter) => position.partition,
    offset: ({ position }: DeadLetter) => position.offset,
    // What was refused may hold secrets: not for everybody, and never unseen.
    preview: ({ id, organization }: DeadLetter, _args: unknown, { principal, loaders }: ApiContext) =>
      mayDo('DeadLetter.preview', principal.roles) && organization === principal.organization ? loaders.previews.load(id) : null,
  },
};
