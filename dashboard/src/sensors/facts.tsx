// What is known of one sensor: its numbers now, why records were refused, its clock, its silences, its credentials.
import { Link } from '@tanstack/react-router';
import type { SensorQuery } from '../gql/graphql.ts';
import { Ago, Moment } from '../kit/moment.tsx';
import { changeWords, duration, exactCount, rate } from '../kit/numbers.ts';
import { Panel } from '../kit/panel.tsx';
import { Table } from '../kit/table.tsx';
import { toMs } from '../kit/time.ts';
import { Ending, kindWord, lagWords, percent, SKEW, spanWords } from './words.tsx';

type Sensor = NonNullable<SensorQuery['sensor']>;

export function Facts({ sensor }: { readonly sensor: Sensor }) {
  const {
    lastSeenAt,
    eventsPerMinute,
    eventsPerMinuteBefore,
    lagSeconds,
    events,
    unparsed,
    keyless,
    refused,
    format,
    topic,
    access,
    silenceSeconds,
    createdAt,
    createdBy,
    revokedAt,
    revokedBy,
  } = sensor;
  return (
    <Panel title="Now">
      <dl className="sensor-facts">
        <Fact name="Last seen">{lastSeenAt === null ? 'never' : <Ago at={lastSeenAt} suffix=" ago" />}</Fact>
        <Fact name="Events, ten minutes">
          {rate(eventsPerMinute / 60)} <span className="faint">{changeWords(eventsPerMinute, eventsPerMinuteBefore)}</span>
        </Fact>
        <Fact name="Lag, ten minutes">{lagWords(lagSeconds)}</Fact>
        <Fact name="Events, a day">{exactCount(events)}</Fact>
        <Fact name="Kept as text, a day">{exactCount(unparsed)}</Fact>
        {keyless > 0 && (
          <Fact name="Without a key, a day">
            {exactCount(keyless)} <span className="faint">the format needs order: give each record its host as key</span>
          </Fact>
        )}
        <Fact name="Refused, a day">{exactCount(refused)}</Fact>
        <Fact name="Format">{format ?? 'recognised record by record'}</Fact>
        <Fact name="Topic">
          <code>{topic}</code>
        </Fact>
        <Fact name="Proves itself by">{kindWord(access)}</Fact>
        <Fact name="Alert after silence of">{spanWords(silenceSeconds)}</Fact>
        <Fact name="Enrolled">
          <Moment at={createdAt} isLong /> by {createdBy}
        </Fact>
        {revokedAt !== null && (
          <Fact name="Revoked">
            <Moment at={revokedAt} isLong /> by {revokedBy}
          </Fact>
        )}
      </dl>
    </Panel>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

export function Refusals({ refusals }: Pick<Sensor, 'refusals'>) {
  return (
    <Panel title="Refused" note="its records that were set aside and not sent again, by reason" isFlush className="sensor-refusals">
      <span id="refusals" />
      {refusals.length === 0 ? (
        <p className="quiet sensors-end">None. A record that cannot be read, or breaks a rule of its topic, would be listed here with the reason.</p>
      ) : (
        <Table label="Refused" columns={['Reason', 'Stage', { ofNumbers: 'Records' }, 'Newest', 'Its message']}>
          {refusals.map(({ stage, code, count, newest, message, id }) => (
            <tr key={`${stage} ${code}`}>
              <th scope="row">
                <Link to="/pipeline" search={{ code, letter: id }}>
                  <code>{code}</code>
                </Link>
              </th>
              <td>{stage}</td>
              <td className="n">{exactCount(count)}</td>
              <td>
                <Moment at={newest} isLong />
              </td>
              <td className="quiet">{message}</td>
            </tr>
          ))}
        </Table>
      )}
    </Panel>
  );
}

export function Clock({ skew }: Pick<Sensor, 'skew'>) {
  const all = SKEW.reduce((sum, { name }) => sum + skew[name], 0);
  return (
    <Panel title="Clock" note="of the last day: an event's own time against the broker's" isFlush>
      {all === 0 ? (
        <p className="quiet sensors-end">No event of the last day came with a time of its own.</p>
      ) : (
        <Table label="Clock" columns={['Its time is', { ofNumbers: 'Events' }, { ofNumbers: 'Share' }]}>
          {SKEW.filter(({ name }) => skew[name] > 0).map(({ name, words }) => (
            <tr key={name}>
              <th scope="row">{words}</th>
              <td className="n">{exactCount(skew[name])}</td>
              <td className="n">{percent(skew[name] / all)}</td>
            </tr>
          ))}
        </Table>
      )}
    </Panel>
  );
}

export function Silences({ silences, name, silenceSeconds }: Pick<Sensor, 'silences' | 'name' | 'silenceSeconds'>) {
  return (
    <Panel title="Silences" note={silenceSeconds === null ? 'not watched' : `longer than ${spanWords(silenceSeconds)}`} isFlush>
      {silences.length === 0 ? (
        <p className="quiet sensors-end">
          {silenceSeconds === null
            ? 'Nobody is told when it falls silent: it was enrolled without a limit.'
            : 'None. Each would raise an alert, which ends when the sensor speaks again.'}
        </p>
      ) : (
        <Table label="Silences" columns={['Since', 'Until', 'Alert']}>
          {silences.map(({ since, noticedAt, endedAt }) => (
            <tr key={since}>
              <th scope="row">
                <Moment at={since} isLong />
              </th>
              <td>
                {endedAt === null ? (
                  'it lasts'
                ) : (
                  <>
                    <Moment at={endedAt} isLong /> <span className="faint">after {duration(toMs(endedAt) - toMs(since))}</span>
                  </>
                )}
              </td>
              <td>
                <Link to="/events" search={{ q: `event.dataset:goshawk.sensor host.name:${name}`, from: noticedAt.slice(0, 16) + ':00Z', to: 'now' }}>
                  Its record
                </Link>
              </td>
            </tr>
          ))}
        </Table>
      )}
    </Panel>
  );
}

export function Credentials({ credentials }: Pick<Sensor, 'credentials'>) {
  return (
    <Panel title="Credentials" note="newest first" isFlush>
      <Table label="Credentials" columns={['Made', 'Holds', 'Last used']}>
        {credentials.map(({ id, kind, createdAt, expiresAt, lastUsedAt }) => (
          <tr key={id}>
            <th scope="row">
              {kind} <Moment at={createdAt} isLong />
            </th>
            <td>
              <Ending at={expiresAt} />
            </td>
            <td>
              {lastUsedAt === null ? (
                <span className="faint">{kind === 'sasl' ? 'only the broker knows' : 'never'}</span>
              ) : (
                <Ago at={lastUsedAt} suffix=" ago" />
              )}
            </td>
          </tr>
        ))}
      </Table>
    </Panel>
  );
}
