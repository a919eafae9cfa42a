/** Every way out of an environment: what can travel on it, and who may. */
import type { Named } from '../assembly/arns';
import { listOf, type Role, resourcePolicies, roles, type Statement } from '../permissions/policies';
import type { ReachModel } from './model';
import { reach } from './reach';

/** Kinds of ways out: what each can carry, and what holds it. The table of docs/reach.md. */
export const exitKinds = {
  link: 'connections over the transit gateway, by the table of open ports',
  endpoint: "AWS's own services, by interface and gateway endpoints and their policies",
  'endpoint service': 'answers to services of others that connect by PrivateLink; nothing is opened from here',
  DNS: "names that something in the VPC looks up, by AWS's resolver",
  function: 'functions that run outside of the VPC, where there is the internet',
  subscription: 'texts of alarms, to whom the configuration names; events, to functions and queues of this environment',
  snapshot: "the domain's own snapshots, which the service keeps in the Region",
  replication: 'copies that a service makes in another Region or account',
  grant: 'what a policy of a bucket, key, secret, domain, topic, queue or role lets another account, or everybody, do',
} as const;

/** Whether spans as services sent them can go there. */
type Raw = 'no' | 'within the account' | 'leaves';

export interface Exit {
  readonly kind: keyof typeof exitKinds;
  readonly at: string;
  /** What may go, where. */
  readonly what: string;
  readonly who: string;
  readonly raw: Raw;
}

/** Hosts that see spans as services sent them. Relays see aggregates only. */
const holders = ['entrance', 'gateway', 'sampler', 'store', 'bootstrap'];

const ranges = (ports: readonly number[], cuts: readonly number[]): string =>
  ports
    .map((port) => ((cuts.find((cut) => cut > port) ?? 65_536) - 1 > port ? `${port} and on` : `${port}`))
    .join(', ');

/** What the network lets out, host by host. */
function links({ network, ends }: ReachModel): Exit[] {
  const ports = network.portCuts.filter((port) => port <= 65_535);
  return (
    ends
      .hostNames()
      // A neighbour is no place of ours: what it sends, it has from elsewhere.
      .filter((name) => !['writer', 'neighbour'].includes(name) && !name.startsWith('receiver'))
      .flatMap((name) =>
        ['mainland', 'service', 'elsewhere', ...(ends.hostNames().includes('neighbour') ? ['neighbour'] : [])].flatMap(
          (place): Exit[] => {
            const open = ports.filter(
              (port) => reach(network, ends.named(name), ends.named(place), 'tcp', port).passes !== 'none',
            );
            if (open.length === 0) return [];
            const raw = holders.includes(name) ? 'leaves' : 'no';
            return [
              { kind: 'link', at: name, what: `${place}, TCP ${ranges(open, network.portCuts)}`, who: name, raw },
            ];
          },
        ),
      )
  );
}

const conditions = (statement: Statement, ...operators: readonly string[]): Readonly<Record<string, unknown>> =>
  Object.assign({}, ...operators.map((operator) => statement.Condition?.[operator] ?? {}));

/** Actions that carry nothing but a question. */
const reads = /^(\w+:)(Get|List|Describe|Discover|BatchGet|Head)\w*\*?$/;

/** Whether a statement keeps what is written in this account: by a condition, or by what it names. */
function staysIn(account: string, statement: Statement): boolean {
  if (listOf(statement.Action).every((action) => reads.test(action))) return true;
  if (conditions(statement, 'StringEquals', 'StringEqualsIfExists')['aws:ResourceAccount'] === account) return true;
  return listOf(statement.Resource).every((resource) => resource !== '*' && resource.includes(account));
}

const says = ({ Action, Resource, Condition }: Statement): string =>
  `${listOf(Action).join(', ')} on ${listOf(Resource).join(', ') || 'all'}${Condition ? `, if ${JSON.stringify(Condition)}` : ''}`;

/** Actions by which an instance takes part in Session Manager: a person's terminal, whose content the person's role answers for. */
const sessions = /^(ssm:UpdateInstanceInformation|ssmmessages:\w+)$/;

/** Endpoints: what their policies let through, and what those who may use them could write elsewhere. */
function endpoints(all: readonly Named[], own: readonly Role[], account: string): Exit[] {
  return all
    .filter(({ type }) => type === 'AWS::EC2::VPCEndpoint')
    .flatMap(({ at, properties }): Exit[] => {
      const service = String(properties.ServiceName).split('.').at(-1) ?? '';
      const statements = listOf<Statement>(properties.PolicyDocument?.Statement);
      if (statements.length === 0) {
        return [
          { kind: 'endpoint', at, what: `${service}: everything, it has no policy`, who: 'everybody', raw: 'leaves' },
        ];
      }
      return statements
        .filter(({ Effect }) => Effect === 'Allow')
        .map((statement) => {
          const callers = conditions(statement, 'StringEquals')['aws:PrincipalAccount'];
          const writes = own
            .flatMap((role) => role.statements.flatMap(({ Action }) => listOf(Action)))
            .filter((action) => action.startsWith(`${service}:`) && !reads.test(action) && !sessions.test(action));
          const stays = staysIn(account, statement) || (callers === account && writes.length === 0);
          return {
            kind: 'endpoint' as const,
            at,
            what: `${service}: ${says(statement)}`,
            who: callers ? `principals of ${callers}` : 'everybody',
            raw: !stays
              ? ('leaves' as const)
              : service === 's3' && !listOf(statement.Action).every((action) => reads.test(action))
                ? ('within the account' as const)
                : ('no' as const),
          };
        });
    });
}

/** What a role may read or write where spans are. */
const spans = /^(es:|s3:(Get|\*)|ec2:(CreateSnapshot|CopySnapshot|ModifySnapshot))/;

function functions(all: readonly Named[], own: readonly Role[]): Exit[] {
  return all
    .filter(({ type, properties }) => type === 'AWS::Lambda::Function' && !properties.VpcConfig)
    .map(({ at, properties }) => {
      const role = own.find(({ arn }) => arn === properties.Role);
      const actions = [...new Set(role?.statements.flatMap(({ Action }) => listOf(Action)) ?? ['unknown'])];
      const raw = !role || actions.some((action) => spans.test(action) || action === '*') ? 'leaves' : 'no';
      return { kind: 'function', at, what: properties.Description ?? at, who: `its role: ${actions.join(', ')}`, raw };
    });
}

/** Whom a statement names. */
function everyone(statement: Statement): string[] {
  const { Principal } = statement;
  if (statement.Effect !== 'Allow' || Principal === undefined) return [];
  const named =
    typeof Principal === 'string'
      ? [Principal]
      : Object.entries(Principal).flatMap(([kind, who]) => (kind === 'AWS' ? listOf(who) : []));
  return [...named];
}

/** Those who are not of this account. */
const strangers = (account: string, statement: Statement): string[] =>
  everyone(statement).filter((who) => !who.includes(account));

function grants(all: readonly Named[], account: string): Exit[] {
  const shares = all
    .filter(({ type }) => /::(RAM::ResourceShare|EC2::VPCEndpointServicePermissions)$/.test(type))
    .flatMap(({ at, properties }) =>
      [...listOf<string>(properties.Principals), ...listOf<string>(properties.AllowedPrincipals)].map(
        (who): Exit => ({ kind: 'grant', at, what: 'use of it', who, raw: 'no' }),
      ),
    );
  const policies = resourcePolicies(all).flatMap(({ at, type, statements }) =>
    statements.flatMap((statement) =>
      (type === 'AWS::OpenSearchService::Domain' ? everyone(statement) : strangers(account, statement)).map(
        (who): Exit => {
          const only = conditions(statement, 'StringEquals')['aws:PrincipalAccount'];
          const spansThere = /OpenSearchService|S3::/.test(type);
          const raw = who.includes(account) || only === account ? 'within the account' : 'leaves';
          return { kind: 'grant', at, what: says(statement), who, raw: spansThere ? raw : 'no' };
        },
      ),
    ),
  );
  return [...shares, ...policies];
}

/** Properties by which services make copies elsewhere. */
const copies =
  /^(ReplicationConfiguration|ReplicaRegions|Replicas|MultiRegion|CrossRegionCopyRules|CrossClusterConnections)$/;

const associations = (all: readonly Named[]): readonly Named[] =>
  all.filter(({ type }) => type === 'AWS::Route53Resolver::FirewallRuleGroupAssociation');

/** Of a VPC: a few bytes in each name, little, and a way. */
const dns = (at: string, held: readonly Named[]): Exit => ({
  kind: 'DNS',
  at,
  what: `names, held by ${held.map((each) => each.at).join(', ') || 'nothing'}`,
  who: 'whatever is in the VPC',
  raw: held.length > 0 ? 'no' : 'leaves',
});

/** Of VPCs that stand in no template, and have subnets of one. */
function existing(all: readonly Named[]): Exit[] {
  const made = all.filter(({ type }) => type === 'AWS::EC2::VPC').map(({ ref }) => ref);
  const ids = all.filter(({ type }) => type === 'AWS::EC2::Subnet').map(({ properties }) => properties.VpcId as string);
  return [...new Set(ids)]
    .filter((id) => !made.includes(id))
    .map((id) =>
      dns(
        id,
        associations(all).filter(({ properties }) => properties.VpcId === id),
      ),
    );
}

function others(all: readonly Named[], account: string): Exit[] {
  return all.flatMap(({ at, type, properties }): Exit[] => {
    const copied = Object.keys(properties).filter((name) => copies.test(name) && properties[name] !== false);
    const found: Exit[] = copied.map((name) => ({
      kind: 'replication',
      at,
      what: JSON.stringify(properties[name]),
      who: 'the service',
      raw: 'leaves',
    }));
    switch (type.replace('AWS::', '')) {
      case 'EC2::VPC':
        if (properties.EnableDnsSupport === false) return found;
        return [...found, dns(at, associations(all))];
      case 'EC2::VPCEndpointService':
        return [
          ...found,
          { kind: 'endpoint service', at, what: 'answers', who: 'whom its permissions name', raw: 'no' },
        ];
      case 'OpenSearchService::Domain':
        return [
          ...found,
          {
            kind: 'snapshot',
            at,
            what: "automated snapshots, kept 14 days in a bucket of the service's own",
            who: 'whoever administers the domain',
            raw: 'within the account',
          },
        ];
      case 'OpenSearchService::VpcEndpoint':
        return [
          ...found,
          {
            kind: 'grant',
            at,
            what: 'the domain, from another VPC',
            who: 'whoever its groups let in',
            raw: 'within the account',
          },
        ];
      case 'SNS::Subscription':
        return [
          ...found,
          {
            kind: 'subscription',
            at,
            what: `texts of alarms, by ${properties.Protocol}`,
            who: `${properties.Protocol === 'email' ? properties.Endpoint : 'its endpoint'}`,
            raw: 'no',
          },
        ];
      case 'Logs::SubscriptionFilter':
      case 'CloudWatch::MetricStream':
      case 'KinesisFirehose::DeliveryStream':
        return [
          ...found,
          {
            kind: 'subscription',
            at,
            what: `everything of ${properties.LogGroupName ?? 'the namespace'}`,
            who: properties.DestinationArn ?? 'its target',
            raw: 'leaves',
          },
        ];
      case 'Events::Rule': {
        const away = listOf<{ Arn: string }>(properties.Targets).filter(({ Arn }) => !Arn.includes(account));
        return [
          ...found,
          ...away.map(({ Arn }): Exit => ({ kind: 'subscription', at, what: 'events', who: Arn, raw: 'leaves' })),
        ];
      }
      default:
        return found;
    }
  });
}

/**
 * Every way out.
 *
 * @param all resources of the environment's own stage, named
 */
export function exits(model: ReachModel, all: readonly Named[], account: string): Exit[] {
  const own = roles(all, account);
  return [
    ...links(model),
    ...endpoints(all, own, account),
    ...functions(all, own),
    ...grants(all, account),
    ...existing(all),
    ...others(all, account),
  ];
}
