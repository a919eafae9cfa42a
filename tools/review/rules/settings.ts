import type { Part } from '../canonical';
import {
  type Change,
  type Comparison,
  type Environment,
  isDeployed,
  ofEachStack,
  place,
  remembered,
  short,
} from '../changes';
import { type Hit, onChanges, type ReviewRule } from './rule';

const of = (types: RegExp, paths: RegExp) =>
  onChanges(types, ({ parts }) =>
    parts
      .filter(({ path }) => paths.test(path))
      .map(({ path, before, after }) => ({
        what: `${path.replace(/^Properties\./, '')}: ${short(before)} → ${short(after)}`,
        of: [path],
      })),
  );

const tag =
  /^Properties\.(LaunchTemplateData\.)?(Tags|TagSpecifications|PropagatedTags|tags|HostedZoneTags|FileSystemTags)\b/;

/** Tags that policies, associations or alarms look at: a machine without its tag gets no agent, or no rights. */
const meaningfulOfStacks = ofEachStack(({ resources }) => {
  const text = JSON.stringify(Object.values(resources).filter(isDeployed));
  return [...text.matchAll(/(?:ResourceTag|RequestTag|PrincipalTag)\/([\w:.-]+)|"tag:([\w:.-]+)"/g)].map(
    ([, one, other]) => one ?? other ?? '',
  );
});
const meaningful = remembered((environment: Environment) => new Set(meaningfulOfStacks(environment).flat()));

const keyOf = (path: string): string => /Tags\.(.+?)(\.Value|\.Key)?$/.exec(path)?.[1] ?? path;

const tags = (comparison: Comparison, wanted: boolean): Hit[] => {
  const keys = new Set([...meaningful(comparison.before), ...meaningful(comparison.after)]);
  const isMeaningful = ({ path, before, after }: Part): boolean =>
    keys.has(keyOf(path)) ||
    (!/Tags\./.test(path) && [...keys].some((key) => JSON.stringify([before, after]).includes(`"${key}"`)));
  return onChanges(/./, ({ parts }) =>
    parts
      .filter((part) => tag.test(part.path) && isMeaningful(part) === wanted)
      .map(({ path, before, after }) => ({
        what: `tag ${keyOf(path).replace('Properties.', '')}: ${short(before)} → ${short(after)}`,
        of: [path],
      })),
  )(comparison);
};

/** Memory and time of a function. */
const bounds = (parts: readonly Part[], more: boolean) =>
  parts
    .filter(({ path }) => /^Properties\.(MemorySize|Timeout)$/.test(path))
    .filter(({ before, after }) => Number(after) > Number(before) === more)
    .map(({ path, before, after }) => ({
      what: `${path.replace('Properties.', '')}: ${short(before)} → ${short(after)}`,
      of: [path],
    }));

/** Types whose coming is good to know and no more: others judge what points at them. */
const quiet =
  /^AWS::(Logs::(LogGroup|QueryDefinition|MetricFilter)|CloudWatch::Dashboard|SSM::Parameter|EC2::(RouteTable|FlowLog|SecurityGroup|NetworkAcl)|SNS::Topic|ServiceDiscovery::\w+|KMS::(Key|Alias)|CloudTrail::Trail|Route53Resolver::ResolverQueryLogging\w*)$/;

const outputs = /^Template::Outputs$/;

/** Secrets do not belong where everybody who may describe a stack reads them. */
const secret = /resolve:(secretsmanager|ssm-secure)|SecretString|Password|PrivateKey|AuthToken/i;

/** Account and region of a bucket of CDK's bootstrap, whatever its qualifier. */
const assetsOf = (bucket: unknown): string | undefined => /^cdk-\w+-assets-(.+)$/.exec(`${bucket}`)?.[1];

export const settingRules: readonly ReviewRule[] = [
  {
    id: 'output-reveals',
    severity: 'danger',
    asks: 'leaves',
    effect: 'An output shows a secret to everybody who may describe the stack.',
    source: 'https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/outputs-section-structure.html',
    find: ({ changes }) =>
      changes
        .filter(
          ({ type, parts }) =>
            outputs.test(type) && parts.some(({ after }) => secret.test(JSON.stringify(after) ?? '')),
        )
        .map((change) => ({
          at: place(change),
          what: short(change.after?.Properties),
          of: change.parts.map(({ path }) => path),
        })),
  },
  {
    id: 'export-changes',
    severity: 'caution',
    asks: 'works',
    effect: 'What another stack imports goes or changes: CloudFormation refuses it for as long as anybody imports it.',
    source: 'https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html',
    find: ({ changes }) =>
      changes
        .filter(({ type, before }) => outputs.test(type) && before?.Properties?.Export)
        .flatMap((change) =>
          change.parts
            .filter(({ path }) => !/Description$/.test(path))
            .map(({ path, before, after }) => ({
              at: place(change),
              what:
                path === ''
                  ? 'the export is removed'
                  : `${path.replace('Properties.', '')}: ${short(before)} → ${short(after)}`,
              of: [path],
            })),
        ),
  },
  {
    id: 'output-otherwise',
    severity: 'note',
    asks: 'works',
    effect: 'What a stack shows people and scripts.',
    source: 'https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/outputs-section-structure.html',
    find: ({ changes }) =>
      changes
        .filter(({ type, before }) => outputs.test(type) && !before?.Properties?.Export)
        .filter(({ parts }) => parts.some(({ path }) => !/^Properties\.Description$/.test(path)))
        .map((change) => ({
          at: place(change),
          what: `is ${change.action}: ${short(change.after?.Properties?.Value)}`,
          of: change.parts.map(({ path }) => path),
        })),
  },
  {
    id: 'stack-elsewhere',
    severity: 'danger',
    asks: 'lost',
    effect:
      'The stack is of another account or region: a new, empty one is made there, and the old one stays, unmanaged.',
    source: 'docs/operations.md',
    find: onChanges(/^Template::Stack$/, ({ parts }) =>
      parts
        .filter(({ path }) => path === 'Properties.place')
        .map(({ path, before, after }) => ({ what: `${short(before)} → ${short(after)}`, of: [path] })),
    ),
  },
  {
    id: 'stack-comes-or-goes',
    severity: 'caution',
    asks: 'lost',
    effect: 'A whole stack is made, or is no longer in the app: then nothing deletes it, and nobody looks after it.',
    source: 'docs/operations.md',
    find: ({ before, after, changes }) =>
      changes
        .filter(({ type, parts }) => type === 'Template::Stack' && parts.some(({ path }) => path === ''))
        .filter(() => Object.keys(before).length > 0 && Object.keys(after).length > 0)
        .map((change) => ({ at: place(change), what: `the stack is ${change.action}`, of: [''] })),
  },
  {
    id: 'stack-protected',
    severity: 'note',
    asks: 'lost',
    effect: 'The stack cannot be deleted by one command any more.',
    source: 'https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-protect-stacks.html',
    find: onChanges(/^Template::Stack$/, ({ parts }) =>
      parts
        .filter(({ path, after }) => path === 'Properties.terminationProtection' && after === true)
        .map(({ path }) => ({ what: 'termination protection: off → on', of: [path] })),
    ),
  },
  {
    id: 'tag-means-something',
    severity: 'caution',
    asks: 'access',
    effect: 'A policy or an association of this environment looks at this tag: who has it gets rights, or is ruled.',
    source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/access_tags.html',
    find: (comparison) => tags(comparison, true),
  },
  {
    id: 'tags',
    severity: 'note',
    asks: 'works',
    effect: 'Names, owners and cost centres. No downtime.',
    source: 'https://docs.aws.amazon.com/whitepapers/latest/tagging-best-practices/tagging-best-practices.html',
    find: (comparison) => tags(comparison, false),
  },
  {
    id: 'function-settings',
    severity: 'caution',
    asks: 'works',
    effect: 'A function runs with other limits, in another place, or with other settings.',
    source: 'https://docs.aws.amazon.com/lambda/latest/dg/configuration-function-common.html',
    find: of(
      /^AWS::Lambda::/,
      /^Properties\.(Environment|VpcConfig|ReservedConcurrentExecutions|DeadLetterConfig|Architectures|EphemeralStorage|Runtime|Handler|Layers|LoggingConfig\.(SystemLogLevel|ApplicationLogLevel|LogFormat)|MaximumRetryAttempts|MaximumEventAgeInSeconds|RecursiveLoop|RuntimeManagementConfig|Code|FunctionName)\b/,
    ),
  },
  {
    id: 'function-of-strangers',
    severity: 'danger',
    asks: 'root',
    effect: 'A function runs code that the deployment did not bring: nobody sees here what it does.',
    source: 'https://docs.aws.amazon.com/lambda/latest/dg/configuration-function-zip.html',
    find: onChanges(/^AWS::Lambda::Function$/, ({ parts }) =>
      parts
        .filter(
          ({ path, before, after }) =>
            /^Properties\.Code\.(S3Bucket|ImageUri|ZipFile)$/.test(path) &&
            after !== undefined &&
            (!path.endsWith('S3Bucket') || assetsOf(after) === undefined || assetsOf(after) !== assetsOf(before)),
        )
        .map(({ path, before, after }) => ({
          what: `${path.replace('Properties.', '')}: ${short(before)} → ${short(after)}`,
          of: [path],
        })),
    ),
  },
  {
    id: 'function-sends',
    severity: 'danger',
    asks: 'leaves',
    effect: 'A function has another address to send to, or to ask.',
    source: 'https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html',
    find: onChanges(/^AWS::Lambda::Function$/, ({ parts }) =>
      parts
        .filter(
          ({ path, after }) =>
            /^Properties\.Environment\b/.test(path) && /:\/\/(?!«)/.test(JSON.stringify(after ?? '')),
        )
        .map(({ path, before, after }) => ({
          what: `${path.replace('Properties.', '')}: ${short(before)} → ${short(after)}`,
          of: [path],
        })),
    ),
  },
  {
    id: 'function-has-less',
    severity: 'caution',
    asks: 'works',
    effect: 'A function has less memory or time: what it did until now may fail.',
    source: 'https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html',
    find: onChanges(/^AWS::Lambda::Function$/, ({ parts }) => bounds(parts, false)),
  },
  {
    id: 'function-has-more',
    severity: 'note',
    asks: 'works',
    effect: 'A function has more memory or time, and its price.',
    source: 'https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html',
    find: onChanges(/^AWS::Lambda::Function$/, ({ parts }) => bounds(parts, true)),
  },
  {
    id: 'health-checks',
    severity: 'caution',
    asks: 'works',
    effect:
      'What counts as healthy, and for how long something is waited for: traffic goes to, or away from, machines otherwise.',
    source: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/network/target-group-health-checks.html',
    find: of(
      /^AWS::(ElasticLoadBalancingV2|AutoScaling|ServiceDiscovery)::/,
      /^Properties\.(Health\w+|UnhealthyThresholdCount|(LoadBalancer|TargetGroup)Attributes|Cooldown|DefaultInstanceWarmup|TargetTrackingConfiguration|StepScaling\w*|AdjustmentType|ScalingAdjustment|Recurrence|MetricsCollection|DesiredCapacity|HealthCheckCustomConfig)\b/,
    ),
  },
  {
    id: 'added',
    severity: 'note',
    asks: 'works',
    effect: 'Something new, that by itself gives nobody anything: what points at it is judged where it does.',
    source: 'docs/adr/0028-change-review-by-templates.md',
    find: ({ changes }) =>
      changes
        .filter(({ type, action }) => action === 'added' && quiet.test(type))
        .map((change: Change) => ({ at: place(change), what: `${change.type} is added`, of: [''] })),
  },
];
