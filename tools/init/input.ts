/** From answers to what an environment's file says. */
import { type AllowlistFile, relaySource } from '../../config/allowlist';
import { ConfigError, type Problem, related } from '../../config/errors';
import { parseEnvironments } from '../../config/parse';
import { type Answers, isAsked, type Setting, settings, type Whole } from './settings';

type Tree = Record<string, unknown>;

/** A trial: the smallest that is still redundant. */
const small = {
  collect: {
    gateway: { instanceType: 't4g.medium', minInstances: 2, maxInstances: 4, volumeGiB: 20 },
    sampler: { instanceType: 't4g.medium', minInstances: 2, maxInstances: 2, volumeGiB: 20 },
  },
  sampling: { bytesPerSecond: 20_000, errorBytesPerSecond: 200_000 },
  store: {
    dataNodes: { instanceType: 'r7g.large.search', count: 3, volumeGiB: 50 },
    load: { spansPerSecond: 200 },
  },
};

/** Held to the rules of production: a zone in reserve, dedicated managers, machines of fixed performance. */
const large = {
  collect: {
    gateway: { instanceType: 'm7g.large', minInstances: 3, maxInstances: 9, volumeGiB: 100 },
    sampler: { instanceType: 'm7g.xlarge', minInstances: 3, maxInstances: 6, volumeGiB: 200 },
  },
  sampling: { bytesPerSecond: 1_000_000, errorBytesPerSecond: 1_000_000 },
  store: {
    dataNodes: { instanceType: 'r7g.xlarge.search', count: 3, volumeGiB: 500 },
    managerNodes: { instanceType: 'm7g.large.search', count: 3 },
    standby: true,
    replicas: 2,
    load: { spansPerSecond: 2_000 },
  },
};

/** Days until the lines of a new allow-list end: their owners are asked before a year is over. */
const allowlistDays = 330;

/** The allow-list of a new link: what the link itself needs, and nothing else. */
function allowlistOf(name: string, answers: Answers, whole: Whole, today: Date): AllowlistFile {
  const until = new Date(today.getTime() + allowlistDays * 86_400_000).toISOString().slice(0, 10);
  const line = (to: string, port: number, what: string): string =>
    [relaySource, `${to}/32`, port, whole.team, answers.ticket ?? '-', until].join('  ').concat(`  # ${what}`);
  const [first = '', second = ''] = split(answers.probes);
  return {
    file: `config/allowlists/${name}.txt`,
    text: `${[
      `# What may cross the link of ${name}. TCP; "relay" stands for the link subnets.`,
      '# Asked with: npx harbourline allowlist why ADDRESS:PORT',
      '#',
      '# from  to  port  owner  ticket  expires',
      line(answers.receiver ?? '', 4318, 'aggregates to the analysis side'),
      line(answers.receiver ?? '', 8088, 'whether traceparent arrives'),
      line(first, 7, 'round trips by way of the first tunnel'),
      line(second, 7, 'round trips by way of the second tunnel'),
    ].join('\n')}\n`,
  };
}

const split = (text = ''): string[] => text.split(',').map((each) => each.trim());

/** The environment as its file says it. Nothing is judged here. */
export function inputOf(name: string, index: number, answers: Answers, whole: Whole, today: Date): Tree {
  const production = whole.production.includes(name);
  const linked = answers['far-end'] !== undefined;
  const tree: Tree = structuredClone({
    environment: name,
    ...(production && name !== 'prod' ? { production } : {}),
    ...(whole.repositoryUrl ? { repositoryUrl: whole.repositoryUrl } : {}),
    account: undefined,
    network: {},
    ...(answers.mainland ? { mainland: {} } : {}),
    ...(production ? large : small),
    observe: {
      ...(production ? { logRetentionDays: 400 } : {}),
      objectives: { p99Ms: { 'hk-cn': 500, 'cn-hk': 300, none: 800 } },
    },
    ...(linked ? { link: linkOf(index, production) } : {}),
  });
  for (const setting of settings) {
    const text = answers[setting.flag];
    if (text === undefined || setting.flag === 'ticket' || !isAsked(setting, production, answers)) continue;
    put(tree, pathOf(setting, production), readAs(setting, text));
  }
  if (linked) put(tree, 'link.allowlist', allowlistOf(name, answers, whole, today));
  return tree;
}

/** What nobody need be asked of a link. */
const linkOf = (index: number, production: boolean): Tree => ({
  transports: [production ? 'vpnOverDirectConnect' : 'siteToSiteVpn'],
  // Of each environment its own: one router may hold the sessions of several.
  [production ? 'vpnOverDirectConnect' : 'siteToSiteVpn']: {
    insideCidrs: [`169.254.${10 + 2 * index}.0/30`, `169.254.${11 + 2 * index}.0/30`],
  },
  relay: { instanceType: production ? 'm7g.medium' : 't4g.small', volumeGiB: production ? 60 : 30 },
  probe: { rttMs: 80 },
});

export const pathOf = ({ path, productionPath }: Setting, production: boolean): string =>
  production ? (productionPath ?? path) : path;

function readAs({ list, number }: Setting, text: string): unknown {
  if (list) return split(text);
  return number && /^\d+$/.test(text) ? Number(text) : text;
}

function put(tree: Tree, path: string, value: unknown): void {
  const keys = path.split('.');
  const last = keys.pop() as string;
  let place = tree;
  for (const key of keys) {
    place[key] ??= {};
    place = place[key] as Tree;
  }
  place[last] = value;
}

/** Everything that is wrong with the environments, by the rules of every synthesis. */
export function problemsOf(inputs: ReadonlyMap<string, Tree>): readonly Problem[] {
  try {
    parseEnvironments(Object.fromEntries([...inputs].map(([name, input]) => [fileOf(name), input])));
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

export const fileOf = (name: string): string => `config/${name}.ts`;

/** The flag that a problem is about. @returns none where no flag sets it */
export const flagOf = ({ path }: Problem, production: boolean): string | undefined =>
  settings.find((setting) => related(path, pathOf(setting, production)))?.flag;
