import type { ConnectorStateFragment } from '../gql/graphql.ts';
import { Button, IconButton } from '../kit/button.tsx';
import type { IconName } from '../kit/icon.tsx';
import { verbsOf, type Verb } from './use-verbs.ts';

const LOOKS: Readonly<Record<Verb, { readonly icon: IconName; readonly label: string }>> = {
  pause: { icon: 'pause', label: 'Pause' },
  resume: { icon: 'play', label: 'Resume' },
  restart: { icon: 'refresh', label: 'Restart' },
  stop: { icon: 'stop', label: 'Stop' },
};

interface VerbsProps {
  readonly connector: Pick<ConnectorStateFragment, 'name' | 'state'>;
  readonly isBusy: boolean;
  readonly onVerb: (verb: Verb) => void;
}

/** With their words, for the page of one connector. */
export function VerbButtons({ connector, isBusy, onVerb }: VerbsProps) {
  return verbsOf(connector.state).map((verb) => (
    <Button key={verb} icon={LOOKS[verb].icon} disabled={isBusy} onClick={() => onVerb(verb)}>
      {LOOKS[verb].label}
    </Button>
  ));
}

/** As icons, for a row. */
export function VerbIcons({ connector, isBusy, onVerb }: VerbsProps) {
  return (
    <span className="connector-verbs">
      {verbsOf(connector.state).map((verb) => (
        <IconButton key={verb} icon={LOOKS[verb].icon} label={`${LOOKS[verb].label} ${connector.name}`} disabled={isBusy} onClick={() => onVerb(verb)} />
      ))}
    </span>
  );
}
