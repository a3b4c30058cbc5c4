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
const LANE = 26; // of a topic that passes columns by, above all cards
const SIDE = 9; // how far beside a card a wire turns
const RADIUS = 6;
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
  const top = picture.buses.length * LANE;
  const height = top + picture.rows * (CARD_HEIGHT + ROW_GAP) - ROW_GAP;
  const places = new Map(picture.places.map(({ name, column, row }) => [name, { x: column * (card + COLUMN_GAP), y: top + row * (CARD_HEIGHT + ROW_GAP) }]));
  const begin = (name: string) => ({ x: (places.get(name)?.x ?? 0) + card, y: (places.get(name)?.y ?? 0) + CARD_HEIGHT / 2 });
  const end = (name: string) => ({ x: places.get(name)?.x ?? 0, y: (places.get(name)?.y ?? 0) + CARD_HEIGHT / 2 });
  return (
    <div className="picture" ref={holder} tabIndex={0} role="group" aria-label="Stages, from sensors on the left to the store on the right">
      <div className="picture-all" style={{ width: total, height }}>
        <svg width={total} height={height} aria-hidden="true">
          {picture.wires.map(({ from, to, topic }) => {
            const a = begin(from);
            const b = end(to);
            const lane = picture.buses.indexOf(topic);
            const bend = COLUMN_GAP / 2 + 4;
            const y = lane * LANE + LANE / 2;
            const path =
              lane === -1
                ? `M${a.x} ${a.y} C${a.x + bend} ${a.y} ${b.x - bend} ${b.y} ${b.x} ${b.y}`
                : corners([a, { x: a.x + SIDE, y: a.y }, { x: a.x + SIDE, y }, { x: b.x - SIDE, y }, { x: b.x - SIDE, y: b.y }, b]);
            return <path key={`${from} ${to}`} className="picture-wire" d={path} />;
          })}
          {picture.buses.map((topic, lane) => (
            <text
              key={topic}
              className="picture-topic"
              x={Math.min(...picture.wires.filter((wire) => wire.topic === topic).map(({ from }) => begin(from).x)) + SIDE + 10}
              y={lane * LANE + LANE / 2 - 4}
            >
              {topic}
            </text>
          ))}
        </svg>
        {stages.map((stage) => {
          const place = places.get(stage.name);
          if (place === undefined) return null;
          return (
            <Card
              key={stage.name}
              stage={stage}
              samples={history.get(stage.name) ?? []}
              style={{ width: card, height: CARD_HEIGHT, transform: `translate(${place.x}px, ${place.y}px)` }}
            />
          );
        })}
      </div>
    </div>
  );
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** A line through the points, its corners rounded. */
function corners(points: readonly Point[]): string {
  let path = '';
  points.forEach((point, index) => {
    const before = points[index - 1];
    const after = points[index + 1];
    if (before === undefined || after === undefined) path += `${path === '' ? 'M' : 'L'}${point.x} ${point.y}`;
    else path += `L${towards(point, before)} Q${point.x} ${point.y} ${towards(point, after)}`;
  });
  return path;
}

/** `RADIUS` away from a corner, on the way to another point. */
function towards(corner: Point, other: Point): string {
  const length = Math.hypot(other.x - corner.x, other.y - corner.y);
  const part = length === 0 ? 0 : Math.min(RADIUS, length / 2) / length;
  return `${corner.x + (other.x - corner.x) * part} ${corner.y + (other.y - corner.y) * part}`;
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
      </div>
      <div className="stage-line stage-numbers number">
        <span>{rate(stage.inPerSecond)}</span>
        <span className="quiet">{stage.lag === null ? 'lag ?' : `${count(stage.lag)} behind`}</span>
      </div>
      <div className="stage-line stage-foot">
        <Spark samples={samples} />
        <span className="number stage-mark" title="Age of the watermark of the furthest dataset">
          {stage.watermark === null ? '' : duration(now - toMs(stage.watermark))}
        </span>
      </div>
    </div>
  );
}

/** Records per second since the page was opened. */
function Spark({ samples }: { readonly samples: readonly Sample[] }) {
  if (samples.length < 3) return <span />;
  const most = Math.max(...samples.map(({ perSecond }) => perSecond), 0.001);
  const points = samples.map(({ perSecond }, i) => `${((i / (samples.length - 1)) * 60).toFixed(1)},${(13 - (perSecond / most) * 12).toFixed(1)}`).join(' ');
  return (
    <svg className="spark" viewBox="0 0 60 14" preserveAspectRatio="none" aria-hidden="true">
      <polyline points={points} />
    </svg>
  );
}
