// The parts of everything live, put together.
import { randomUUID } from 'node:crypto';
import { RoomHub } from './hub.ts';
import type { HubOptions } from './hub.ts';
import { liveMetrics } from './metrics.ts';
import type { LiveMetrics } from './metrics.ts';
import { LiveNews } from './news.ts';
import type { LiveNewsOptions } from './news.ts';
import { Presence } from './presence.ts';
import { LiveSessions } from './sessions.ts';
import type { OnRevoked, SessionLimits } from './sessions.ts';
import type { Registry } from 'prom-client';

export interface LiveOptions extends Omit<HubOptions, 'news' | 'presence'>, LiveNewsOptions {
  readonly limits: SessionLimits;
  readonly metrics: Registry;
  readonly onRevoked: OnRevoked;
}
export interface Live {
  readonly news: LiveNews;
  readonly hub: RoomHub;
  readonly presence: Presence;
  readonly sessions: LiveSessions;
  readonly metrics: LiveMetrics;
}
export interface RunningLive extends Live {
  readonly start: () => void;
  readonly stop: () => Promise<void>;
}

export function openLive(options: LiveOptions): RunningLive {
  const news = new LiveNews(options);
  const presence = new Presence({ ...options, processId: randomUUID() });
  const sessions = new LiveSessions(options.limits, options);
  return {
    news,
    presence,
    sessions,
    hub: new RoomHub({ ...options, news, presence }),
    metrics: liveMetrics(options.metrics, () => sessions.sockets),
    start() {
      news.start();
      presence.start();
    },
    async stop() {
      await Promise.all([news.stop(), presence.stop()]);
    },
  };
}
