// What is published to the sink topics of the organization, and to whom.
import { Link, useNavigate } from '@tanstack/react-router';
import { useMay } from '../administration/may.ts';
import { useFresh } from '../data/fresh.ts';
import { PublishSubscriptionsDocument, type PublishSubscriptionRowFragment } from '../gql/graphql.ts';
import { Button } from '../kit/button.tsx';
import { useNow } from '../kit/clock.ts';
import { useKeys } from '../kit/keys.ts';
import { Ago } from '../kit/moment.tsx';
import { plural } from '../kit/numbers.ts';
import { Page, Panel } from '../kit/panel.tsx';
import { HealthShape } from '../kit/severity.tsx';
import { Empty, Failed, Stale, Waiting } from '../kit/states.tsx';
import { Table } from '../kit/table.tsx';
import { toMs } from '../kit/time.ts';
import { useTitle } from '../kit/title.ts';
import { subscriptionWords } from './subscription-draft.ts';
import { ConnectorTabs } from './tabs.tsx';
import './connectors.css';

const EVERY_MS = 30_000;

export function SubscriptionsPage() {
  const navigate = useNavigate();
  const mayManage = useMay()('subscriptions:manage');
  useTitle('Subscriptions');
  const fresh = useFresh(PublishSubscriptionsDocument, { key: 'subscriptions', variables: () => ({}), what: 'The subscriptions', everyMs: EVERY_MS });
  const make = () => void navigate({ to: '/connectors/subscriptions/new' });
  useKeys(mayManage ? [{ keys: 'n', label: 'Make a subscription', group: 'Lists', run: make }] : []);
  const subscriptions = fresh.data?.publishSubscriptions;
  return (
    <Page
      title="Connectors"
      tools={
        <>
          <Stale problem={fresh.problem} at={fresh.at} />
          {mayManage && (
            <Button kind="main" icon="plus" hint="n" onClick={make}>
              Subscribe
            </Button>
          )}
        </>
      }
    >
      <ConnectorTabs />
      <div className="page-scroll connectors">
        {subscriptions === undefined &&
          (fresh.problem === undefined ? <Waiting rows={6} label="Loading the subscriptions" /> : <Failed problem={fresh.problem} onRetry={fresh.reload} />)}
        {subscriptions !== undefined && subscriptions.length === 0 && (
          <Panel title="Subscriptions">
            <Empty
              icon="export"
              title="Nothing is asked for beyond the configuration"
              action={
                mayManage ? (
                  <Button kind="main" icon="plus" onClick={make}>
                    Subscribe
                  </Button>
                ) : undefined
              }
            >
              <p>
                What the configuration publishes for every organization (section <code>publish</code>) is the subscription <code>default</code>. Others choose
                kinds, a severity, datasets and a search of their own, in ECS or OCSF, and connectors name them.
              </p>
            </Empty>
          </Panel>
        )}
        {subscriptions !== undefined && subscriptions.length > 0 && (
          <Panel title="Subscriptions" note={`${plural(subscriptions.length, 'subscription')}, beside default, which the configuration has`} isFlush>
            <Table label="Subscriptions" columns={['Subscription', 'State', 'Format', 'Takes', 'Is for', 'Changed']}>
              {subscriptions.map((subscription) => (
                <Row key={subscription.id} subscription={subscription} />
              ))}
            </Table>
          </Panel>
        )}
      </div>
    </Page>
  );
}

function Row({ subscription }: { readonly subscription: PublishSubscriptionRowFragment }) {
  const { id, name, description, format, changedAt, changedBy } = subscription;
  const words = subscriptionWords(subscription);
  return (
    <tr>
      <th scope="row">
        <Link to="/connectors/subscriptions/$subscriptionId" params={{ subscriptionId: id }}>
          {name}
        </Link>
      </th>
      <td>
        <SubscriptionState subscription={subscription} />
      </td>
      <td>{format.toUpperCase()}</td>
      <td className="connector-error" title={words}>
        {words}
      </td>
      <td className="connector-error" title={description}>
        {description}
      </td>
      <td>
        <Ago at={changedAt} suffix=" ago" /> by {changedBy}
      </td>
    </tr>
  );
}

export function SubscriptionState({
  subscription: { enabled, problem, effectiveFrom },
}: {
  readonly subscription: Pick<PublishSubscriptionRowFragment, 'enabled' | 'problem' | 'effectiveFrom'>;
}) {
  const now = useNow(1000);
  const isSoon = toMs(effectiveFrom) > now;
  const [health, word] = !enabled
    ? (['off', 'Switched off'] as const)
    : problem !== null
      ? (['bad', 'Cannot be read'] as const)
      : isSoon
        ? (['waiting', 'In a moment'] as const)
        : (['good', 'Published'] as const);
  return (
    <span className="health-mark" title={problem ?? undefined}>
      <HealthShape health={health} />
      <span>{word}</span>
    </span>
  );
}
