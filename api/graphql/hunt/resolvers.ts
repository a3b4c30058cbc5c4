import type { Severity } from '../../../schemas/avro/types.gen.ts';
import { SEVERITIES } from '../../../store/queries/findings.ts';
import { huntById, indicatorsOfHunt, matchesOfHunt, pageOfHunts } from '../../../store/queries/hunts.ts';
import type { HuntRow } from '../../../store/queries/hunts.ts';
import { notFound } from '../../gate/problem.ts';
import { huntQuestion, newHunt } from '../../hunt/input.ts';
import { progressOf } from '../../hunt/register.ts';
import { pageSize, parseCursor, toConnection } from '../../paging.ts';
import { checkedInput } from '../../rules/checked-input.ts';
import { isoOf } from '../../time.ts';
import type { ApiContext } from '../context.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
interface PageArgs {
  readonly first?: number | null;
  readonly after?: string | null;
}
interface Input {
  readonly input: Readonly<Record<string, unknown>>;
}

const steered =
  (to: 'running' | 'paused' | 'cancelled') =>
  (_root: unknown, { id }: { readonly id: string }, { principal, services: { hunts } }: ApiContext) => {
    if (!UUID.test(id)) throw notFound('hunt of this id');
    return hunts.steer(principal, id, to);
  };

/** Times are microseconds behind the scalar, and text in the rules of REST. */
const asText = ({ from, to, ...rest }: Input['input']) => ({ ...rest, from: isoOf(Number(from)), ...(typeof to === 'number' && { to: isoOf(to) }) });

export default {
  Query: {
    async hunts(_root: unknown, { first, after }: PageArgs, { read }: ApiContext) {
      const size = pageSize(first);
      return toConnection(await read((sql) => pageOfHunts(sql, parseCursor(after, UUID), size + 1)), size, ({ createdAt, id }) => ({ at: createdAt, id }));
    },
    hunt: async (_root: unknown, { id }: { readonly id: string }, { read }: ApiContext) =>
      UUID.test(id) ? ((await read((sql) => huntById(sql, id))) ?? null) : null,
    huntEstimate: (_root: unknown, { input }: Input, { principal, services: { hunts } }: ApiContext) =>
      hunts.estimate(principal, checkedInput(huntQuestion, asText(input), 'input')),
  },
  Mutation: {
    startHunt: (_root: unknown, { input }: Input, { principal, services: { hunts } }: ApiContext) =>
      hunts.start(principal, checkedInput(newHunt, asText(input), 'input')),
    pauseHunt: steered('paused'),
    resumeHunt: steered('running'),
    cancelHunt: steered('cancelled'),
  },
  Hunt: {
    severity: ({ severity }: HuntRow): Severity => SEVERITIES[severity] ?? 'medium',
    indicators: ({ id }: HuntRow, { first }: PageArgs, { read }: ApiContext) => read((sql) => indicatorsOfHunt(sql, id, pageSize(first))),
    progress: progressOf,
    busySeconds: ({ busyMs }: HuntRow) => busyMs / 1_000,
    async findings({ id: huntId }: HuntRow, { first, after }: PageArgs, { read, loaders }: ApiContext) {
      const size = pageSize(first);
      const refs = await read((sql) => matchesOfHunt(sql, huntId, parseCursor(after), size + 1));
      const { edges, pageInfo } = toConnection(refs, size, ({ time, id }) => ({ at: time, id }));
      return { edges: await Promise.all(edges.map(async ({ cursor, node }) => ({ cursor, node: await loaders.findings.load(node) }))), pageInfo };
    },
  },
};
