// What is known of one connector: what became of its records, how it is configured, its tasks, and where to find what was rejected.
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { ConnectorState, ConnectorStateFragment } from '../gql/graphql.ts';
import { CopyBlock } from '../kit/copy-block.tsx';
import { Ago } from '../kit/moment.tsx';
import { bytes, exactCount } from '../kit/numbers.ts';
import { Panel } from '../kit/panel.tsx';
import { HealthShape, type Health } from '../kit/severity.tsx';
import { Table } from '../kit/table.tsx';
import { refusedOf } from './condition.ts';
import { draftOf } from './draft.ts';
import { pluginAbout, pluginTitle } from './plugins.ts';
import { Lag, LastError, OldestOwed } from './words.tsx';

interface Of {
  readonly connector: ConnectorStateFragment;
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

export function Delivery({ connector: { delivery } }: Of) {
  const { delivered, present, rejected, filtered, owed, owedBytes, lag, possibleDuplicates, lastProgressAt, oldestOwedAt } = delivery;
  return (
    <Panel title="Records" note="of all tasks, since each of them began">
      <dl className="connector-facts">
        <Fact name="Delivered">
          {exactCount(delivered)} {present > 0 && <span className="faint">and {exactCount(present)} that were there already</span>}
        </Fact>
        <Fact name="Rejected">{exactCount(rejected)}</Fact>
        <Fact name="Filtered">
          {exactCount(filtered)} <span className="faint">left out by a transform or the subscription</span>
        </Fact>
        <Fact name="Owed">
          {exactCount(owed)} {owed > 0 && <span className="faint">{bytes(owedBytes)}, read and not settled</span>}
        </Fact>
        <Fact name="Oldest owed">
          <OldestOwed oldestOwedAt={oldestOwedAt} />
        </Fact>
        <Fact name="Lag">
          <Lag lag={lag} /> {lag !== null && <span className="faint">of its topics, not settled</span>}
        </Fact>
        <Fact name="Maybe there twice">
          {exactCount(possibleDuplicates)}{' '}
          {possibleDuplicates > 0 && <span className="faint">sent again after an answer that left open whether they had been taken</span>}
        </Fact>
        <Fact name="Last progress">{lastProgressAt === null ? <span className="faint">none yet</span> : <Ago at={lastProgressAt} suffix=" ago" />}</Fact>
        <Fact name="Last error">
          <LastError delivery={delivery} />
        </Fact>
      </dl>
    </Panel>
  );
}

export function Configuration({ connector: { plugin, config } }: Of) {
  const about = pluginAbout(plugin);
  return (
    <Panel title={pluginTitle(plugin)} note={about ?? undefined}>
      <dl className="connector-facts">
        {Object.entries(draftOf(config)).map(([name, value]) => (
          <Fact key={name} name={name}>
            {name === 'subscription' && value !== '' ? (
              <Link to="/connectors/subscriptions" className="crumb">
                {value}
              </Link>
            ) : (
              <code>{value === '' ? '(empty)' : value}</code>
            )}
          </Fact>
        ))}
      </dl>
      <p className="faint connector-end">Secrets are named here and never held. They are read when a task starts: after a change, restart.</p>
    </Panel>
  );
}

const TASK_HEALTH: Readonly<Record<ConnectorState, readonly [Health, string]>> = {
  RUNNING: ['good', 'Running'],
  FAILED: ['bad', 'Failed'],
  PAUSED: ['off', 'Paused'],
  STOPPED: ['off', 'Stopped'],
  RESTARTING: ['waiting', 'Restarting'],
  UNASSIGNED: ['waiting', 'Waiting for a worker'],
};

export function Tasks({ connector: { tasks, trace } }: Of) {
  return (
    <Panel title="Tasks" note="shares of its work, on whichever worker has them" isFlush>
      {trace !== null && <Trace of="the connector" text={trace} />}
      {tasks.length === 0 ? (
        <p className="quiet connector-end">None: a connector that is stopped has no tasks.</p>
      ) : (
        <Table label="Tasks" columns={['Task', 'State', 'Worker', 'Why']}>
          {tasks.map(({ id, state, worker, trace: why }) => {
            const [health, word] = TASK_HEALTH[state];
            return (
              <tr key={id}>
                <th scope="row">{id}</th>
                <td>
                  <span className="health-mark">
                    <HealthShape health={health} />
                    <span>{word}</span>
                  </span>
                </td>
                <td>{worker === '' ? <span className="faint">nobody yet</span> : <code>{worker}</code>}</td>
                <td className="connector-why">{why !== null && why.split('\n')[0]}</td>
              </tr>
            );
          })}
        </Table>
      )}
      {tasks.map(({ id, trace: why }) => why !== null && <Trace key={id} of={`task ${id}`} text={why} />)}
    </Panel>
  );
}

function Trace({ of, text }: { readonly of: string; readonly text: string }) {
  return (
    <div className="connector-end">
      <CopyBlock label={`Trace of ${of}`} text={text} />
    </div>
  );
}

/** Where the records lie that could not be handed on, and how to look at them. */
export function Rejected({ connector: { name, config, delivery } }: Of) {
  const refused = refusedOf(config);
  return (
    <Panel title="Rejected" note={`${exactCount(delivery.rejected)} since each task began`} className="connector-rejected">
      <span id="rejected" />
      {refused.kind === 'stops' && <p>A record that cannot be delivered stops its task (errors.tolerance is none): none is set aside.</p>}
      {refused.kind === 'left-out' && (
        <p>Left out and counted: no dead-letter topic is named (errors.deadletterqueue.topic.name is empty), so nobody can look at them.</p>
      )}
      {refused.kind === 'topic' && (
        <>
          <p>
            Set aside in the topic <code>{refused.topic}</code>, as they were. Headers <code>__connect.errors.*</code> say where each lay and why it is there;
            other connectors may use the topic too. With kcat, and a user of the broker that may read it:
          </p>
          <CopyBlock label="Look at them" text={lookAtThem(refused.topic, name)} />
        </>
      )}
    </Panel>
  );
}

function lookAtThem(topic: string, connector: string): string {
  const wanted = `__connect.errors.connector.name=${connector}`.replaceAll("'", String.raw`'\''`);
  return `kcat -b BROKER -C -t ${topic} -e -q -f '%o %h %s\\n' | grep -F '${wanted}'`;
}
