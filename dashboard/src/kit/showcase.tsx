// Every shared part in its states, for whoever builds with them. Only in development, at /kit.
import { useState } from 'react';
import type { AlertStatus } from '../gql/graphql.ts';
import { Button, IconButton, Segments } from './button.tsx';
import { ChartFrame } from './chart-frame.tsx';
import { Choice } from './choice.tsx';
import { Copy } from './copy.tsx';
import { Document } from './document.tsx';
import { EntityTag } from './entity.tsx';
import { Ago, Moment } from './moment.tsx';
import { count } from './numbers.ts';
import { Panel } from './panel.tsx';
import { choose, usePreferences } from './preferences.ts';
import { RangePicker } from './range-picker.tsx';
import type { Range } from './range.ts';
import { Cell, Head, Rows } from './rows.tsx';
import { SearchBox } from './search-box.tsx';
import { seriesColour } from './series.ts';
import { HealthMark, SEVERITIES, SeverityMark, StatusMark } from './severity.tsx';
import { Empty, Failed, Stale, Waiting } from './states.tsx';
import { Deeds, report } from './undo.tsx';
import { Value, ValueMenu } from './value.tsx';

const STATUSES: readonly AlertStatus[] = ['open', 'acknowledged', 'closed'];
const BARS = 60;
const end = Math.floor(Date.now() / 5000) * 5000;
const grid = {
  starts: Array.from({ length: BARS }, (_, i) => end - (BARS - i) * 5000),
  names: ['zeek', 'windows', 'suricata', 'cloudtrail'],
  values: [3, 5, 2, 1].map((size) => Array.from({ length: BARS }, (_, i) => size * (60 + 20 * Math.sin(i / (4 + size))))),
};
const series = grid.names.map((name, index) => ({ name, label: name, colour: seriesColour(index) }));
const problem = {
  title: 'The database does not answer.',
  advice: 'Stored events cannot be read until it does.',
  code: 'DATABASE_UNAVAILABLE',
  requestId: '0193e1f2-7a4b-7c3d',
  position: null,
};
const rows = Array.from({ length: 10_000 }, (_, i) => ({ id: `${i}`, name: `Row ${count(i)}` }));

export function Showcase() {
  const [range, setRange] = useState<Range>({ from: 'now-15m', to: 'now' });
  const { theme } = usePreferences();
  const [text, setText] = useState('host.name:(web01 or web02 -"access denied"');
  return (
    <div
      className="page-scroll"
      style={{ height: '100vh', paddingTop: 20, display: 'grid', gap: 16, gridTemplateColumns: 'repeat(auto-fill, minmax(420px, 1fr))', alignContent: 'start' }}
    >
      <Panel
        title="Buttons"
        actions={
          <Segments
            label="Theme"
            value={theme}
            choices={[
              { value: 'dark', label: 'Dark' },
              { value: 'light', label: 'Light' },
            ]}
            onChange={(next) => choose({ theme: next })}
          />
        }
      >
        <p style={{ display: 'flex', gap: 8, flexWrap: 'wrap' }}>
          <Button kind="main" hint="a">
            Acknowledge
          </Button>
          <Button hint="c">Close</Button>
          <Button kind="quiet" icon="person">
            Assign
          </Button>
          <Button disabled>Disabled</Button>
          <IconButton icon="table" label="Table" isOn />
          <IconButton icon="copy" label="Copy" />
          <Choice
            label="Order"
            value="a"
            options={[
              { value: 'a', label: 'Last changed' },
              { value: 'b', label: 'Most severe' },
            ]}
            onChange={() => undefined}
          />
          <Button onClick={() => report({ text: 'Alert closed as benign', undo: () => undefined })}>Do something</Button>
          <Button onClick={() => report({ text: 'The database does not answer.', isFailure: true })}>Fail</Button>
        </p>
      </Panel>
      <Panel title="Severity, status, state">
        <p style={{ display: 'flex', gap: 14, flexWrap: 'wrap' }}>
          {SEVERITIES.map((severity) => (
            <SeverityMark key={severity} severity={severity} />
          ))}
        </p>
        <p style={{ display: 'flex', gap: 14, flexWrap: 'wrap' }}>
          {STATUSES.map((status) => (
            <StatusMark key={status} status={status} />
          ))}
          <StatusMark status="closed" verdict="false_positive" />
        </p>
        <p style={{ display: 'flex', gap: 14, flexWrap: 'wrap' }}>
          {['up', 'starting', 'down', 'off'].map((state) => (
            <HealthMark key={state} state={state} />
          ))}
        </p>
      </Panel>
      <Panel title="Values and times">
        <p>
          <Value field="source.ip" value="203.0.113.7">
            <code>203.0.113.7</code>
          </Value>{' '}
          · <EntityTag type="host" value="WORKSTATION5" /> · <EntityTag type="user" value="wardog" /> ·{' '}
          <Copy text="b9f3a1c2d4e5f60718293a4b5c6d7e8f" label="hash" />
        </p>
        <p>
          <Moment at="2026-11-25T12:46:45.123456Z" /> · <Moment at="2026-11-25T12:46:45.123456Z" isLong /> ·{' '}
          <Ago at={new Date(end - 400_000).toISOString()} suffix=" ago" />
        </p>
        <RangePicker range={range} onChange={setRange} />
      </Panel>
      <Panel title="Search box">
        <SearchBox
          label="Search"
          placeholder="Words, field:value"
          value={text}
          fault={{ message: 'This parenthesis is not closed.', at: 10, length: 1 }}
          onSearch={setText}
          recent={['severity>=high', 'user.name:root']}
          complete={async (_text, caret) => [
            { kind: 'field', text: 'host.name', insert: 'host.name:', from: caret, to: caret, about: 'Host the event happened on', type: 'text', count: 120 },
            { kind: 'word', text: 'or', insert: 'or ', from: caret, to: caret, about: 'one of the two must hold', type: null, count: null },
          ]}
        />
        <div style={{ height: 40 }} />
      </Panel>
      <Panel title="Chart, areas">
        <ChartFrame
          isTable={false}
          label="Example"
          kind="area"
          series={series}
          grid={grid}
          barMs={5000}
          span={{ from: end - BARS * 5000, to: end }}
          format={count}
          height={180}
          baseline={500}
        />
      </Panel>
      <Panel title="Chart, bars">
        <ChartFrame
          isTable={false}
          label="Example"
          kind="bars"
          series={series}
          grid={grid}
          barMs={5000}
          span={{ from: end - BARS * 5000, to: end }}
          format={count}
          height={180}
        />
      </Panel>
      <Panel title="Rows" note="10,000" isFlush>
        <div style={{ height: 220 }}>
          <Rows
            label="Rows"
            items={rows}
            keyOf={({ id }) => id}
            columns="1fr 1fr"
            head={
              <>
                <Head>Id</Head>
                <Head>Name</Head>
              </>
            }
            row={(item) => (
              <>
                <Cell>{item.id}</Cell>
                <Cell>{item.name}</Cell>
              </>
            )}
            cursor={2}
          />
        </div>
      </Panel>
      <Panel title="Document">
        <Document label="Native document" value={{ EventID: 10, Channel: 'Microsoft-Windows-Sysmon/Operational', nested: { list: [1, 'two', null] } }} />
      </Panel>
      <Panel title="Nothing yet">
        <Empty icon="alerts" title="Nothing needs you" action={<Button kind="main">Show closed alerts too</Button>}>
          An alert appears here seconds after a rule meets an event.
        </Empty>
      </Panel>
      <Panel title="Went wrong" actions={<Stale problem={problem} at={end - 95_000} />}>
        <Failed problem={problem} onRetry={() => undefined} stillWorks="The live tail goes on." />
      </Panel>
      <Panel title="On its way">
        <Waiting rows={4} label="Loading" />
      </Panel>
      <Deeds />
      <ValueMenu />
    </div>
  );
}
