import { Outlet, useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import { AlertNewsProvider } from '../data/alert-news.tsx';
import { useKeys } from '../kit/keys.ts';
import { fieldTerm } from '../kit/search-language.ts';
import { Deeds } from '../kit/undo.tsx';
import { ValueContext, ValueMenu, type ValueActions } from '../kit/value.tsx';
import { Banner } from './banner.tsx';
import { HealthProvider } from './health.tsx';
import { KeysHelp } from './keys-help.tsx';
import { OpenAlertsProvider } from './open-alerts.tsx';
import { Rail } from './rail.tsx';
import { ViewerProvider } from './viewer.tsx';
import './frame.css';

export function Frame() {
  const navigate = useNavigate();
  useKeys([
    { keys: 'g o', label: 'Overview', group: 'Go to', run: () => void navigate({ to: '/' }) },
    { keys: 'g a', label: 'Alerts', group: 'Go to', run: () => void navigate({ to: '/alerts' }) },
    { keys: 'g e', label: 'Events', group: 'Go to', run: () => void navigate({ to: '/events' }) },
    { keys: 'g h', label: 'Hunts', group: 'Go to', run: () => void navigate({ to: '/hunts' }) },
    { keys: 'g n', label: 'Entities', group: 'Go to', run: () => void navigate({ to: '/entities' }) },
    { keys: 'g r', label: 'Rules', group: 'Go to', run: () => void navigate({ to: '/rules' }) },
    { keys: 'g f', label: 'Fields', group: 'Go to', run: () => void navigate({ to: '/fields' }) },
    { keys: 'g p', label: 'Pipeline', group: 'Go to', run: () => void navigate({ to: '/pipeline' }) },
    { keys: 'g s', label: 'Sensors', group: 'Go to', run: () => void navigate({ to: '/pipeline/sensors' }) },
    { keys: 'g c', label: 'Connectors', group: 'Go to', run: () => void navigate({ to: '/connectors' }) },
    { keys: 'g y', label: 'Your account', group: 'Go to', run: () => void navigate({ to: '/account' }) },
    { keys: 'g m', label: 'Administration', group: 'Go to', run: () => void navigate({ to: '/administration' }) },
  ]);
  // Where a page says nothing else, filtering for a value opens a search for it.
  const actions = useMemo<ValueActions>(
    () => ({ filter: (field, value, isNegated) => void navigate({ to: '/events', search: { q: fieldTerm(field, value, isNegated) } }) }),
    [navigate],
  );
  return (
    <ViewerProvider>
      <HealthProvider>
        <AlertNewsProvider>
          <OpenAlertsProvider>
            <ValueContext value={actions}>
              <div className="frame">
                <Rail />
                <div className="frame-main">
                  <Banner />
                  <main className="frame-page">
                    <Outlet />
                  </main>
                </div>
              </div>
              <Deeds />
              <ValueMenu />
              <KeysHelp />
            </ValueContext>
          </OpenAlertsProvider>
        </AlertNewsProvider>
      </HealthProvider>
    </ViewerProvider>
  );
}
