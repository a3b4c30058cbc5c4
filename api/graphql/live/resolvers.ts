import type { Severity } from '../../../schemas/avro/types.gen.ts';
import { deadLetterReasons } from '../../../store/queries/dead-letters.ts';
import { SEVERITIES } from '../../../store/queries/findings.ts';
import { pageOfSensors } from '../../../store/queries/sensors.ts';
import { notFound } from '../../gate/problem.ts';
import { parseRoom } from '../../live/protocol.ts';
import { converted } from '../../live/queue.ts';
import { alertNews, findingChanges, looks, presentUsers, ruleSets } from '../../live/subscriptions.ts';
import type { ApiContext } from '../context.ts';
import { withHealth } from '../sensor/resolvers.ts';

const PIPELINE_MS = 2_000;
const SENSORS_MS = 10_000;
const LETTERS_MS = 15_000;
const MOST_SENSORS = 200;

interface Least {
  readonly minSeverity?: Severity | null;
}
const leastOf = ({ minSeverity }: Least): number => SEVERITIES.indexOf(minSeverity ?? 'informational');
const itself = (item: unknown): unknown => item;

export default {
  Subscription: {
    findingChanged: {
      subscribe: (_root: unknown, args: Least, { services: { live }, principal }: ApiContext) =>
        findingChanges(live.news, principal.organization, leastOf(args)),
      resolve: itself,
    },
    alertNews: {
      subscribe: (_root: unknown, args: Least & { readonly after?: string | null }, { services: { live }, principal }: ApiContext) =>
        alertNews(live.news, principal.organization, leastOf(args), args.after ?? null),
      resolve: itself,
    },
    pipelineChanged: {
      subscribe: (_root: unknown, _args: unknown, { services: { live, monitor }, principal }: ApiContext) =>
        converted(looks(live.news, principal.organization, PIPELINE_MS), () => monitor.snapshot()),
      resolve: itself,
    },
    sensorsChanged: {
      subscribe: (_root: unknown, _args: unknown, { services: { live, wallMicros }, principal, read }: ApiContext) =>
        converted(looks(live.news, principal.organization, SENSORS_MS, 'sensors'), () =>
          read(async (sql) => withHealth(sql, await pageOfSensors(sql, {}, null, MOST_SENSORS), wallMicros())),
        ),
      resolve: itself,
    },
    deadLettersChanged: {
      subscribe: (_root: unknown, _args: unknown, { services: { live }, principal, read }: ApiContext) =>
        converted(looks(live.news, principal.organization, LETTERS_MS, 'dead-letters'), () => read((sql) => deadLetterReasons(sql, {}))),
      resolve: itself,
    },
    ruleSetActivated: {
      subscribe: (_root: unknown, _args: unknown, { services: { live }, principal }: ApiContext) => ruleSets(live.news, principal.organization),
      resolve: itself,
    },
    alertViewers: {
      subscribe: (_root: unknown, { alertId }: { readonly alertId: string }, context: ApiContext) => viewers(`alert:${alertId}`, context),
      resolve: itself,
    },
    assetViewers: {
      subscribe: (_root: unknown, { assetId }: { readonly assetId: string }, context: ApiContext) => viewers(`asset:${assetId}`, context),
      resolve: itself,
    },
  },
};

function viewers(room: string, { services: { live }, principal: { organization, user } }: ApiContext) {
  if (parseRoom(room) === null) throw notFound('such thing to look at');
  return presentUsers(live, { organization, room, user });
}
