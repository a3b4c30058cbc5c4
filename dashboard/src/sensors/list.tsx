// All sensors, one a row.
import { Link } from '@tanstack/react-router';
import { Ago } from '../kit/moment.tsx';
import { changeWords, exactCount, rate } from '../kit/numbers.ts';
import { Table } from '../kit/table.tsx';
import { kindWord, lagWords, percent, shareOff, StateMark, type SensorRow } from './words.tsx';

export function SensorsTable({ sensors }: { readonly sensors: readonly SensorRow[] }) {
  return (
    <Table
      label="Sensors"
      columns={[
        'Sensor',
        'State',
        'Last seen',
        { ofNumbers: 'Events/s' },
        { ofNumbers: 'Lag' },
        { ofNumbers: 'Refused, 1 d' },
        { ofNumbers: 'Unparsed, 1 d' },
        { ofNumbers: 'Clock off, 1 d' },
        'Format',
        'Topic',
        'Credential',
      ]}
    >
      {sensors.map((sensor) => (
        <Row key={sensor.id} sensor={sensor} />
      ))}
    </Table>
  );
}

function Row({ sensor }: { readonly sensor: SensorRow }) {
  const {
    id,
    name,
    state,
    silentSince,
    lastSeenAt,
    eventsPerMinute,
    eventsPerMinuteBefore,
    lagSeconds,
    refused,
    unparsed,
    events,
    skew,
    format,
    topic,
    access,
  } = sensor;
  const off = shareOff(skew);
  const credential = sensor.credentials[0];
  return (
    <tr>
      <th scope="row">
        <Link to="/pipeline/sensors/$sensorId" params={{ sensorId: id }}>
          {name}
        </Link>
      </th>
      <td>
        <StateMark state={state} since={silentSince} />
      </td>
      <td>{lastSeenAt === null ? <span className="faint">never</span> : <Ago at={lastSeenAt} suffix=" ago" />}</td>
      <td className="n" title={`Ten minutes: ${changeWords(eventsPerMinute, eventsPerMinuteBefore)}`}>
        {rate(eventsPerMinute / 60)} <span className="faint">was {rate(eventsPerMinuteBefore / 60)}</span>
      </td>
      <td className="n">{lagSeconds === null ? <span className="faint">not known</span> : lagWords(lagSeconds)}</td>
      <td className="n">
        {refused > 0 ? (
          <Link to="/pipeline/sensors/$sensorId" params={{ sensorId: id }} hash="refusals">
            {exactCount(refused)}
          </Link>
        ) : (
          '0'
        )}
      </td>
      <td className="n" title={`Of ${exactCount(events)} events`}>
        {exactCount(unparsed)}
      </td>
      <td className="n">{off === null ? <span className="faint">not known</span> : percent(off)}</td>
      <td>{format === null ? <span className="faint">recognised</span> : format}</td>
      <td>
        <code>{topic}</code>
      </td>
      <td>
        {kindWord(access)}
        {credential !== undefined && (
          <span className="faint">
            , <Ago at={credential.createdAt} suffix=" old" />
          </span>
        )}
      </td>
    </tr>
  );
}
