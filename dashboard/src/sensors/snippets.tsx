// Configurations for shippers, one at a time, to be copied.
import type { EnrolledFragment } from '../gql/graphql.ts';
import { Segments } from '../kit/button.tsx';
import { CopyBlock } from '../kit/copy-block.tsx';

interface SnippetsProps {
  readonly snippets: EnrolledFragment['snippets'];
  readonly shown: string | undefined;
  readonly onShow: (shipper: string) => void;
}

const NAMES: Record<string, string> = {
  filebeat: 'Filebeat',
  vector: 'Vector',
  'fluent-bit': 'Fluent Bit',
  rsyslog: 'rsyslog',
  'otel-collector': 'OpenTelemetry',
  hec: 'HEC',
  curl: 'curl',
  'kafka-producer': 'Kafka producer',
};

export function Snippets({ snippets, shown, onShow }: SnippetsProps) {
  const one = snippets.find(({ shipper }) => shipper === shown) ?? snippets[0];
  if (one === undefined) return null;
  return (
    <div className="sensor-snippets">
      <div className="sensor-scroll">
        <Segments
          label="Shipper"
          value={one.shipper}
          choices={snippets.map(({ shipper }) => ({ value: shipper, label: NAMES[shipper] ?? shipper }))}
          onChange={onShow}
        />
      </div>
      <CopyBlock label={one.title} note={one.file === null ? 'for a shell' : one.file} text={one.text} />
    </div>
  );
}
