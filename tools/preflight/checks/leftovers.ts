import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DescribeVpcsCommand } from '@aws-sdk/client-ec2';
import { DescribeDomainCommand } from '@aws-sdk/client-opensearch';
import { GetBucketEncryptionCommand, HeadBucketCommand } from '@aws-sdk/client-s3';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { overlap } from '../../../config/cidr';
import { domainName } from '../../../lib/contract/access';
import { handoverBucketName } from '../../../lib/contract/buckets';
import { metricLogGroup } from '../../../lib/contract/metrics';
import { namesOf, stackNameOf } from '../../../lib/contract/names';
import { type Answer, type Aws, answer, type Check, failsWith, type Plan, placeOf, unlessFails } from '../check';
import { roleAnswer } from './account';

/** Whether a stack of the environment is there, in any state that holds its resources. */
export async function deployed({ cloudFormation }: Aws, stack: string): Promise<string | undefined> {
  const described = await unlessFails(
    ['ValidationError'],
    cloudFormation.send(new DescribeStacksCommand({ StackName: stack })),
  );
  return described?.Stacks?.[0]?.StackStatus;
}

/** States out of which CloudFormation goes nowhere by itself. */
const stuck = /^(ROLLBACK_COMPLETE|ROLLBACK_FAILED|CREATE_FAILED|DELETE_FAILED|UPDATE_ROLLBACK_FAILED)$/;

export const leftovers: Check = {
  name: 'leftovers',
  asks: [
    'cloudformation:DescribeStacks',
    'es:DescribeDomain',
    's3:ListBucket',
    'ssm:GetParameter',
    'logs:DescribeLogGroups',
  ],
  because: 'what an earlier deployment left has the name that this one needs',
  async run(aws, { config }) {
    const { environment, organisation } = config;
    const nameOf = (stack: string): string => stackNameOf(environment, stack, organisation.namePrefix);
    const ours = namesOf(config);
    const [logGroup, parameter] = [metricLogGroup(ours), `${ours.parameters}/agent/certificate`];
    const states = await Promise.all(
      ['Network', 'Store', 'Access', 'Collect', 'Observe', 'Link'].map(
        async (stack) => [stack, await deployed(aws, nameOf(stack))] as const,
      ),
    );
    const there = new Map(states);
    const dead = states.filter(([, status]) => status !== undefined && stuck.test(status));
    const domain = domainName(ours);
    const bucket = handoverBucketName(ours, config.account);
    const names: [stack: string, what: string, missing: Promise<boolean>, remedy: string][] = [
      [
        'Store',
        `domain ${domain}`,
        failsWith(
          ['ResourceNotFoundException'],
          aws.openSearch.send(new DescribeDomainCommand({ DomainName: domain })),
        ),
        `Its spans are kept: npx cdk import "${environment}/Store". Or, when nobody needs them: aws opensearch delete-domain --domain-name ${domain}`,
      ],
      [
        'Collect',
        `bucket ${bucket}`,
        failsWith(['NotFound', 'NoSuchBucket'], aws.s3.send(new HeadBucketCommand({ Bucket: bucket }))),
        `It is empty 14 days after the last instance went: aws s3 rb s3://${bucket}`,
      ],
      [
        'Collect',
        `log group ${logGroup}`,
        aws.logs
          .send(new DescribeLogGroupsCommand({ logGroupNamePrefix: logGroup }))
          .then(({ logGroups = [] }) => !logGroups.some((each) => each.logGroupName === logGroup)),
        `aws logs delete-log-group --log-group-name ${logGroup}`,
      ],
      [
        'Collect',
        `parameter ${parameter}`,
        failsWith(['ParameterNotFound'], aws.ssm.send(new GetParameterCommand({ Name: parameter }))),
        `Another deployment has this name. If it is gone: aws ssm delete-parameter --name ${parameter}`,
      ],
    ];
    const taken = await Promise.all(
      names
        .filter(([stack]) => there.get(stack) === undefined)
        .map(async ([, what, missing, remedy]): Promise<Answer> => {
          const free = await missing;
          return answer(
            free,
            what,
            free ? 'the name is free' : 'taken, and no stack of this environment has it',
            remedy,
          );
        }),
    );
    return [
      ...dead.map(([stack, status]) =>
        answer(
          false,
          `stack ${nameOf(stack)}`,
          String(status),
          status === 'UPDATE_ROLLBACK_FAILED'
            ? `aws cloudformation continue-update-rollback --stack-name ${nameOf(stack)}`
            : `aws cloudformation delete-stack --stack-name ${nameOf(stack)}`,
        ),
      ),
      ...(taken.length > 0 ? taken : [answer(true, 'names', 'held by the stacks of this environment', '')]),
    ];
  },
};

export const readers: Check = {
  name: 'store: readers',
  asks: ['iam:GetRole'],
  because: "the domain's policy is refused when it names a role that does not exist, and takes the whole stack with it",
  run: ({ iam }, { config: { account, environment, store } }) =>
    Promise.all(
      [...new Set([...store.readerRoleArns, ...store.grants.flatMap(({ roleArn }) => roleArn ?? [])])].map(
        async (arn): Promise<Answer> => {
          const [, , , , owner, path = ''] = arn.split(':');
          const name = path.split('/').at(-1) ?? '';
          if (owner !== account) return answer(true, arn, `of account ${owner}: ask there`, '');
          return roleAnswer(
            iam,
            name,
            `Make it first, or take it out of store.readerRoleArns in config/${environment}.ts: readers can be added on any day.`,
          );
        },
      ),
    ),
};

export const addresses: Check = {
  name: 'addresses',
  asks: ['ec2:DescribeVpcs'],
  because: 'two VPCs with the same addresses cannot both be reached, and nothing says so until packets are missing',
  async run({ ec2 }, { config: { environment, network } }) {
    const { Vpcs: vpcs = [] } = await ec2.send(new DescribeVpcsCommand({}));
    const others = vpcs.filter(
      ({ VpcId, CidrBlock, Tags = [], IsDefault }) =>
        !IsDefault &&
        VpcId !== network.existing?.vpcId &&
        CidrBlock !== undefined &&
        [network.cidr, ...(network.existing?.cidrs ?? [])].some((own) => overlap(CidrBlock, own)) &&
        !Tags.some(({ Key, Value }) => Key === 'harbourline:environment' && Value === environment),
    );
    return [
      answer(
        others.length === 0,
        `${network.cidr} is nobody else's here`,
        others.length === 0 ? 'free' : others.map(({ VpcId, CidrBlock }) => `${VpcId} has ${CidrBlock}`).join(', '),
        `Give network.cidr in config/${environment}.ts addresses of its own.`,
      ),
    ];
  },
};

/**
 * Where the configuration names the key of a stage's bucket, and which it is. Nowhere for operators: nothing of theirs fetches
 * from the bucket but CloudFormation, with rights of the bootstrap.
 */
function keyOf({ config, stage }: Plan): [path: string, arn: string | undefined] | undefined {
  if (stage.kind === 'operators') return undefined;
  if (stage.client) return [`clients[${config.clients.indexOf(stage.client)}].assetsKeyArn`, stage.client.assetsKeyArn];
  if (stage.kind === 'mainland') return ['link.analysis.assetsKeyArn', config.link?.analysis?.assetsKeyArn];
  return ['assetsKeyArn', config.assetsKeyArn];
}

export const bootstrapKey: Check = {
  name: 'bootstrap: key',
  asks: ['s3:GetEncryptionConfiguration'],
  because: 'instances may fetch from the bucket, and decrypt with its key only where the configuration names it',
  async run({ s3 }, planned) {
    const { config, environment } = planned;
    const named = keyOf(planned);
    const text = JSON.stringify(environment);
    const [bucket] = /cdk-[a-z0-9]+-assets-\d{12}-[a-z0-9-]+/.exec(text) ?? [];
    if (!bucket) return [];
    const encryption = await unlessFails(
      ['NoSuchBucket', 'NotFound'],
      s3.send(new GetBucketEncryptionCommand({ Bucket: bucket })),
    );
    const [rule] = encryption?.ServerSideEncryptionConfiguration?.Rules ?? [];
    const key = rule?.ApplyServerSideEncryptionByDefault?.KMSMasterKeyID;
    return [
      answer(
        encryption !== undefined && (named === undefined || key === named[1]),
        bucket,
        encryption ? (key ?? "S3's own keys") : 'not there',
        !encryption
          ? `npx cdk bootstrap ${placeOf(planned)}, with the qualifier of cdk.json`
          : key
            ? `${named?.[0]}: '${key}' in config/${config.environment}.ts`
            : `Take ${named?.[0]} out of config/${config.environment}.ts.`,
      ),
    ];
  },
};
