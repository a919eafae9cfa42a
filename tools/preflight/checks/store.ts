import {
  DescribeDomainCommand,
  ListInstanceTypeDetailsCommand,
  ListVersionsCommand,
  UpdateDomainConfigCommand,
  type UpdateDomainConfigCommandInput,
} from '@aws-sdk/client-opensearch';
import { type Aws, answer, type Check, type Plan } from '../check';
import { ofType } from '../plan';

async function pages<Page extends { NextToken?: string | undefined }>(
  next: (token: string | undefined) => Promise<Page>,
): Promise<Page[]> {
  const all: Page[] = [];
  let token: string | undefined;
  do {
    const page = await next(token);
    all.push(page);
    token = page.NextToken;
  } while (token);
  return all;
}

export const engine: Check = {
  name: 'store: engine',
  asks: ['es:ListVersions'],
  because: 'a version that the service no longer offers fails after half an hour',
  async run({ openSearch }, { config }) {
    const found = await pages((NextToken) => openSearch.send(new ListVersionsCommand({ MaxResults: 100, NextToken })));
    const versions = found.flatMap(({ Versions = [] }) => Versions);
    const { engineVersion } = config.store;
    return [
      answer(
        versions.includes(engineVersion),
        engineVersion,
        versions.includes(engineVersion)
          ? 'offered'
          : `offered are ${versions.filter((each) => each.startsWith('OpenSearch')).join(', ')}`,
        `Choose another \`store.engineVersion\` in config/${config.environment}.ts.`,
      ),
    ];
  },
};

export const nodeTypes: Check = {
  name: 'store: node types',
  asks: ['es:ListInstanceTypeDetails'],
  because: 'CloudFormation learns of a type that the region lacks when it creates the domain',
  async run({ openSearch }, { config }) {
    const found = await pages((NextToken) =>
      openSearch.send(
        new ListInstanceTypeDetailsCommand({ EngineVersion: config.store.engineVersion, MaxResults: 100, NextToken }),
      ),
    );
    const types = found.flatMap(({ InstanceTypeDetails = [] }) => InstanceTypeDetails);
    const wanted = [
      ['data', config.store.dataNodes.instanceType],
      ...(config.store.managerNodes ? [['manager', config.store.managerNodes.instanceType]] : []),
    ] as [string, string][];
    return wanted.map(([role, type]) => {
      const match = types.find(({ InstanceType }) => InstanceType === type);
      const complete = match?.EncryptionEnabled !== false && match?.AdvancedSecurityEnabled !== false;
      return answer(
        match !== undefined && complete,
        `${role} nodes ${type}`,
        match === undefined ? 'not offered' : complete ? 'offered' : 'without encryption or fine-grained access',
        `Choose another type for \`store.${role}Nodes\` in config/${config.environment}.ts.`,
      );
    });
  },
};

const unresolved = (value: unknown): boolean => /"(Ref|Fn::\w+)":/.test(JSON.stringify(value) ?? '');

/** The sections of the template that hold no reference: references would have to be looked up, and rarely change. */
const asked = ['ClusterConfig', 'EBSOptions', 'DomainEndpointOptions', 'OffPeakWindowOptions'] as const;

export const domain: Check = {
  name: 'store: dry run',
  asks: ['es:DescribeDomain', 'es:UpdateDomainConfig'],
  because: 'a change that copies the domain takes hours, and is refused while another is under way',
  async run({ openSearch }, { config, environment }) {
    const answers = [];
    for (const { Properties = {} } of ofType(environment, 'AWS::OpenSearchService::Domain')) {
      answers.push(...(await dryRun(openSearch, String(Properties.DomainName), Properties, config)));
    }
    return answers;
  },
};

async function dryRun(
  openSearch: Aws['openSearch'],
  name: string,
  properties: Readonly<Record<string, unknown>>,
  { environment, store }: Plan['config'],
) {
  const what = `domain ${name}`;
  let status: { Processing?: boolean; UpgradeProcessing?: boolean; EngineVersion?: string } | undefined;
  try {
    ({ DomainStatus: status } = await openSearch.send(new DescribeDomainCommand({ DomainName: name })));
  } catch (error) {
    if ((error as Error).name !== 'ResourceNotFoundException') throw error;
    return [
      answer(
        !store.saml,
        what,
        store.saml
          ? 'not there yet, and no domain is made with SAML (aws-cloudformation/cloudformation-coverage-roadmap#1496)'
          : 'not there yet: will be created',
        `Take store.saml, and the groups that need it, out of config/${environment}.ts for the first deployment.`,
      ),
    ];
  }
  if (status?.Processing || status?.UpgradeProcessing) {
    const remedy = `Wait until it is done: aws opensearch describe-domain-change-progress --domain-name ${name}`;
    return [answer(false, what, 'a change is under way', remedy)];
  }
  const upgrade =
    status?.EngineVersion !== properties.EngineVersion
      ? [
          answer(
            true,
            `${what}: engine`,
            `${status?.EngineVersion} → ${properties.EngineVersion}: cannot be undone`,
            '',
          ),
        ]
      : [];
  const sections = asked
    .filter((key) => properties[key] !== undefined && !unresolved(properties[key]))
    .map((key) => [key, properties[key]]);
  const input = { DomainName: name, DryRun: true, ...Object.fromEntries(sections) } as UpdateDomainConfigCommandInput;
  const { DryRunResults: result } = await openSearch.send(new UpdateDomainConfigCommand(input));
  const type = result?.DeploymentType ?? 'Undetermined';
  return [
    ...upgrade,
    answer(
      type !== 'Undetermined',
      `${what}: this change`,
      type === 'Blue/Green' ? 'Blue/Green: hours, twice the nodes meanwhile' : type === 'None' ? 'no change' : type,
      'The domain is busy: ask again when it is active.',
    ),
  ];
}
