import { notFound } from '../../gate/problem.ts';
import { checkedInput } from '../../rules/checked-input.ts';
import { newSubscription, subscriptionChange, subscriptionPreview } from '../../subscriptions/register.ts';
import type { ApiContext } from '../context.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** @throws ApiProblem NOT_FOUND for what can be the id of none */
function readId(id: string): string {
  if (!UUID.test(id)) throw notFound('subscription of this id');
  return id;
}
type Given = Readonly<Record<string, unknown>>;

export default {
  Query: {
    publishSubscriptions: (_root: unknown, _args: unknown, { principal, services: { subscriptions } }: ApiContext) => subscriptions.list(principal),
    publishSubscription: (_root: unknown, { id }: { readonly id: string }, { principal, services: { subscriptions } }: ApiContext) =>
      UUID.test(id) ? subscriptions.one(principal, id) : null,
    publishSubscriptionPreview: (_root: unknown, { input }: { readonly input: Given }, { principal, services: { subscriptions } }: ApiContext) =>
      subscriptions.preview(principal, checkedInput(subscriptionPreview, input, 'input')),
  },
  Mutation: {
    addPublishSubscription: (_root: unknown, { input }: { readonly input: Given }, { principal, services: { subscriptions } }: ApiContext) =>
      subscriptions.add(principal, checkedInput(newSubscription, input, 'input')),
    updatePublishSubscription: (
      _root: unknown,
      { id, change }: { readonly id: string; readonly change: Given },
      { principal, services: { subscriptions } }: ApiContext,
    ) => subscriptions.change(principal, readId(id), checkedInput(subscriptionChange, change, 'change')),
    async deletePublishSubscription(_root: unknown, { id }: { readonly id: string }, { principal, services: { subscriptions } }: ApiContext) {
      await subscriptions.delete(principal, readId(id));
      return id;
    },
  },
};
