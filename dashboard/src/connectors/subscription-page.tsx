// One subscription: made, looked at, changed, counted beforehand, ended.
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useMay } from '../administration/may.ts';
import { useFresh } from '../data/fresh.ts';
import { PublishSubscriptionDocument, type PublishSubscriptionRowFragment } from '../gql/graphql.ts';
import { Button } from '../kit/button.tsx';
import { Moment } from '../kit/moment.tsx';
import { Page, Panel } from '../kit/panel.tsx';
import { Empty, Failed, Waiting } from '../kit/states.tsx';
import { useTitle } from '../kit/title.ts';
import { report } from '../kit/undo.tsx';
import { useViewer } from '../shell/viewer.tsx';
import { EndSubscription } from './end-subscription.tsx';
import { NEW_SUBSCRIPTION, subscriptionDraftOf } from './subscription-draft.ts';
import { SubscriptionForm } from './subscription-form.tsx';
import { SubscriptionState } from './subscriptions-page.tsx';
import './connectors.css';

const title = (name: string) => (
  <>
    <Link to="/connectors/subscriptions" className="crumb">
      Subscriptions
    </Link>{' '}
    <span className="faint">/</span> {name}
  </>
);

export function NewSubscriptionPage() {
  const navigate = useNavigate();
  const viewer = useViewer();
  const mayManage = useMay()('subscriptions:manage');
  useTitle('Subscribe');
  return (
    <Page title={title('Subscribe')}>
      <div className="page-scroll connectors connectors-narrow">
        {viewer !== undefined && !mayManage && (
          <Panel title="Subscribe">
            <Empty icon="export" title="Your role may not subscribe">
              An administrator or an engineer of your organization can.
            </Empty>
          </Panel>
        )}
        {mayManage && (
          <SubscriptionForm
            initial={NEW_SUBSCRIPTION}
            present={null}
            isReadOnly={false}
            onDone={({ id, name }) => {
              report({ text: `${name} is made: connectors name it as their subscription` });
              void navigate({ to: '/connectors/subscriptions/$subscriptionId', params: { subscriptionId: id } });
            }}
            onCancel={() => void navigate({ to: '/connectors/subscriptions' })}
          />
        )}
      </div>
    </Page>
  );
}

export function SubscriptionPage() {
  const { subscriptionId } = useParams({ from: '/inside/connectors/subscriptions/$subscriptionId' });
  const { ask } = useSearch({ from: '/inside/connectors/subscriptions/$subscriptionId' });
  const navigate = useNavigate();
  const mayManage = useMay()('subscriptions:manage');
  const fresh = useFresh(PublishSubscriptionDocument, { key: subscriptionId, variables: () => ({ id: subscriptionId }), what: 'The subscription' });
  const subscription = fresh.isLoading ? undefined : fresh.data?.publishSubscription;
  useTitle(subscription?.name ?? 'Subscription');
  const asking = (isAsked: boolean) =>
    void navigate({ to: '/connectors/subscriptions/$subscriptionId', params: { subscriptionId }, search: isAsked ? { ask: 'end' } : {}, replace: true });
  const list = () => void navigate({ to: '/connectors/subscriptions' });
  return (
    <Page
      title={title(subscription?.name ?? '')}
      tools={
        subscription !== null &&
        subscription !== undefined && (
          <>
            <SubscriptionState subscription={subscription} />
            {mayManage && <Button onClick={() => asking(true)}>End</Button>}
          </>
        )
      }
    >
      <div className="page-scroll connectors connectors-narrow">
        {fresh.isLoading &&
          (fresh.problem === undefined ? <Waiting rows={8} label="Loading the subscription" /> : <Failed problem={fresh.problem} onRetry={fresh.reload} />)}
        {subscription === null && (
          <Panel title="Subscription">
            <Empty icon="search" title="There is no such subscription">
              It has ended, or belongs to another organization.
            </Empty>
          </Panel>
        )}
        {subscription !== null && subscription !== undefined && (
          <>
            {subscription.problem !== null && (
              <p className="connector-notice" role="alert">
                {subscription.problem} It takes nothing of the kinds that this is about until it is changed.
              </p>
            )}
            <History subscription={subscription} />
            <SubscriptionForm
              key={`${subscription.id} ${subscription.revision}`}
              initial={subscriptionDraftOf(subscription)}
              present={subscription}
              isReadOnly={!mayManage}
              onDone={({ name }) => {
                report({ text: `${name} is changed` });
                fresh.reload();
              }}
              onCancel={list}
            />
            {mayManage && ask === 'end' && <EndSubscription subscription={subscription} onCancel={() => asking(false)} onDone={list} />}
          </>
        )}
      </div>
    </Page>
  );
}

function History({ subscription }: { readonly subscription: PublishSubscriptionRowFragment }) {
  const { effectiveFrom, createdAt, createdBy, changedAt, changedBy, revision } = subscription;
  return (
    <Panel title="As it is" note={`revision ${revision}`}>
      <dl className="connector-facts">
        <div>
          <dt>Holds for raw records since</dt>
          <dd>
            <Moment at={effectiveFrom} isLong />
          </dd>
        </div>
        <div>
          <dt>Made</dt>
          <dd>
            <Moment at={createdAt} isLong /> by {createdBy}
          </dd>
        </div>
        {revision > 1 && (
          <div>
            <dt>Changed</dt>
            <dd>
              <Moment at={changedAt} isLong /> by {changedBy}
            </dd>
          </div>
        )}
      </dl>
    </Panel>
  );
}
