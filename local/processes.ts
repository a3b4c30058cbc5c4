// The Node processes of an installation together: who is up, what they ask of each other, when everything runs.
import type { FatalError } from '../pipeline/core/errors.ts';
import type { Installation } from './installation.ts';
import { superviseProcess } from './node-process.ts';
import type { NodeProcess } from './node-process.ts';
import { PROCESSES } from './process-messages.ts';
import type { ProcessName, ProcessSpec, ProcessState, Report as Message } from './process-messages.ts';
import type { Report } from './report.ts';
import type { ServiceAddresses } from './services.ts';

export interface ProcessesOptions {
  readonly installation: Installation;
  readonly addresses: ServiceAddresses;
  readonly configFile: string | null;
  /** Null: what the configuration says. */
  readonly port: number | null;
  readonly isPortExplicit: boolean;
  readonly dashboardFolder: string | null;
  readonly report: Report;
  /** Where the API and the worker of connectors serve, as far as they do. */
  readonly onServing: (urls: { readonly api: string | null; readonly connect: string | null }) => void;
  readonly onFirstPassword: (password: string) => void;
  readonly onFail: (error: FatalError) => void;
  /** Each process as soon as it runs, to be stopped whatever happens next. */
  readonly onProcess: (process: NodeProcess) => void;
}
export interface Processes {
  /** All stages run and the API serves; the address. */
  readonly ready: Promise<string>;
  readonly startPlayer: () => void;
}

const NAMES = Object.keys(PROCESSES) as (keyof typeof PROCESSES)[];
const SERVER = 'serve';
const ANSWER_MS = 1500;

export function startProcesses(options: ProcessesOptions): Processes {
  const { installation, addresses, configFile, dashboardFolder, report, onServing, onFirstPassword, onFail, onProcess } = options;
  const all = new Map<ProcessName, NodeProcess>();
  const states: Partial<Record<ProcessName, ProcessState>> = {};
  const questions = new Map<number, (families: readonly object[]) => void>();
  const { promise: serving, resolve: isServing } = Promise.withResolvers<string>();
  let asked = 0;
  let port = options.port;
  let connectPort: number | null = null;
  const urls: { api: string | null; connect: string | null } = { api: null, connect: null };
  const tellStates = () => all.get(SERVER)?.tell({ type: 'processes', states, connectUrl: urls.connect });

  const specOf = (name: ProcessName): ProcessSpec => ({
    name,
    addresses,
    configFile,
    dataFolder: installation.folder,
    installationId: installation.identity.installationId,
    stages: name === 'player' ? [] : PROCESSES[name],
    player: name === 'player',
    connect: name === 'connect' ? { port: connectPort } : null,
    api: name === SERVER ? { port, isPortExplicit: options.isPortExplicit, dashboardFolder } : null,
  });

  function start(name: ProcessName): void {
    const process = superviseProcess({
      name,
      spec: () => specOf(name),
      folders: installation.parts,
      temporary: installation.temporary,
      report,
      onFail,
      onMessage: (message) => onMessage(name, message),
      onState: (state) => {
        states[name] = state;
        tellStates();
      },
    });
    all.set(name, process);
    onProcess(process);
  }

  function onMessage(from: ProcessName, message: Message): void {
    if (message.type === 'serving') {
      port = Number(new URL(message.url).port); // the same after a restart, so that open pages find it again
      isServing(message.url);
      urls.api = message.url;
      onServing(urls);
      tellStates();
    } else if (message.type === 'connecting') {
      connectPort = Number(new URL(message.url).port);
      urls.connect = message.url;
      onServing(urls);
      tellStates();
    } else if (message.type === 'administrator') onFirstPassword(message.password);
    else if (message.type === 'metrics') questions.get(message.id)?.(message.families);
    else if (message.type === 'metrics?') void collect(from).then((families) => all.get(from)?.tell({ type: 'metrics', id: message.id, families }));
  }

  /** Numbers of all processes but one, of those that answer in time. */
  async function collect(except: ProcessName): Promise<readonly object[]> {
    const others = NAMES.filter((name) => name !== except && states[name] === 'up').flatMap((name) => all.get(name) ?? []);
    const answers = await Promise.all(
      others.map(
        (other) =>
          new Promise<readonly object[]>((resolve) => {
            const id = ++asked;
            const end = (families: readonly object[]) => {
              clearTimeout(timer);
              questions.delete(id);
              resolve(families);
            };
            const timer = setTimeout(() => end([]), ANSWER_MS);
            questions.set(id, end);
            other.tell({ type: 'metrics?', id });
          }),
      ),
    );
    return answers.flat();
  }

  NAMES.forEach(start);
  const allReady = Promise.all([...all.values()].map((process) => process.ready));
  return { ready: allReady.then(() => serving), startPlayer: () => start('player') };
}
