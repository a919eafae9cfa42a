import { type Change, place } from '../changes';
import type { Hit, ReviewRule } from './rule';

/** Types whose physical resource holds what cannot be made again: data, keys, or an address that others have written down. */
const stateful = [
  'AWS::OpenSearchService::Domain',
  'AWS::KMS::Key',
  'AWS::S3::Bucket',
  'AWS::Logs::LogGroup',
  'AWS::SecretsManager::Secret',
  'AWS::EC2::VPC',
  'AWS::EC2::Subnet',
  'AWS::EC2::Volume',
  'AWS::SNS::Topic',
  'AWS::SQS::Queue',
  'AWS::DynamoDB::Table',
  'AWS::EC2::TransitGateway',
  'AWS::DirectConnect::DirectConnectGateway',
];

/** Replaced without anybody noticing: a rule, a permission or an association, not a thing that others point at. */
const replaceable =
  /^AWS::(EC2::(SecurityGroup(In|E)gress|Route|SubnetRouteTableAssociation|NetworkAclEntry|FlowLog|VPNConnectionRoute|TransitGatewayRoute)|Lambda::(Version|Permission)|IAM::(Policy|ManagedPolicy)|CloudWatch::|Events::Rule|SSM::Parameter|Logs::(MetricFilter|ResourcePolicy)|AutoScaling::(ScalingPolicy|ScheduledAction)|SNS::Subscription|Route53Resolver::ResolverQueryLogging)/;

/** Their own rule says what a change of them means. */
const elsewhere = ['AWS::EC2::VPNConnection', 'AWS::EC2::CustomerGateway'];

const isStateful = ({ type }: Change): boolean => stateful.includes(type) || type.startsWith('AWS::RDS::');

/** `RetainExceptOnCreate` is kept as well: only a creation that fails leaves nothing. */
const isRetained = (policy: unknown): boolean => `${policy}`.startsWith('Retain');

const cause = ({ properties }: Change): string =>
  properties.length > 0 ? ` by ${properties.map(({ name }) => name).join(', ')}` : '';

const of =
  (wanted: (change: Change) => boolean, what: (change: Change) => string) =>
  ({ changes }: { changes: readonly Change[] }): Hit[] =>
    changes
      .filter(wanted)
      .map((change) => ({ at: place(change), what: what(change), of: change.parts.map(({ path }) => path) }));

export const statefulRules: readonly ReviewRule[] = [
  {
    id: 'stateful-replaced',
    severity: 'danger',
    asks: 'lost',
    effect:
      'A new, empty resource takes its place; what pointed at the old one is made again, too. With a fixed name the deployment fails, because the name is taken.',
    source:
      'https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html#update-replacement',
    find: of(
      (change) => isStateful(change) && change.action === 'replaced',
      (change) =>
        `${change.type} is replaced${cause(change)}; the old one ${isRetained(change.after?.UpdateReplacePolicy) ? 'stays, outside of the stack' : 'is deleted'}`,
    ),
  },
  {
    id: 'stateful-removed',
    severity: 'danger',
    asks: 'lost',
    effect: 'The resource is deleted with what it holds, or stays outside of the stack, where nobody looks after it.',
    source: 'https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html',
    find: of(
      (change) => isStateful(change) && (change.action === 'removed' || change.action === 'left behind'),
      (change) =>
        `${change.type} leaves the stack and ${change.action === 'left behind' ? 'stays, unmanaged' : 'is deleted'}`,
    ),
  },
  {
    id: 'type-otherwise',
    severity: 'danger',
    asks: 'works',
    effect: 'CloudFormation refuses another type under a logical id that is there: give the new one an id of its own.',
    source:
      'https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/resources-section-structure.html#resources-section-logical-id',
    find: ({ changes }) => {
      const gone = new Map(changes.filter(({ after }) => !after).map((change) => [place(change), change.type]));
      return changes
        .filter((change) => change.after && gone.has(place(change)))
        .map((change) => ({ at: place(change), what: `${gone.get(place(change))} → ${change.type}` }));
    },
  },
  {
    id: 'stateful-may-be-replaced',
    severity: 'caution',
    asks: 'lost',
    effect: 'Whether it is replaced depends on the value: the change set of the deployment says so.',
    source:
      'https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html',
    find: of(
      // A version upgrade of the store has a rule of its own.
      (change) =>
        isStateful(change) &&
        change.action === 'may be replaced' &&
        change.properties.some(({ name }) => name !== 'EngineVersion'),
      (change) => `${change.type} may be replaced${cause(change)}`,
    ),
  },
  {
    id: 'replaced',
    severity: 'caution',
    asks: 'lost',
    effect:
      'The new one has another id, address or ARN. Until those who use it have followed, calls fail: a load balancer is a new DNS name, a fleet is new instances.',
    source:
      'https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html#update-replacement',
    find: of(
      (change) =>
        !isStateful(change) &&
        change.action === 'replaced' &&
        !replaceable.test(change.type) &&
        !elsewhere.includes(change.type),
      (change) => `${change.type} is replaced${cause(change)}`,
    ),
  },
  {
    id: 'deletion-policy',
    severity: 'danger',
    asks: 'lost',
    effect: 'With the next removal or replacement the data is gone instead of being kept.',
    source: 'https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html',
    find: ({ changes }) =>
      changes.flatMap((change) =>
        change.properties
          .filter(
            ({ name, before, after }) =>
              /^(Deletion|UpdateReplace)Policy$/.test(name) && isRetained(before) && !isRetained(after) && change.after,
          )
          .map(({ name, before, after }) => ({
            at: place(change),
            what: `${name}: ${before} → ${after ?? 'Delete'}`,
            of: [name],
          })),
      ),
  },
  {
    id: 'termination-protection',
    severity: 'danger',
    asks: 'lost',
    effect: 'One command can delete the stack.',
    source: 'https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-protect-stacks.html',
    find: ({ before, after }) =>
      Object.entries(before)
        .filter(([stack, { terminationProtection }]) => terminationProtection && !after[stack]?.terminationProtection)
        .map(([stack]) => ({
          at: `${stack}/(stack)`,
          what: 'termination protection: on → off',
          of: ['Properties.terminationProtection'],
        })),
  },
];
