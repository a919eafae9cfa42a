/**
 * What each call of our sources asks of AWS: who makes it, of what, under which circumstances. A call that stands in a source and not
 * here fails the tests, as does one that stands here and in no source.
 */

import { filesOf, paths, variablesOf } from '../../lib/contract/instance';
import { namesOf, stackNameOf } from '../../lib/contract/names';
import type { World } from './world';

/** One request, as policies see it. */
export interface Request {
  readonly action: string;
  readonly resource: string;
  /** Condition keys of the request, beside those that every request has. */
  readonly context?: Readonly<Record<string, string>>;
  /** Made by a service for whoever called it: it meets no endpoint, and its key's policy is asked. */
  readonly via?: string;
}

/** A call, by whoever makes it. */
export interface Call {
  /** As `callsInSources` names it. */
  readonly sources: readonly string[];
  /** Roles that make it: places of the roles or, of the agent, of the policy that nodes are given. */
  readonly callers: RegExp;
  /** From within the VPC: by an endpoint. */
  readonly inside: boolean;
  readonly requests: (world: World, caller: string) => readonly Request[];
}

interface Tier {
  readonly tier: string;
  readonly template: RegExp;
}

const tiers: Readonly<Record<string, Tier>> = {
  'Collect/GatewayRole': { tier: 'gateway', template: /^Collect\/GatewaysFleet/ },
  'Store/WriterRole': { tier: 'sampler', template: /^Collect\/SamplersFleet/ },
  'Link/RelaysRole': { tier: 'relay', template: /^Link\/RelaysFleet/ },
  'Analysis/ReceiversRole': { tier: 'receiver', template: /^Analysis\/Receivers/ },
};

/** Roles of instances in the environment's VPC. */
export const instances = /^(Collect\/GatewayRole|Store\/WriterRole|Link\/RelaysRole)/;
/** The same, and those of the mainland, whose VPC and its endpoints are others'. */
const everyInstance = new RegExp(`${instances.source}|^Analysis\\/ReceiversRole`);
const registered = /^(Store\/WriterRole|Link\/RelaysRole)/;
export const agent = /^(Collect|Client)\/AgentNodePolicy/;
const fetching = new RegExp(`${everyInstance.source}|${agent.source}`);

/** What an instance of a caller is told when it starts. */
function told(world: World, caller: string): { tier: string; variables: Record<string, string>; text: string } {
  const found = Object.entries(tiers).find(([role]) => caller.startsWith(role))?.[1];
  if (!found) return { tier: 'agent', variables: {}, text: '' };
  const text = world.one('EC2::LaunchTemplate', found.template).properties.LaunchTemplateData.UserData as string;
  return { tier: found.tier, variables: variablesOf(filesOf(text).get(paths.scriptsEnvironment) ?? ''), text };
}

const bucketOf = ({ variables }: ReturnType<typeof told>): string => `arn:aws:s3:::${variables.HANDOVER_BUCKET}`;

/** A secret, and the key that it is encrypted with: Secrets Manager asks KMS for whoever asks it. */
function secret(world: World, arn: string, write = false): Request[] {
  const own = world.find('SecretsManager::Secret').find((each) => each.arn === arn);
  const { link, collect } = world.config;
  const { certificate: ofAgents, pseudonyms } = collect.entrance.handedOver ?? {};
  const given = [link?.relay.certificate, link?.analysis?.certificate, ofAgents, pseudonyms];
  const key = own?.properties.KmsKeyId ?? given.find((each) => each?.secretArn === arn)?.keyArn;
  const request = { action: `secretsmanager:${write ? 'PutSecretValue' : 'GetSecretValue'}`, resource: arn };
  if (!key) return [request];
  const context = {
    'kms:ViaService': `secretsmanager.${world.region}.${world.suffix}`,
    'kms:EncryptionContext:SecretARN': arn,
  };
  const actions = write ? ['kms:GenerateDataKey', 'kms:Decrypt'] : ['kms:Decrypt'];
  return [request, ...actions.map((action) => ({ action, resource: key, context, via: 'secretsmanager' }))];
}

/** An object of the bucket of remainders, which is encrypted with the volumes' key. */
const remainder = (world: World, action: string, bucket: string, key: string): Request[] => {
  const via = {
    context: { 'kms:ViaService': `s3.${world.region}.amazonaws.com` },
    via: 's3',
    resource: world.config.organisation.keyArns.volumes ?? world.one('KMS::Key', /VolumesKey/).arn,
  };
  const kms = { GetObject: ['kms:Decrypt'], PutObject: ['kms:GenerateDataKey'] }[action] ?? [];
  return [{ action: `s3:${action}`, resource: `${bucket}/${key}` }, ...kms.map((each) => ({ action: each, ...via }))];
};

/** Programs and files that are fetched from the bootstrap's bucket: those that user data and parameters name. */
function artifacts(world: World, caller: string): Request[] {
  const { text } = told(world, caller);
  const where =
    text ||
    JSON.stringify(
      world
        .find('SSM::Parameter')
        .concat(world.find('SSM::Document'))
        .map(({ properties }) => properties),
    );
  const objects = [
    ...new Set([...where.matchAll(/s3:\/\/([\w.-]+\/[\w./-]+)/g)].map(([, object]) => object ?? '')),
  ].filter((object) => object.includes('assets'));
  if (objects.length === 0)
    throw new Error(`${caller} fetches nothing: what its instances get at their start has changed.`);
  const key = world.assetsKeyArn;
  return objects.flatMap((object) => [
    { action: 's3:GetObject', resource: `arn:${world.partition}:s3:::${object}` },
    ...(key
      ? [
          {
            action: 'kms:Decrypt',
            resource: key,
            context: { 'kms:ViaService': `s3.${world.region}.${world.suffix}` },
            via: 's3',
          },
        ]
      : []),
  ]);
}

const shell = (...names: readonly string[]): string[] => names.map((name) => `lib/machine/instance-files/${name}`);

const tags = (world: World, tier: string) => ({
  'aws:ResourceTag/harbourline:environment': world.environment,
  'aws:ResourceTag/harbourline:tier': tier,
});

/** Requests of actions on each of some resources. */
const on = (resources: readonly string[], ...actions: readonly string[]): Request[] =>
  resources.flatMap((resource) => actions.map((action) => ({ action, resource })));

const everything = (...actions: readonly string[]): Request[] => on(['*'], ...actions);

export const calls: readonly Call[] = [
  {
    sources: ['lib/machine/artifact.ts: aws s3 cp', ...shell('agent.sh: aws s3 cp')],
    callers: fetching,
    inside: true,
    requests: artifacts,
  },
  {
    sources: shell('common.sh: aws autoscaling describe-auto-scaling-instances'),
    callers: everyInstance,
    inside: true,
    requests: () => everything('autoscaling:DescribeAutoScalingInstances'),
  },
  {
    sources: shell(
      'common.sh: aws autoscaling complete-lifecycle-action',
      'common.sh: aws autoscaling record-lifecycle-action-heartbeat',
    ),
    callers: everyInstance,
    inside: true,
    requests: (world, caller) => {
      const { tier } = told(world, caller);
      const at = Object.values(tiers).find((each) => each.tier === tier)?.template;
      const group = world.one('AutoScaling::AutoScalingGroup', at).arn;
      return on([group], 'autoscaling:CompleteLifecycleAction', 'autoscaling:RecordLifecycleActionHeartbeat').map(
        (each) => ({ ...each, context: tags(world, tier) }),
      );
    },
  },
  {
    sources: shell('certificate.sh: aws secretsmanager get-secret-value'),
    callers: fetching,
    inside: true,
    requests: (world, caller) => {
      const { text } = told(world, caller);
      const { certificate, pseudonyms } = world.config.collect.entrance.handedOver ?? {};
      const own = world.stage.client
        ? [certificate, pseudonyms].flatMap((each) => each?.secretArn ?? [])
        : world.find('SecretsManager::Secret', /CertificatesAgent|Pseudonym/).map(({ arn }) => arn);
      const named = agent.test(caller)
        ? own
        : [...new Set(text.match(/arn:aws[\w-]*:secretsmanager:[\w:/+=.@-]+/g) ?? [])];
      if (named.length === 0)
        throw new Error(`${caller} asks for no secret: what its instances get at their start has changed.`);
      return named.flatMap((arn) => secret(world, arn));
    },
  },
  {
    sources: shell('drain.sh: aws s3 cp'),
    callers: instances,
    inside: true,
    requests: (world, caller) => {
      const machine = told(world, caller);
      const letters =
        machine.tier === 'sampler' ? remainder(world, 'PutObject', bucketOf(machine), 'dead-letters/i-1.tar.gz') : [];
      return [...remainder(world, 'PutObject', bucketOf(machine), `${machine.tier}/i-1.tar.gz`), ...letters];
    },
  },
  {
    sources: shell(
      'replay.sh: aws s3 cp',
      'replay.sh: aws s3api delete-object',
      'replay.sh: aws s3api list-objects-v2',
      'replay.sh: aws s3api put-object',
    ),
    callers: instances,
    inside: true,
    requests: (world, caller) => {
      const machine = told(world, caller);
      const [bucket, key] = [bucketOf(machine), `${machine.tier}/i-1.tar.gz`];
      return [
        { action: 's3:ListBucket', resource: bucket, context: { 's3:prefix': `${machine.tier}/` } },
        ...remainder(world, 'PutObject', bucket, `claims/${key}`),
        ...remainder(world, 'GetObject', bucket, key),
        ...remainder(world, 'DeleteObject', bucket, key),
        ...remainder(world, 'DeleteObject', bucket, `claims/${key}`),
      ];
    },
  },
  {
    sources: shell(
      'registration.sh: aws servicediscovery register-instance',
      'harbourline-registration.service: aws servicediscovery deregister-instance',
    ),
    callers: registered,
    inside: true,
    requests: (world, caller) => {
      const at = caller.startsWith('Link/') ? /^Link\// : /^Collect\//;
      return on(
        [world.one('ServiceDiscovery::Service', at).arn],
        'servicediscovery:RegisterInstance',
        'servicediscovery:DeregisterInstance',
      );
    },
  },
  {
    sources: ['lib/collector/gateway.ts: component aws_cloud_map', 'lib/collector/sampler.ts: component aws_cloud_map'],
    callers: /^(Collect\/GatewayRole|Store\/WriterRole)/,
    inside: true,
    requests: (world, caller) => {
      const service = caller.startsWith('Collect/') ? 'sampler' : 'relay';
      const context = {
        'servicediscovery:NamespaceName': namesOf(world.config).system,
        'servicediscovery:ServiceName': service,
      };
      return world.find('ServiceDiscovery::Service', /^Link\//).length > 0 || service === 'sampler'
        ? [{ action: 'servicediscovery:DiscoverInstances', resource: '*', context }]
        : [];
    },
  },
  {
    // What the exporter's client asks for: a stream of its own, and its events (awsemfexporter, internal/aws/cwlogs).
    sources: [
      'lib/collector/blocks/own-metrics.ts: component awsemf',
      'lib/collector/gateway.ts: component awsemf',
      'lib/collector/receiver.ts: component awsemf',
      'lib/collector/sampler.ts: component awsemf',
    ],
    callers: everyInstance,
    inside: true,
    requests: (world) => {
      const group = world
        .one('Logs::LogGroup', /^(Collect\/Metrics|Analysis\/Aggregates)[0-9A-F]{8}$/)
        .arn.replace(/:\*$/, ':log-stream:i-1');
      return on([group], 'logs:CreateLogStream', 'logs:PutLogEvents');
    },
  },
  {
    sources: ['lib/store/client.ts: AwsSigv4Signer'],
    callers: /^Store\/(WriterRole|BootstrapRole)/,
    inside: true,
    requests: (world, caller) => {
      const domain = `${world.one('OpenSearchService::Domain').arn}/_bulk`;
      const methods = caller.startsWith('Store/Writer')
        ? ['Post', 'Get']
        : ['Get', 'Head', 'Post', 'Put', 'Patch', 'Delete'];
      return on([domain], ...methods.map((method) => `es:ESHttp${method}`));
    },
  },
  {
    sources: shell('agent.sh: aws ssm get-parameter'),
    callers: agent,
    inside: false,
    requests: (world) =>
      world.find('SSM::Parameter').map(({ ref }) => ({
        action: 'ssm:GetParameter',
        resource: `arn:aws:ssm:${world.region}:${world.account}:parameter${ref}`,
      })),
  },
  {
    sources: [
      'lib/machine/certificates.handler.ts: GetSecretValue',
      'lib/machine/certificates.handler.ts: PutSecretValue',
    ],
    callers: /^Collect\/CertificatesIssuerRole/,
    inside: false,
    requests: (world) =>
      world
        .find('SecretsManager::Secret', /^Collect\/Certificates/)
        .flatMap(({ arn }) => [...secret(world, arn), ...secret(world, arn, true)]),
  },
  {
    // Only where the organisation has an authority.
    sources: ['GetCertificate', 'GetCertificateAuthorityCertificate', 'IssueCertificate'].map(
      (name) => `lib/machine/certificates.request.ts: ${name}`,
    ),
    callers: /^Collect\/CertificatesIssuerRole/,
    inside: false,
    requests: ({ config: { organisation } }) =>
      on(
        [organisation.certificateAuthorityArn ?? []].flat(),
        'acm-pca:GetCertificate',
        'acm-pca:GetCertificateAuthorityCertificate',
        'acm-pca:IssueCertificate',
      ).map((each) => ({
        ...each,
        ...(each.action.endsWith('IssueCertificate')
          ? { context: { 'acm-pca:TemplateArn': 'arn:aws:acm-pca:::template/EndEntityCertificate/V1' } }
          : {}),
      })),
  },
  {
    sources: ['lib/machine/deregistration.handler.ts: DeregisterInstance'],
    callers: /DepartedRole/,
    inside: false,
    requests: (world, caller) =>
      on(
        [world.one('ServiceDiscovery::Service', new RegExp(`^${caller.split('/')[0]}/`)).arn],
        'servicediscovery:DeregisterInstance',
      ),
  },
  {
    sources: ['DescribeAutoScalingGroups', 'DescribeStacks', 'DescribeTargetHealth', 'ListInstances'].map(
      (name) => `lib/machine/settled.handler.ts: ${name}`,
    ),
    callers: /SettledWaiterRole/,
    inside: false,
    requests: (world, caller) => {
      const stack = caller.split('/')[0] ?? '';
      return [
        ...everything('autoscaling:DescribeAutoScalingGroups', 'elasticloadbalancing:DescribeTargetHealth'),
        ...on(
          [
            `arn:${world.partition}:cloudformation:${world.region}:${world.account}:stack/${stackNameOf(world.stage.name, stack, world.config.organisation.namePrefix)}/1`,
          ],
          'cloudformation:DescribeStacks',
        ),
        // The mainland's receivers stand in no register: relays know their one address.
        ...on(
          world
            .find('ServiceDiscovery::Service', new RegExp(`^${stack}/`))
            .map(({ arn }) => arn)
            .slice(0, 1),
          'servicediscovery:ListInstances',
        ),
      ];
    },
  },
  {
    // Only where load balancers are to be protected: in production.
    sources: ['lib/machine/settled.handler.ts: ModifyLoadBalancerAttributes'],
    callers: /^Collect\/SettledWaiterRole/,
    inside: false,
    requests: (world) => {
      const settled = world.all.find(({ type }) => type === 'Custom::HarbourlineSettled');
      return on(settled?.properties.Protect ?? [], 'elasticloadbalancing:ModifyLoadBalancerAttributes');
    },
  },
  {
    sources: [
      'lib/link/read-back.handler.ts: DescribeTransitGatewayAttachments',
      'lib/link/read-back.handler.ts: DescribeVpnConnections',
    ],
    callers: /^Link\/TransitReadBackReaderRole/,
    inside: false,
    requests: () => everything('ec2:DescribeTransitGatewayAttachments', 'ec2:DescribeVpnConnections'),
  },
  {
    sources: ['DescribeRuleGroup', 'StartFlowFlush', 'UpdateRuleGroup'].map(
      (name) => `lib/link/end-lines.handler.ts: ${name}`,
    ),
    callers: /^Link\/TransitInspectionEndLinesRole/,
    inside: false,
    requests: (world) => {
      const of = (kind: string, type: string) =>
        world
          .find(`NetworkFirewall::${type}`)
          .map(({ ref }) => `arn:aws:network-firewall:${world.region}:${world.account}:${kind}/${ref}`);
      return [
        ...on(
          of('stateful-rulegroup', 'RuleGroup'),
          'network-firewall:DescribeRuleGroup',
          'network-firewall:UpdateRuleGroup',
        ),
        ...on(of('firewall', 'Firewall'), 'network-firewall:StartFlowFlush'),
      ];
    },
  },
  {
    sources: ['DescribeAlarmHistory', 'GetAlarmMuteRule', 'ListAlarmMuteRules'].map(
      (name) => `lib/observe/recovery.handler.ts: ${name}`,
    ),
    callers: /^Observe\/RecoveryRole/,
    inside: false,
    requests: (world) => {
      const of = (kind: string, name: string) => `arn:aws:cloudwatch:${world.region}:${world.account}:${kind}:${name}`;
      return on([of('alarm', `${namesOf(world.config).system}:link`)], 'cloudwatch:DescribeAlarmHistory');
    },
  },
  {
    sources: ['DescribeAlarmContributors', 'DescribeAlarms', 'GetSecretValue'].map(
      (name) => `lib/observe/notify/notify.handler.ts: ${name}`,
    ),
    callers: /^Observe\/Notify\w*Role/,
    inside: false,
    requests: () => everything('cloudwatch:DescribeAlarms'),
  },
  {
    // Where operators have an account of their own: in the environment's.
    sources: ['AuthorizeVpcEndpointAccess', 'RevokeVpcEndpointAccess'].map(
      (name) => `lib/access/endpoint.handler.ts: ${name}`,
    ),
    callers: /^Access\/\w*FunctionRole/,
    inside: false,
    requests: ({ config: { account, store } }) =>
      (store.access.endpoint?.account ?? account) === account
        ? []
        : everything('es:AuthorizeVpcEndpointAccess', 'es:RevokeVpcEndpointAccess'),
  },
  {
    // Where the endpoint is: OpenSearch Service makes it with the rights of whoever asks.
    sources: ['CreateVpcEndpoint', 'DeleteVpcEndpoint', 'DescribeVpcEndpoints', 'UpdateVpcEndpoint'].map(
      (name) => `lib/access/endpoint.handler.ts: ${name}`,
    ),
    callers: /^(Access|Operators)\/\w*FunctionRole/,
    inside: false,
    requests: ({ stage, config: { account, store } }) =>
      stage.account === (store.access.endpoint?.account ?? account)
        ? everything(
            ...['Create', 'Delete', 'Update'].map((verb) => `es:${verb}VpcEndpoint`),
            'es:DescribeVpcEndpoints',
            'ec2:CreateVpcEndpoint',
            'ec2:ModifyVpcEndpoint',
            'ec2:DeleteVpcEndpoints',
            'ec2:DescribeVpcEndpoints',
          )
        : [],
  },
];

/** Calls that people make, with their own roles: no policy of ours is asked. */
export const byPeople: readonly string[] = [
  'lib/access/endpoint.handler.ts: aws opensearch describe-vpc-endpoints',
  'lib/collect/agent-servers.ts: aws ssm create-activation',
  'lib/link/devices/device.ts: aws secretsmanager get-secret-value',
  'lib/link/far-end-read.ts: DescribeVpnConnections',
  'lib/link/far-end.ts: aws directconnect describe-virtual-interfaces',
  'lib/link/table.ts: aws directconnect describe-virtual-interfaces',
  'lib/link/table.ts: aws secretsmanager get-secret-value',
];
