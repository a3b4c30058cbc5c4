// How the states and kinds of a sensor are called, and how its numbers are summed up.
import type { SensorAccess, SensorState, SensorsQuery } from '../gql/graphql.ts';
import { useNow } from '../kit/clock.ts';
import { Moment } from '../kit/moment.tsx';
import { age, duration } from '../kit/numbers.ts';
import { HealthShape, type Health } from '../kit/severity.tsx';
import { toMs } from '../kit/time.ts';

export type SensorRow = SensorsQuery['sensors']['edges'][number]['node'];
export type Skew = SensorRow['skew'];

const STATES: Record<SensorState, { readonly health: Health; readonly word: string }> = {
  sending: { health: 'good', word: 'Sending' },
  never: { health: 'waiting', word: 'Nothing yet' },
  silent: { health: 'bad', word: 'Silent' },
  revoked: { health: 'off', word: 'Revoked' },
};

export function StateMark({ state, since }: { readonly state: SensorState; readonly since?: string | null }) {
  const now = useNow(1000);
  const { health, word } = STATES[state];
  return (
    <span className="health-mark">
      <HealthShape health={health} />
      <span>
        {word}
        {state === 'silent' && since !== null && since !== undefined && ` for ${age(now - toMs(since))}`}
      </span>
    </span>
  );
}

const KINDS: Record<SensorAccess, string> = { token: 'Token', mtls: 'Client certificate', spiffe: 'SPIFFE ID', sasl: 'User of the broker' };
export const kindWord = (access: SensorAccess): string => KINDS[access];

/** Share of the events of a day whose own time is more than a minute off; null when none has a time of its own. */
export function shareOff({ aheadMinute, ahead, near, lateMinute, lateHour, lateDay, lateMore }: Skew): number | null {
  const off = aheadMinute + lateHour + lateDay + lateMore;
  const all = off + ahead + near + lateMinute;
  return all === 0 ? null : off / all;
}
export const percent = (share: number): string => (share > 0 && share < 0.01 ? 'below 1 %' : `${Math.round(share * 100)} %`);

export const SKEW: readonly { readonly name: keyof Omit<Skew, '__typename'>; readonly words: string }[] = [
  { name: 'aheadMinute', words: 'more than a minute ahead' },
  { name: 'ahead', words: '5 s to a minute ahead' },
  { name: 'near', words: 'within 5 s' },
  { name: 'lateMinute', words: '5 s to a minute late' },
  { name: 'lateHour', words: 'a minute to an hour late' },
  { name: 'lateDay', words: 'an hour to a day late' },
  { name: 'lateMore', words: 'more than a day late' },
];

export const lagWords = (seconds: number | null | undefined): string => (seconds === null || seconds === undefined ? 'not known' : duration(seconds * 1000));
/** `15 min`, `24 h`; `never` where no silence is noticed. */
export function spanWords(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined) return 'never';
  if (seconds % 86_400 === 0 && seconds > 86_400) return `${seconds / 86_400} d`;
  if (seconds % 3_600 === 0) return `${seconds / 3_600} h`;
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
}

/** When it ends, and whether it has. */
export function Ending({ at }: { readonly at: string | null | undefined }) {
  const now = useNow(1000);
  if (at === null || at === undefined) return <>until it is revoked</>;
  return (
    <>
      {toMs(at) <= now ? 'ended ' : 'until '}
      <Moment at={at} isLong />
    </>
  );
}
