// What is shown this once: the credential, and configurations with it in them.
import { useState } from 'react';
import type { EnrolledFragment } from '../gql/graphql.ts';
import { Icon } from '../kit/icon.tsx';
import { Panel } from '../kit/panel.tsx';
import { CopyBlock } from '../kit/copy-block.tsx';
import { Snippets } from './snippets.tsx';
import { Ending } from './words.tsx';

export function Enrolled({
  enrolled: { sensor, credential, snippets, notes },
  isRotated,
}: {
  readonly enrolled: EnrolledFragment;
  readonly isRotated: boolean;
}) {
  const [shipper, setShipper] = useState<string>();
  const { token, certificate, key, spiffeId, user, password, expiresAt } = credential;
  const secrets: readonly (readonly [label: string, text: string | null, note?: string])[] = [
    ['Token', token],
    ['Certificate', certificate, `${sensor.name}.pem`],
    ['Private key', key, `${sensor.name}.key`],
    ['SPIFFE ID', spiffeId],
    ['User', user],
    ['Password', password],
  ];
  const isSecret = token !== null || key !== null || password !== null;
  const before = isRotated ? sensor.credentials[1] : undefined;
  return (
    <>
      <Panel title={isRotated ? 'New credential' : 'Credential'} note={<Ending at={expiresAt} />}>
        <div className="sensor-once">
          {isSecret && (
            <p className="sensor-notice" role="note">
              <Icon name="warning" size={14} /> Shown this once and kept nowhere: copy it before you leave this page.
            </p>
          )}
          {secrets.map(([label, text, note]) => text !== null && <CopyBlock key={label} label={label} text={text} {...(note === undefined ? {} : { note })} />)}
          {notes.map((note) => (
            <p key={note} className="sensor-notice" role="note">
              <Icon name="warning" size={14} /> {note}
            </p>
          ))}
          {before !== undefined && (
            <p>
              The credential before it: <Ending at={before.expiresAt} />.
            </p>
          )}
          <p className="quiet">
            Its records go to <code>{sensor.topic}</code>, whatever they say of themselves.
          </p>
        </div>
      </Panel>
      <Panel title="Configuration" note={isSecret ? 'with the credential in it' : ''}>
        <Snippets snippets={snippets} shown={shipper} onShow={setShipper} />
      </Panel>
    </>
  );
}
