// The form of a connector: its options in groups, as the API describes them, each with what is wrong with it.
import { useEffect, useState, type FormEvent, type ReactNode } from 'react';
import { useMay } from '../administration/may.ts';
import { telling, useChange } from '../administration/use-change.ts';
import { useFresh } from '../data/fresh.ts';
import { AddConnectorDocument, ConfigureConnectorDocument, PublishSubscriptionsDocument, type ConnectorType } from '../gql/graphql.ts';
import { Button } from '../kit/button.tsx';
import { plural } from '../kit/numbers.ts';
import { Panel } from '../kit/panel.tsx';
import { Failed, RequestId, Waiting } from '../kit/states.tsx';
import { useViewer } from '../shell/viewer.tsx';
import {
  groupsOf,
  plainProblem,
  secretExamples,
  settingsOf,
  sinkTopics,
  subscriptionProblem,
  withValue,
  type ConnectorOption,
  type Draft,
  type OptionGroup,
} from './draft.ts';
import { OptionField, visibleProblems } from './option-field.tsx';
import { useForm } from './use-form.ts';

interface FormProps {
  readonly plugin: string;
  readonly type: ConnectorType;
  /** Of the connector that is changed; null for a new one, which is given one here. */
  readonly name: string | null;
  readonly initial: Draft;
  readonly onDone: (name: string) => void;
  readonly onCancel: () => void;
}

export function ConnectorForm({ plugin, type, name: present, initial, onDone, onCancel }: FormProps) {
  const organization = useViewer()?.organization ?? '';
  const mayAskSubscriptions = useMay()('subscriptions:read') && type === 'SINK';
  const [name, setName] = useState(present ?? '');
  const [draft, setDraft] = useState(initial);
  const [touched, setTouched] = useState<readonly string[]>([]);
  const [isSent, setSent] = useState(false);
  const { form, isLooking, failure, again } = useForm(plugin, name, draft);
  const subscriptions = useFresh(PublishSubscriptionsDocument, {
    key: mayAskSubscriptions ? 'subscriptions' : null,
    variables: () => ({}),
    what: 'The subscriptions',
  }).data?.publishSubscriptions;
  const { isBusy, problem, run } = useChange();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setSent(true);
    const variables = { name, config: settingsOf(draft, plugin, name) };
    const done = () => onDone(name);
    run(async () => {
      const found = await (present === null
        ? telling(AddConnectorDocument, variables, 'The connector', done)
        : telling(ConfigureConnectorDocument, variables, 'The change', done));
      if (found !== undefined) again(); // what it was refused for stands at each option
      return found;
    });
  };
  if (form === undefined)
    return (
      <Panel title="Options">{failure === undefined ? <Waiting rows={10} label="Loading the options" /> : <Failed problem={failure} onRetry={again} />}</Panel>
    );
  const problemsOf = (option: string) => form.options.find((each) => each.name === option)?.problems ?? [];
  const touch = (option: string) => setTouched((before) => (before.includes(option) ? before : [...before, option]));
  const isTouched = (option: string) => isSent || touched.includes(option);
  const missing = form.options.filter(({ problems }) => problems.length > 0).length;
  const field = (option: ConnectorOption): ReactNode => (
    <OptionField
      key={option.name}
      option={option}
      value={draft[option.name]}
      onChange={(text) => setDraft((before) => withValue(before, option.name, text))}
      isTouched={isTouched(option.name)}
      onTouched={() => touch(option.name)}
      secretExample={secretExamples(organization).variable}
      offers={option.name === 'topics' ? sinkTopics(organization) : undefined}
      only={option.name === 'subscription' && subscriptions !== undefined ? [...subscriptions.map((each) => each.name), 'default'] : undefined}
      warning={
        option.name === 'subscription'
          ? subscriptionProblem(draft, organization, subscriptions ?? [])
          : option.name === 'start' && present !== null
            ? 'It counted when the connector was made.'
            : null
      }
      isDisabled={option.name === 'start' && present !== null}
    />
  );
  const ofWhole = problemsOf('connector.class').map((text) => plainProblem(text, 'connector.class'));
  const ofName = visibleProblems({ name: 'name', problems: problemsOf('name') }, name === '' ? undefined : name, isTouched('name'));
  return (
    <form className="connector-form" onSubmit={submit} aria-label="Connector" noValidate>
      {present === null && (
        <Panel title="Name">
          <div className="option" onBlur={() => touch('name')}>
            <label className="hidden-text" htmlFor="connector-name">
              Name of the connector
            </label>
            <input
              id="connector-name"
              className="input"
              autoFocus
              placeholder="soc-elastic"
              maxLength={200}
              spellCheck={false}
              autoComplete="off"
              value={name}
              aria-invalid={ofName.length > 0}
              aria-describedby="connector-name-about"
              onChange={({ target }) => setName(target.value)}
            />
            <div id="connector-name-about" className="option-about">
              {ofName.map((text) => (
                <p key={text} className="field-error">
                  {text}
                </p>
              ))}
              <p className="faint">Of its own in the whole installation; it stays. Where it has read to is kept under this name.</p>
            </div>
          </div>
        </Panel>
      )}
      {groupsOf(form.options).map((group) => (
        <Group key={group.name} type={type} group={group} draft={draft} isTouched={isTouched} field={field} organization={organization} />
      ))}
      {ofWhole.length > 0 && (
        <div className="connector-notice" role="alert">
          {ofWhole.map((text) => (
            <p key={text}>{text}</p>
          ))}
        </div>
      )}
      {problem !== undefined && (
        <div className="connector-notice" role="alert">
          <p>{problem.advice}</p>
          <RequestId problem={problem} />
        </div>
      )}
      <div className="connector-buttons">
        <Button kind="main" type="submit" disabled={isBusy || name === ''}>
          {isBusy ? 'Asking the far side' : present === null ? 'Make' : 'Change'}
        </Button>
        <Button kind="quiet" onClick={onCancel}>
          Cancel
        </Button>
        <span className="faint" role="status">
          {failure !== undefined
            ? `Nobody can say what is wrong with it: ${failure.advice}`
            : isLooking
              ? 'Looking'
              : missing === 0
                ? 'Nothing is wrong with it.'
                : `${plural(missing, 'option')} to be filled in or mended.`}
        </span>
      </div>
    </form>
  );
}

interface GroupProps {
  readonly type: ConnectorType;
  readonly group: OptionGroup;
  readonly draft: Draft;
  readonly isTouched: (option: string) => boolean;
  readonly field: (option: ConnectorOption) => ReactNode;
  readonly organization: string;
}

const TITLES: Readonly<Record<string, string>> = { Other: 'Nobody knows these', 'Error Handling': 'What cannot be delivered' };

function Group({ type, group: { name, shown, folded }, draft, isTouched, field, organization }: GroupProps) {
  const isOfNote = (option: ConnectorOption) =>
    draft[option.name] !== undefined || visibleProblems(option, draft[option.name], isTouched(option.name)).length > 0;
  const mustOpen = folded.some(isOfNote);
  const [isOpen, setOpen] = useState(mustOpen);
  useEffect(() => {
    if (mustOpen) setOpen(true); // and it stays open: nothing closes under who types
  }, [mustOpen]);
  const { variable, file } = secretExamples(organization);
  return (
    <Panel title={name === 'Common' && type === 'SINK' ? 'What is read' : (TITLES[name] ?? name)}>
      {[...shown, ...folded].some(({ type }) => type === 'PASSWORD') && (
        <p className="faint connector-secrets">
          Secrets are named here, never written: <code>{variable}</code>, a variable of the worker, or <code>{file}</code>, a key of a file there. Which an
          organization may name is up to who runs the worker.
        </p>
      )}
      {shown.length > 0 && <div className="connector-options">{shown.map(field)}</div>}
      {folded.length > 0 && (
        <details className="connector-more" open={isOpen} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
          <summary>{shown.length === 0 ? plural(folded.length, 'option') : `${folded.length} more`}, seldom changed</summary>
          <div className="connector-options">{folded.map(field)}</div>
        </details>
      )}
    </Panel>
  );
}
