// When its events happened and when rules met them, on one line.
import { usePreferences } from '../kit/preferences.ts';
import { SEVERITIES, severityRank } from '../kit/severity.tsx';
import { clockTime, toMs } from '../kit/time.ts';
import { duration } from '../kit/numbers.ts';
import type { AlertFull } from './detail.tsx';

const WIDTH = 1000; // of the drawing; it stretches to its place

export function Strip({ alert }: { readonly alert: AlertFull }) {
  const { zone } = usePreferences();
  const from = toMs(alert.time);
  const lasting = toMs(alert.lastTime) - from;
  if (lasting < 1 || alert.events.length < 2) return null;
  const place = (time: string) => `${(Math.min(1, Math.max(0, (toMs(time) - from) / lasting)) * 100).toFixed(3)}%`;
  const findings = [...alert.findings].sort((a, b) => severityRank(a.severity) - severityRank(b.severity));
  return (
    <figure className="strip">
      <svg
        viewBox={`0 0 ${WIDTH} 34`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${alert.events.length} events and ${alert.findings.length} findings over ${duration(lasting)}`}
      >
        <line x1="0" x2="100%" y1="23" y2="23" className="strip-line" />
        {alert.events.map((event) => (
          <line key={`${event.topic}${event.partition}:${event.offset}`} x1={place(event.time)} x2={place(event.time)} y1="17" y2="29" className="strip-event">
            <title>
              {clockTime(event.time, zone)} {event.dataset}
            </title>
          </line>
        ))}
      </svg>
      <div className="strip-findings">
        {findings.map((finding) => (
          <i
            key={finding.id}
            className={`strip-finding shape-${SEVERITIES.includes(finding.severity) ? finding.severity : 'informational'}`}
            style={{ left: place(finding.time) }}
            title={`${clockTime(finding.time, zone)} ${finding.rule.title}`}
          />
        ))}
      </div>
      <figcaption>
        <span className="number">{clockTime(alert.time, zone)}</span>
        <span className="faint">events below, findings above</span>
        <span className="number">{clockTime(alert.lastTime, zone)}</span>
      </figcaption>
    </figure>
  );
}
