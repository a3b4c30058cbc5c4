// Ending a subscription says which connectors ask for it: they get nothing more.
import { useMay } from '../administration/may.ts';
import { telling, useChange } from '../administration/use-change.ts';
import { useFresh } from '../data/fresh.ts';
import { ConnectorsDocument, DeletePublishSubscriptionDocument, type PublishSubscriptionRowFragment } from '../gql/graphql.ts';
import { AskDialog } from '../kit/ask-dialog.tsx';
import { report } from '../kit/undo.tsx';

interface EndProps {
  readonly subscription: PublishSubscriptionRowFragment;
  readonly onDone: () => void;
  readonly onCancel: () => void;
}

export function EndSubscription({ subscription: { id, name }, onDone, onCancel }: EndProps) {
  const mayAsk = useMay()('connectors:read');
  const connectors = useFresh(ConnectorsDocument, { key: mayAsk ? 'connectors' : null, variables: () => ({}), what: 'The connectors' }).data?.connectors;
  const users = connectors?.filter(({ config }) => config.some((option) => option.name === 'subscription' && option.value === name)) ?? [];
  const { isBusy, problem, run } = useChange();
  const end = () =>
    run(() =>
      telling(DeletePublishSubscriptionDocument, { id }, 'The end', () => {
        report({ text: `${name} has ended` });
        onDone();
      }),
    );
  return (
    <AskDialog isOpen title={`End ${name}`} action={`End ${name}`} isBusy={isBusy} problem={problem} onDo={end} onCancel={onCancel}>
      <p>Ten seconds from now nothing is published for it any more. What was published stays on its topic.</p>
      {users.length > 0 && (
        <p>
          {users.map((connector) => connector.name).join(', ')} {users.length === 1 ? 'asks' : 'ask'} for it and will get nothing more.
        </p>
      )}
    </AskDialog>
  );
}
