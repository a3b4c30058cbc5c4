// The stages as they are wired, with what each does now.
import { useEffect, useMemo, useRef, useState } from 'react';
import { useNow } from '../kit/clock.ts';
import { count, duration, rate } from '../kit/numbers.ts';
import { HealthShape, type Health } from '../kit/severity.tsx';
import { toMs } from '../kit/time.ts';
import type { Stage } from '../shell/health.tsx';
import { useHistory } from './history.ts';
import { layOut } from './layout.ts';
import { paceOf, type Pace, type Sample } from './pace.ts';

const CARD_HEIGHT = 78;
const ROW_GAP = 12;
const COLUMN_GAP = 28;
const NARROWEST = 138;
const PACE_HEALTH: Record<Pace, Health> = { 'keeps up': 'good', 'catches up': 'waiting', 'falls behind': 'bad', 'not known': 'off' };

export function Picture({ stages }: { readonly stages: readonly Stage[] }) {
  const holder = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const history = useHistory();
  const wiring = stages.map(({ name, inputTopic, outputTopics }) => `${name} ${inputTopic} ${outputTopics.join()}`).join(';');
  const picture = useMemo(() => layOut(stages), [wiring]);
  useEffect(() => {
    const element = holder.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const card = Math.max(NARROWEST, (width - COLUMN_GAP * (picture.columns - 1)) / picture.columns);
  const total = picture.columns * card + (picture.columns - 1) * COLUMN_GAP;
  const height = picture.rows * (CARD_HEIGHT + ROW_GAP) - ROW_GAP;
  const places = new Map(picture.places.map(({ name, column, row }) => [name, { x: column * (card + COLUMN_GAP), y: row * (CARD_HEIGHT + ROW_GAP) }]));
  return (
    <div className="picture" ref={holder} tabIndex={0} role="group" aria-label="Stages, from sensors on the left to the store on the right">
      <div className="picture-all" style={{ width: total, height }}>
        <svg width={total} height={height} aria-hidden="true">
          {picture.wires.map(({ from, to, topic }) => {
            const a = places.get(from);
            const b = places.get(to);
            if (a === undefined || b === undefined) return null;
            const x1 = a.x + card;
            const y1 = a.y + CARD_HEIGHT / 2;
            const y2 = b.y + CARD_HEIGHT / 2;
            const bend = COLUMN_GAP / 2 + 4;
            // Long wires leave and arrive level, so that they pass behind the cards between.
            return <path key={`${from} ${to}`} className="picture-wire" d={`M${x1} ${y1} C${x1 + bend} ${y1} ${b.x - bend} ${y2} ${b.x} ${y2}`}><title>{topic}</title></path>;
          })}
        </svg>
        {stages.map((stage) => {
          const place = places.get(stage.name);
          if (place === undefined) return null;
          return <Card key={stage.name} stage={stage} samples={history.get(stage.name) ?? []} style={{ width: card, height: CARD_HEIGHT, transform: `translate(${place.x}px, ${place.y}px)` }} />;
        })}
      </div>
    </div>
  );
}

function Card({ stage, samples, style }: { readonly stage: Stage; readonly samples: readonly Sample[]; readonly style: React.CSSProperties }) {
  const now = useNow(1000);
  const pace = paceOf(stage, samples);
  return (
    <div className="stage" style={style} title={`${stage.name} ${pace}\nreads ${stage.inputTopic}\nwrites ${stage.outputTopics.join(', ') || 'to the store'}`}>
      <div className="stage-line">
        <HealthShape health={PACE_HEALTH[pace]} size={9} />
        <span className="hidden-text">{pace}: </span>
        <strong className="cut">{stage.name}</strong>
        <Spark samples={samples} />
      </div>
      <div className="stage-line stage-numbers number">
        <span>{rate(stage.inPerSecond)}</span>
        <span className="quiet">{stage.lag === null ? 'lag ?' : `${count(stage.lag)} behind`}</span>
      </div>
      <div className="stage-line stage-foot"><span className="cut">{stage.inputTopic}</span><span className="number stage-mark" title="Age of the watermark">{stage.watermark === null ? '' : duration(now - toMs(stage.watermark))}</span></div>
    </div>
  );
}

/** Records per second since the page was opened. */
function Spark({ samples }: { readonly samples: readonly Sample[] }) {
  if (samples.length < 3) return null;
  const most = Math.max(...samples.map(({ perSecond }) => perSecond), 0.001);
  const points = samples.map(({ perSecond }, i) => `${((i / (samples.length - 1)) * 44).toFixed(1)},${(13 - (perSecond / most) * 11).toFixed(1)}`).join(' ');
  return <svg className="spark" width="44" height="14" aria-hidden="true"><polyline points={points} /></svg>;
}
