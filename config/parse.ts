/** From what somebody wrote to a checked configuration, or to everything that is wrong with it. */
import type { z } from 'zod';
import { between } from './between';
import { ConfigError, type Problem, pathText, related } from './errors';
import { homes } from './regions';
import { rules } from './rules';
import { type EnvironmentConfig, environmentSchema } from './schema';
import { type Issue, shapeProblems, valueAt } from './schema-problems';

type Tree = Record<PropertyKey, unknown>;
type Complete = z.output<typeof environmentSchema>;

/** The environments of several files. @param files file → what it exports. @throws ConfigError with every problem of every file */
export function parseEnvironments(files: Readonly<Record<string, unknown>>): EnvironmentConfig[] {
  const results = Object.entries(files).map(([file, input]) => ({ file, ...judge(file, input) }));
  const readable = results.flatMap(({ file, config, unjudged = [] }) => (config ? [{ file, config, unjudged }] : []));
  const problems = [...results.flatMap((result) => result.problems), ...between(readable)];
  if (problems.length > 0) throw new ConfigError(problems);
  return readable.map(({ config }) => config);
}

/** One environment. @throws ConfigError with every problem */
export function parseEnvironment(file: string, input: unknown): EnvironmentConfig {
  return parseEnvironments({ [file]: input })[0] as EnvironmentConfig;
}

/** @returns `unjudged`: malformed places, for which the configuration has a value that nobody wrote */
function judge(
  file: string,
  input: unknown,
): { config?: EnvironmentConfig; problems: Problem[]; unjudged?: readonly string[] } {
  const parsed = environmentSchema.safeParse(input);
  const malformed = withoutEchoes(parsed.error?.issues ?? []);
  // Rules are still asked about what is well-formed: malformed places get a value that is, and rules that read it are not asked.
  const complete = parsed.success ? parsed : environmentSchema.safeParse(repaired(input, malformed));
  if (!complete.success) return { problems: malformed.flatMap((issue) => shapeProblems(file, input, issue)) };

  const production = complete.data.production ?? complete.data.environment === 'prod';
  const { allowedKeys = production ? [] : 'deny-list', pseudonymKeys } = complete.data.redaction;
  const config = {
    ...complete.data,
    ...inRegion(complete.data),
    production,
    redaction: { pseudonymKeys, ...(allowedKeys === 'deny-list' ? {} : { allowedKeys }) },
  };
  const unjudged = malformed.filter(({ code }) => code !== 'unrecognized_keys').map(({ path }) => pathText(path));
  const findings = rules
    .filter(({ reads }) => !reads.some((read) => unjudged.some((path) => related(read, path))))
    .flatMap(({ check }) => check(config));
  return {
    config,
    unjudged,
    problems: [
      ...malformed.flatMap((issue) => shapeProblems(file, input, issue)),
      ...findings.map((finding) => ({ file, ...finding })),
    ],
  };
}

/** Defaults that follow the home region. */
const inRegion = ({ region, network, observe, clients }: Complete) => ({
  network: { ...network, availabilityZones: network.availabilityZones ?? [...homes[region].zones] },
  observe: { ...observe, metricsRegion: observe.metricsRegion ?? region },
  clients: clients.map((client) => ({ ...client, region: client.region ?? region })),
});

/** Of what is of a wrong type, its size says nothing more. */
const withoutEchoes = (issues: readonly Issue[]): Issue[] => {
  const mistyped = new Set(issues.flatMap(({ code, path }) => (code === 'invalid_type' ? [pathText(path)] : [])));
  return issues.filter(({ code, path }) => code === 'invalid_type' || !mistyped.has(pathText(path)));
};

/** The input with values that the schema takes where it refused. Only ever judged, never deployed. */
function repaired(input: unknown, issues: readonly Issue[]): unknown {
  const copy = structuredClone(input);
  for (const { code, path, ...issue } of issues) {
    const index = path.findIndex((key) => typeof key === 'number');
    const place = index < 0 ? path : path.slice(0, index);
    const parent = valueAt(copy, code === 'unrecognized_keys' ? place : place.slice(0, -1)) as Tree | undefined;
    if (typeof parent !== 'object' || parent === null) continue;
    if (code === 'unrecognized_keys') for (const key of (issue as { keys: string[] }).keys) delete parent[key];
    else if (place.length > 0) parent[place.at(-1) as PropertyKey] = structuredClone(valueAt(specimen, place));
  }
  return copy;
}

/** Well-formed throughout. */
const wellFormed = environmentSchema.parse({
  environment: 'specimen',
  production: false,
  account: '000000000000',
  network: { cidr: '10.0.0.0/16', serviceVpcPrefixes: ['10.1.0.0/16'] },
  mainland: { prefixes: ['10.2.0.0/16'] },
  collect: {
    gateway: { instanceType: 't4g.medium', minInstances: 2, maxInstances: 2, volumeGiB: 20 },
    sampler: { instanceType: 't4g.medium', minInstances: 2, maxInstances: 2, volumeGiB: 20 },
    entrance: {
      routed: { transitGatewayId: 'tgw-00000000', prefixes: ['10.1.0.0/16'] },
      handedOver: {
        certificate: {
          secretArn: 'arn:aws:secretsmanager:ap-east-1:000000000000:secret:agent-000000',
          keyArn: 'arn:aws:kms:ap-east-1:000000000000:key/00000000-0000-4000-8000-000000000000',
        },
      },
    },
  },
  sampling: { bytesPerSecond: 20_000, errorBytesPerSecond: 20_000 },
  store: {
    dataNodes: { instanceType: 'r7g.large.search', count: 3, volumeGiB: 50 },
    managerNodes: { instanceType: 'm7g.large.search', count: 3 },
    access: { endpoint: { vpcId: 'vpc-00000000', subnetIds: ['subnet-00000000'], prefixes: ['10.3.0.0/24'] } },
  },
  observe: { objectives: { p99Ms: { 'hk-cn': 500, 'cn-hk': 300, none: 300 } } },
  link: {
    transports: ['siteToSiteVpn'],
    siteToSiteVpn: {
      customerGatewayAddress: '192.0.2.1',
      insideCidrs: ['169.254.10.0/30', '169.254.11.0/30'],
      probeAddresses: ['10.2.0.1', '10.2.0.2'],
      internetAcknowledged: 'Stands in for what somebody wrote and is never deployed, NET-1200, to 2027',
    },
    farEnd: { asn: 65_000, prefixes: ['10.2.0.0/24'] },
    allowlist: { file: '', text: '' },
    receiver: { address: '10.2.0.3', name: 'receiver' },
    relay: {
      instanceType: 't4g.small',
      volumeGiB: 30,
      certificate: {
        secretArn: 'arn:aws:secretsmanager:ap-east-1:000000000000:secret:link-000000',
        keyArn: 'arn:aws:kms:ap-east-1:000000000000:key/00000000-0000-4000-8000-000000000000',
      },
    },
    probe: { rttMs: 100 },
  },
});

/** The same as somebody would write it: an allow-list is text until the schema has read it. */
const specimen = { ...wellFormed, link: { ...wellFormed.link, allowlist: { file: '', text: '' } } };
