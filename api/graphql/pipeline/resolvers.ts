import { asProblem } from '../../gate/as-problem.ts';
import { refusedSources, topicsOf } from '../../pipeline/monitor.ts';
import type { PipelineSnapshot } from '../../pipeline/monitor.ts';
import type { ApiContext } from '../context.ts';

export default {
  Query: { pipeline: (_root: unknown, _args: unknown, { services }: ApiContext) => services.monitor.snapshot() },
  Pipeline: {
    topics: ({ topics }: PipelineSnapshot, _args: unknown, { principal }: ApiContext) => topicsOf(topics, principal.organization),
    deadLetterCounts: (_snapshot: unknown, _args: unknown, { services, principal }: ApiContext) =>
      services.deadLetters.overview(principal.organization).then(({ counts }) => counts, nullWhileAway),
    refusedSources: (snapshot: PipelineSnapshot, _args: unknown, { services, principal }: ApiContext) =>
      services.deadLetters.overview(principal.organization).then(({ refused }) => refusedSources(refused, snapshot), nullWhileAway),
  },
};

/** The rest of the page is to be seen then, above all that the database is away. */
function nullWhileAway(error: unknown): null {
  if (asProblem(error).code === 'DATABASE_UNAVAILABLE') return null;
  throw error;
}
