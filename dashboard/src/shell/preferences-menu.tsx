// Who is signed in, and how they like to look at things.
import { Link } from '@tanstack/react-router';
import { Popover } from 'radix-ui';
import { useState } from 'react';
import { pagesFor } from '../administration/pages.ts';
import { Key, Segments } from '../kit/button.tsx';
import { Icon } from '../kit/icon.tsx';
import { choose, isZone, usePreferences, type Preferences } from '../kit/preferences.ts';
import { zoneName, zoneOffset } from '../kit/time.ts';
import { signOut } from '../session/tokens.ts';
import { isHelpOpen } from './keys-help.tsx';
import { useViewer } from './viewer.tsx';

export function PreferencesMenu() {
  const [isOpen, setOpen] = useState(false);
  const viewer = useViewer();
  const may = (permission: string) => viewer?.permissions.includes(permission) === true;
  const administration = pagesFor(may)[0];
  const { theme, density, zone } = usePreferences();
  return (
    <Popover.Root open={isOpen} onOpenChange={setOpen}>
      <Popover.Trigger className="rail-person">
        <span className="rail-face">{viewer?.user.slice(0, 2) ?? ''}</span>
        <span className="rail-who">
          <span className="cut">{viewer?.user ?? ''}</span>
          <span className="cut faint">{viewer?.organization ?? ''}</span>
        </span>
        <Icon name="settings" />
        <span className="hidden-text">account and preferences</span>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="popover preferences" side="top" align="start" sideOffset={8} collisionPadding={8} aria-label="Account and preferences">
          <div className="preferences-row">
            <span>Theme</span>
            <Segments<Preferences['theme']>
              label="Theme"
              value={theme}
              choices={[
                { value: 'system', label: 'System' },
                { value: 'dark', label: 'Dark' },
                { value: 'light', label: 'Light' },
              ]}
              onChange={(next) => choose({ theme: next })}
            />
          </div>
          <div className="preferences-row">
            <span>Rows</span>
            <Segments<Preferences['density']>
              label="Rows"
              value={density}
              choices={[
                { value: 'dense', label: 'Dense' },
                { value: 'comfortable', label: 'Comfortable' },
              ]}
              onChange={(next) => choose({ density: next })}
            />
          </div>
          <ZoneChoice zone={zone} />
          <div className="preferences-end">
            <Link to="/account" className="menu-item" onClick={() => setOpen(false)}>
              <Icon name="person" />
              Your account<Key>g y</Key>
            </Link>
            {administration !== undefined && (
              <Link to={administration.to} className="menu-item" onClick={() => setOpen(false)}>
                <Icon name="settings" />
                Administration<Key>g m</Key>
              </Link>
            )}
            <button
              type="button"
              className="menu-item"
              onClick={() => {
                setOpen(false);
                isHelpOpen.set(true);
              }}
            >
              <Icon name="keyboard" />
              Keyboard<Key>?</Key>
            </button>
            <button type="button" className="menu-item" onClick={() => signOut(viewer?.organization)}>
              <Icon name="out" />
              Sign out<span className="menu-end">{viewer?.roles.join(', ')}</span>
            </button>
          </div>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function ZoneChoice({ zone }: { readonly zone: string }) {
  const [text, setText] = useState(zone === 'local' ? '' : zone);
  const isKnown = text === '' || isZone(text);
  return (
    <div className="preferences-row">
      <span>
        Time zone, now {zoneName(zone)} {zoneOffset(zone, Date.now())}
      </span>
      <Segments
        label="Time zone"
        value={zone === 'UTC' || zone === 'local' ? zone : 'other'}
        choices={[
          { value: 'local', label: 'Local' },
          { value: 'UTC', label: 'UTC' },
          { value: 'other', label: 'Other' },
        ]}
        onChange={(next) => {
          if (next === 'other') setText(zoneName('local'));
          choose({ zone: next === 'other' ? zoneName('local') : next });
        }}
      />
      {zone !== 'UTC' && zone !== 'local' && (
        <>
          <input
            className="input"
            list="zones"
            aria-label="Name of the time zone"
            aria-invalid={!isKnown}
            value={text}
            onChange={(event) => {
              setText(event.target.value);
              if (event.target.value !== 'local' && isZone(event.target.value)) choose({ zone: event.target.value });
            }}
          />
          <datalist id="zones">
            {Intl.supportedValuesOf('timeZone').map((name) => (
              <option key={name} value={name} />
            ))}
          </datalist>
          {!isKnown && <span className="field-error">No zone has this name. Write one such as Europe/Berlin.</span>}
        </>
      )}
    </div>
  );
}
