import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useMay } from '../administration/may.ts';
import { Icon, type IconName } from '../kit/icon.tsx';
import { HealthShape, healthOf, SEVERITIES, SeverityShape, severityWord } from '../kit/severity.tsx';
import { useHealth } from './health.tsx';
import { Mark } from './mark.tsx';
import { useOpenAlerts } from './open-alerts.tsx';
import { PreferencesMenu } from './preferences-menu.tsx';
import './rail.css';

export function Rail() {
  const may = useMay();
  return (
    <nav className="rail" aria-label="Areas">
      <Link to="/" className="rail-mark" aria-label="Goshawk, overview">
        <Mark />
        <span>Goshawk</span>
      </Link>
      <ul className="rail-areas">
        <Area to="/" icon="overview" name="Overview" hint="g o" />
        <Area to="/alerts" icon="alerts" name="Alerts" hint="g a" end={<OpenCount />} />
        <Area to="/events" icon="events" name="Events" hint="g e" />
        {may('alerts:read') && <Area to="/hunts" icon="hunt" name="Hunts" hint="g h" />}
        <Area to="/entities" icon="thing" name="Entities" hint="g n" />
        <Area to="/rules" icon="rules" name="Rules" hint="g r" />
        <Area to="/fields" icon="fields" name="Fields" hint="g f" />
        <Area to="/pipeline" icon="pipeline" name="Pipeline" hint="g p" end={<PipelineState />} />
        {may('connectors:read') && <Area to="/connectors" icon="export" name="Connectors" hint="g c" />}
      </ul>
      <PreferencesMenu />
    </nav>
  );
}

interface AreaProps {
  readonly to: '/' | '/alerts' | '/events' | '/hunts' | '/entities' | '/rules' | '/fields' | '/pipeline' | '/connectors';
  readonly icon: IconName;
  readonly name: string;
  readonly hint: string;
  readonly end?: ReactNode;
}

function Area({ to, icon, name, hint, end }: AreaProps) {
  return (
    <li>
      <Link to={to} className="rail-area" title={`${name} (${hint})`} activeOptions={{ exact: to === '/', includeSearch: false }}>
        <Icon name={icon} size={17} />
        <span className="rail-name">{name}</span>
        {end}
      </Link>
    </li>
  );
}

function OpenCount() {
  const { alerts = [], isCut } = useOpenAlerts();
  const open = alerts.filter(({ status }) => status === 'open');
  if (open.length === 0) return null;
  const worst = SEVERITIES.find((severity) => open.some((alert) => alert.severity === severity)) ?? 'informational';
  return (
    <span className="rail-end">
      <SeverityShape severity={worst} size={9} />
      <span className="number">
        {open.length}
        {isCut('informational') && '+'}
      </span>
      <span className="hidden-text"> open, the worst {severityWord(worst)}</span>
    </span>
  );
}

function PipelineState() {
  const { data, problem } = useHealth();
  const state = problem !== undefined ? 'unknown' : data?.pipeline.state;
  if (state === undefined) return null;
  return (
    <span className="rail-end" title={state}>
      <HealthShape health={healthOf(state)} size={9} />
      <span className="hidden-text">{state}</span>
    </span>
  );
}
