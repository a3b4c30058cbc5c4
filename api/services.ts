// What follows topics and tables for as long as the API lives.
import { schemas } from '../schemas/avro/types.gen.ts';
import { topics } from '../topologies/topics.ts';
import { openAccess } from './access/index.ts';
import { AlertWorkRegister } from './alert-work/register.ts';
import { openRevocations } from './auth/revocation.ts';
import { openConnectWorkers } from './connect/workers.ts';
import { inOrganization } from './database.ts';
import { Quotas } from './gateway/quotas.ts';
import { DeadLetters } from './dead-letters.ts';
import type { ApiDeps } from './deps.ts';
import type { Services } from './graphql/context.ts';
import { HuntRegister } from './hunt/register.ts';
import { followTopic } from './live/follow.ts';
import type { Follower } from './live/follow.ts';
import { openLive } from './live/live.ts';
import { EventTail } from './live/tail.ts';
import { LagMeter } from './pipeline/lag.ts';
import { LedgerView } from './pipeline/ledger-view.ts';
import { PipelineMonitor } from './pipeline/monitor.ts';
import { Analyses } from './rules/analysis.ts';
import { ExceptionRegister } from './rules/exceptions.ts';
import { FindingExplanations } from './rules/finding-explanations.ts';
import { Rules } from './rules/register.ts';
import { RuleTrials } from './rules/trials.ts';
import { SavedSearches } from './saved-searches/register.ts';
import type { SensorAuthority } from './sensors/authority.ts';
import { openBrokerUsers } from './sensors/broker-users.ts';
import { openSensorGate } from './sensors/gate.ts';
import { Sensors } from './sensors/register.ts';
import { Trials } from './sensors/trials.ts';
import { Subscriptions } from './subscriptions/register.ts';
import { apiProbe, brokerProbe, connectProbe, databaseProbe, Parts } from './pipeline/parts.ts';

/** Without what is put together from them and the rest of the API; see app.ts. */
export interface RunningServices extends Omit<Services, 'identityProviders' | 'trustDomains'> {
  readonly start: () => void;
  readonly stop: () => Promise<void>;
}

const LOOK_EVERY_MS = 5_000;

export function openServices(deps: ApiDeps & { readonly wallMicros: () => number; readonly authority: SensorAuthority }): RunningServices {
  const { broker, pool, codec, log, topology, config, wallMicros, app = 'goshawk' } = deps;
  const ledger = new LedgerView(codec, app);
  const own = [
    brokerProbe(broker, deps.sensorAddresses?.kafkaBrokers),
    ...deps.probes.filter(({ name }) => name === 'registry'),
    databaseProbe(pool),
    apiProbe(deps.version),
  ];
  const others = deps.probes.filter(({ name }) => name !== 'registry');
  const parts = new Parts([...own, ...others, ...(others.some(({ name }) => name === 'connect') ? [] : [connectProbe])], wallMicros, { log });
  const run = inOrganization(pool, parts);
  const lag = new LagMeter(broker, () => codec.idOf(schemas.watermark));
  const monitor = new PipelineMonitor({ broker, pool, topology, ledger, parts, lag, app, log, wallMicros });
  const tail = new EventTail({ broker, codec, log, eventsPerSecond: config.liveEventsPerSecond, maxTails: config.liveSubscribers });
  const deadLetters = new DeadLetters({ run, broker, tryLetters: deps.tryLetters, wallMicros });
  const sensors = openSensorGate({ run, wallMicros });
  const register = new Sensors({
    run,
    gate: sensors,
    authority: deps.authority,
    brokerUsers: openBrokerUsers(broker),
    createRawTopic: deps.createRawTopic,
    addresses: deps.sensorAddresses ?? { kafkaBrokers: null, syslogTls: null },
  });
  const rules = new Rules(run, deps.ruleOptions);
  let followers: readonly Follower[] = [];
  let timer: NodeJS.Timeout | undefined;
  const revocations = openRevocations(deps);
  const live = openLive({ ...deps, run, tail, monitor, deadLetters, limits: config, onRevoked: revocations.onRevoked });
  const access = openAccess({ run, openListener: deps.openListener, revocations, brokerUsers: openBrokerUsers(broker), publicUrl: config.publicUrl, log });
  return {
    run,
    revocations,
    access,
    retentionDays: deps.retentionDays ?? null,
    openableNetworks: deps.openableNetworks ?? [],
    monitor,
    deadLetters,
    live,
    alertWork: new AlertWorkRegister(run),
    hunts: new HuntRegister(run, wallMicros),
    savedSearches: new SavedSearches(run),
    subscriptions: new Subscriptions(run, wallMicros),
    connectors: openConnectWorkers({ url: () => config.connectUrl || (deps.connectUrl?.() ?? null) }),
    tail,
    sensors,
    register,
    trials: new Trials(deps.recordTrials, wallMicros),
    rules,
    findingExplanations: new FindingExplanations({ run, detection: deps.detection, ruleOptions: deps.ruleOptions }),
    ruleTrials: new RuleTrials({ run, rules, detection: deps.detection, wallMicros }),
    exceptions: new ExceptionRegister({ run, detection: deps.detection, wallMicros }),
    analyses: new Analyses({ run, detection: deps.detection, wallMicros }),
    quotas: new Quotas({ run, wallMicros, log, metrics: deps.metrics }),
    wallMicros,
    start() {
      access.standings.start();
      live.start();
      followers = [followTopic({ broker, log, topic: topics.ledger.name, start: 'earliest', onBatch: (batch) => ledger.takeBatch(batch) })];
      // Also when nobody asks: `downSince` is to say when a part went, not when somebody looked.
      timer = setInterval(() => void monitor.snapshot(), LOOK_EVERY_MS);
      timer.unref();
    },
    async stop() {
      clearInterval(timer);
      sensors.stop();
      await Promise.all([...followers.map((follower) => follower.stop()), tail.stop(), revocations.stop(), access.standings.stop(), live.stop()]);
    },
  };
}
