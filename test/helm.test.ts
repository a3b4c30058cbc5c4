// The chart: its values by its schema, its memory by the page of bounds, and what it renders where there is a helm program.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { stageNames } from '../topologies/telemetry/flow.ts';

interface Resources {
  readonly requests: { readonly memory: string };
  readonly limits: { readonly memory: string };
}
interface Values {
  readonly partitions: number;
  readonly stages: Readonly<Record<string, { readonly replicas: number; readonly names?: string; readonly resources: Resources }>>;
  readonly api: { readonly replicas: number; readonly resources: Resources };
}
const chart = new URL('../helm/goshawk/', import.meta.url);
const read = (file: string) => readFileSync(new URL(file, chart), 'utf8');
const values = parse(read('values.yaml')) as Values;

/** By stage: MiB that are always there, and for each task. From the two columns of the page's sums. */
function boundsOf(): ReadonlyMap<string, { readonly base: number; readonly perTask: number }> {
  const page = readFileSync(new URL('../docs/reference/bounds.md', import.meta.url), 'utf8');
  const [few, many] = /\| stage \| embedded, (\d+) partitions \| chart, (\d+) partitions \|/.exec(page)!.slice(1).map(Number) as [number, number];
  const rows = [...page.matchAll(/^\| ([\w-]+) \| ([\d,]+) MiB \| ([\d,]+) MiB \|$/gm)];
  const number = (text: string) => Number(text.replaceAll(',', ''));
  return new Map(
    rows.map(([, stage, atFew, atMany]) => {
      const perTask = (number(atMany!) - number(atFew!)) / (many - few);
      return [stage!, { base: number(atFew!) - few * perTask, perTask }];
    }),
  );
}
const mebibytes = (text: string): number => Number(/^(\d+)Mi$/.exec(text)![1]);
const PROCESS_MIB = 150; // of an idle one, as the page says
const bounds = boundsOf();
const pods = [
  ...Object.entries(values.stages).map(([name, { replicas, names = name, resources }]) => ({ name, replicas, stages: names.split(','), resources })),
  { name: 'api', replicas: values.api.replicas, stages: ['API'], resources: values.api.resources },
];

it('has a bound for everything that its pods run, and runs every stage', () => {
  expect(pods.flatMap(({ stages }) => stages).sort()).toEqual([...bounds.keys()].sort());
  expect(
    pods
      .flatMap(({ stages }) => stages)
      .filter((stage) => stage !== 'API')
      .sort(),
  ).toEqual([...stageNames].sort());
});

it.each(pods)('gives $name memory for what it may hold', ({ replicas, stages, resources }) => {
  const tasks = Math.ceil(values.partitions / replicas);
  const most = stages.reduce((sum, stage) => sum + bounds.get(stage)!.base + bounds.get(stage)!.perTask * tasks, 0);
  const [request, limit] = [mebibytes(resources.requests.memory), mebibytes(resources.limits.memory)];
  expect(limit).toBeGreaterThanOrEqual(most + PROCESS_MIB);
  expect(limit).toBeLessThanOrEqual(4 * (most + PROCESS_MIB)); // a bound that went leaves no limit behind that nobody needs
  expect(request).toBeGreaterThanOrEqual(most / 4 + PROCESS_MIB);
  expect(request).toBeLessThanOrEqual(limit);
});

const needed = {
  installationId: 'one',
  kafka: { brokers: ['kafka:9092'], passwordSecret: 'kafka' },
  registry: { url: 'http://registry' },
  database: { urlSecret: 'db' },
};

it('has values that its schema takes once the rest is given, and no others', () => {
  const validate = new Ajv({ strict: false, allErrors: true }).compile(JSON.parse(read('values.schema.json')) as object);
  const valuesWith = (more: object) => ({ ...values, ...needed, ...more });
  expect([validate(valuesWith({})), validate.errors]).toEqual([true, null]);
  expect(validate(valuesWith({ keys: { secrets: 'x' } }))).toBe(false);
  expect(validate(valuesWith({ api: { ...values.api, tls: { secretName: 'x' } } }))).toBe(false);
});

it('names only options that there are', () => {
  const options = readFileSync(new URL('../docs/reference/options.md', import.meta.url), 'utf8');
  const named = readdirSync(new URL('templates/', chart)).flatMap((file) => read(`templates/${file}`).match(/GOSHAWK_[A-Z_]+/g) ?? []);
  expect(named).toContain('GOSHAWK_API_TLS_CERT_FILE');
  const ofProcesses = new Set(['GOSHAWK_INSTALLATION_ID', 'GOSHAWK_API_URL', 'GOSHAWK_INSTANCE_ID']); // read where the process starts, in no file
  expect(named.filter((name) => !options.includes(`\`${name}\``) && !ofProcesses.has(name))).toEqual([]);
});

const helm = process.env['GOSHAWK_HELM'] ?? 'helm';
const isThere = spawnSync(helm, ['version'], { stdio: 'ignore' }).status === 0;

describe.skipIf(!isThere)('rendered by helm (in the PATH, or GOSHAWK_HELM)', () => {
  interface Probe {
    readonly httpGet: { readonly path: string; readonly port: string; readonly scheme?: string };
  }
  interface Pod {
    readonly automountServiceAccountToken?: boolean;
    readonly affinity?: object;
    readonly containers: readonly {
      readonly args: readonly string[];
      readonly env: readonly { readonly name: string; readonly value?: string }[];
      readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
      readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
      readonly readinessProbe?: Probe;
      readonly livenessProbe?: Probe;
      readonly startupProbe?: Probe;
    }[];
    readonly volumes: readonly { readonly name: string; readonly persistentVolumeClaim?: { readonly claimName: string }; readonly secret?: object }[];
  }
  interface Manifest {
    readonly kind: string;
    readonly metadata: { readonly name: string };
    readonly spec: {
      readonly template: { readonly metadata: { readonly labels: Readonly<Record<string, string>> }; readonly spec: Pod };
      readonly selector: Readonly<Record<string, string>>; // of a service
      readonly ports: readonly { readonly port: number; readonly targetPort?: string }[];
      readonly rules: readonly { readonly host: string }[];
    };
  }
  const template = (...more: string[]) => {
    const { status, stdout, stderr } = spawnSync(helm, ['template', 'g', chart.pathname, '--values', '-', ...more], {
      input: JSON.stringify(needed),
      encoding: 'utf8',
    });
    return { status, stdout, stderr, manifests: status === 0 ? parseAllDocuments(stdout).flatMap((each) => (each.toJS() as Manifest | null) ?? []) : [] };
  };
  const podOf = (manifests: readonly Manifest[], name: string) =>
    manifests.find(({ kind, metadata }) => metadata.name === `g-${name}` && ['Deployment', 'StatefulSet'].includes(kind))!.spec.template.spec;
  const mountsOf = (pod: Pod) => pod.containers[0]!.volumeMounts.map(({ name, mountPath }) => `${name} ${mountPath}`);

  const workloads = (manifests: readonly Manifest[]) => manifests.filter(({ kind }) => ['Deployment', 'StatefulSet', 'Job'].includes(kind));

  it('leads services and probes to ports that the pods have', () => {
    const { manifests } = template();
    const pods = workloads(manifests).map(({ metadata: { name }, spec: { template: pod } }) => ({ name, labels: pod.metadata.labels, container: pod.spec.containers[0]! })); // prettier-ignore
    const nowhere: string[] = [];
    for (const { name, container } of pods)
      for (const probe of [container.readinessProbe, container.livenessProbe, container.startupProbe])
        if (probe !== undefined && container.ports?.some((port) => port.name === probe.httpGet.port) !== true) nowhere.push(`${name} ${probe.httpGet.path}`);
    for (const { metadata, spec } of manifests.filter(({ kind }) => kind === 'Service'))
      for (const { port, targetPort } of spec.ports) {
        const behind = pods.filter(({ labels }) => Object.entries(spec.selector).every(([label, value]) => labels[label] === value));
        const open = behind.filter(({ container }) => container.ports?.some(({ name, containerPort }) => name === targetPort || containerPort === port));
        if (open.length === 0) nowhere.push(`${metadata.name}:${port}`);
      }
    expect(nowhere).toEqual([]);
  });

  it('serves metrics of every stage where the service says, on an address of the pod', () => {
    const { manifests } = template();
    for (const stage of Object.keys(values.stages)) {
      const { args, env, ports } = podOf(manifests, stage).containers[0]!;
      expect([args.slice(-2), ports], stage).toEqual([['--metrics-port', '9464'], [{ name: 'metrics', containerPort: 9464 }]]);
      expect(env, stage).toContainEqual({ name: 'HOST', value: '0.0.0.0' });
    }
  });

  it('gives no pod a token for Kubernetes', () => {
    const { manifests } = template();
    expect(workloads(manifests).filter(({ spec }) => spec.template.spec.automountServiceAccountToken !== false)).toEqual([]);
  });

  it('takes a host with a star', () => {
    const { manifests } = template('--set', 'api.host=*.goshawk.example');
    expect(manifests.find(({ kind }) => kind === 'Ingress')?.spec.rules[0]?.host).toBe('*.goshawk.example');
  });

  const validator = process.env['GOSHAWK_KUBERNETES_VALIDATE'] ?? 'kubernetes-validate';
  const canValidate = spawnSync(validator, ['--version'], { stdio: 'ignore' }).status === 0;
  it.skipIf(!canValidate).each([
    ['as it is', []],
    [
      'with a host, proxies and a Redis',
      ['--set', 'api.host=goshawk.example,api.ingressClassName=nginx,api.trustedProxies={10.0.0.0/8},api.redis.urlSecret=r'],
    ],
    ['with replicas and keys', ['--set', 'api.replicas=2,keys.secret=signing,connect.secrets.acme=tokens,connect.allow={siem.example}']],
    ['without SASL', ['--set', 'kafka.saslMechanism=,kafka.ssl=true']],
  ])('is what Kubernetes takes: %s', (_name, more) => {
    const folder = mkdtempSync(join(tmpdir(), 'goshawk-helm-'));
    writeFileSync(join(folder, 'rendered.yaml'), template(...more).stdout);
    const { status, stderr, stdout } = spawnSync(validator, ['--strict', '--quiet', join(folder, 'rendered.yaml')], { encoding: 'utf8' });
    rmSync(folder, { recursive: true });
    expect([status, stderr, stdout]).toEqual([0, '', '']);
  });

  it('has duties sign with the key of the API: on its volume, hence on its node', () => {
    const { manifests } = template();
    const duties = podOf(manifests, 'duties');
    expect(duties.containers[0]!.args).toEqual(['duties', '--data', '/data']);
    expect(duties.volumes.find(({ name }) => name === 'data')?.persistentVolumeClaim?.claimName).toBe('data-g-api-0');
    expect(JSON.stringify(duties.affinity)).toContain('"goshawk/part":"api"');
    expect(mountsOf(duties)).toEqual(mountsOf(podOf(manifests, 'api')));
  });

  it('has both sign with a key from a secret, duties with a volume of their own', () => {
    const { manifests } = template('--set', 'keys.secret=signing,api.replicas=2');
    for (const name of ['api', 'duties']) {
      expect(mountsOf(podOf(manifests, name)), name).toContain('keys /data/keys');
      expect(podOf(manifests, name).volumes.find((volume) => volume.name === 'keys')?.secret, name).toMatchObject({ secretName: 'signing' });
    }
    expect(podOf(manifests, 'duties').affinity).toBeUndefined();
    const claim = podOf(manifests, 'duties').volumes.find(({ name }) => name === 'data')?.persistentVolumeClaim?.claimName;
    expect(manifests.filter(({ kind }) => kind === 'PersistentVolumeClaim').map(({ metadata }) => metadata.name)).toEqual([claim]);
  });

  it("refuses replicas of the API that would not take each other's tokens", () => {
    const { status, stderr } = template('--set', 'api.replicas=2');
    expect(status).not.toBe(0);
    expect(stderr).toContain('keys.secret');
  });

  it.each([
    ['3840Mi', '2880'],
    ['1.5Gi', '1152'],
  ])('gives V8 three quarters of %s', (memory, heap) => {
    const { manifests } = template('--set', `stages.validate.resources.limits.memory=${memory}`);
    expect(podOf(manifests, 'validate').containers[0]!.env).toContainEqual({ name: 'NODE_OPTIONS', value: `--max-old-space-size=${heap}` });
  });

  it('has the API speak TLS by a secret, probes and worker ask it so, and a renewed certificate is seen', () => {
    const { manifests } = template('--set', 'api.tls.secret=g-api-tls,api.host=soc.example.org');
    const api = podOf(manifests, 'api');
    const [{ env, volumeMounts, readinessProbe, livenessProbe, ports } = never()] = api.containers;
    for (const [option, file] of [
      ['CERT', 'tls.crt'],
      ['KEY', 'tls.key'],
    ])
      expect(env).toContainEqual({ name: `GOSHAWK_API_TLS_${option}_FILE`, value: `/run/secrets/goshawk-tls/${file}` });
    expect(volumeMounts).toContainEqual({ name: 'tls', mountPath: '/run/secrets/goshawk-tls', readOnly: true }); // by subPath it would stay as it was
    expect(api.volumes.find(({ name }) => name === 'tls')?.secret).toMatchObject({ secretName: 'g-api-tls' });
    expect([readinessProbe, livenessProbe].map((probe) => probe?.httpGet)).toMatchObject([
      { port: 'https', scheme: 'HTTPS' },
      { port: 'https', scheme: 'HTTPS' },
    ]);
    expect(ports).toEqual([{ name: 'https', containerPort: 8080 }]);
    const service = manifests.find(({ kind, metadata }) => kind === 'Service' && metadata.name === 'g-api')!;
    expect(service.spec.ports).toEqual([{ name: 'https', port: 443, targetPort: 'https' }]);
    expect(JSON.stringify(manifests.find(({ kind }) => kind === 'Ingress'))).toContain('"port":{"name":"https"}');
    const worker = podOf(manifests, 'connect');
    expect(worker.containers[0]!.env).toContainEqual({ name: 'GOSHAWK_API_URL', value: 'https://g-api' });
    expect(worker.containers[0]!.env).toContainEqual({ name: 'NODE_EXTRA_CA_CERTS', value: '/run/secrets/goshawk-tls/ca.crt' });
    expect(worker.volumes.find(({ name }) => name === 'tls')?.secret).toMatchObject({ items: [{ key: 'ca.crt' }] }); // not the key
  });

  it('has the API speak HTTP unless it has a certificate', () => {
    const { manifests } = template();
    const [{ env, ports, readinessProbe } = never()] = podOf(manifests, 'api').containers;
    expect([ports, readinessProbe?.httpGet]).toMatchObject([[{ name: 'http' }], { port: 'http', scheme: 'HTTP' }]);
    expect(env.filter(({ name }) => /TLS|OUTBOUND/.test(name))).toEqual([]);
    expect(podOf(manifests, 'connect').containers[0]!.env).toContainEqual({ name: 'GOSHAWK_API_URL', value: 'http://g-api' });
  });

  it('opens addresses for API and worker alike', () => {
    const { manifests } = template('--set', 'outbound.organizationNetworks={10.20.0.0/16,10.30.0.0/16},api.allow={login.corp.internal}');
    for (const name of ['api', 'connect'])
      expect(podOf(manifests, name).containers[0]!.env).toContainEqual({ name: 'GOSHAWK_OUTBOUND_ORGANIZATION_NETWORKS', value: '10.20.0.0/16,10.30.0.0/16' });
    expect(podOf(manifests, 'api').containers[0]!.env).toContainEqual({ name: 'GOSHAWK_OUTBOUND_ALLOW', value: 'login.corp.internal' });
  });
});

function never(): never {
  throw new Error('There is no container.');
}
