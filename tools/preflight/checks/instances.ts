import {
  DescribeImagesCommand,
  DescribeInstanceTypeOfferingsCommand,
  DescribeInstanceTypesCommand,
  type _InstanceType as InstanceType,
} from '@aws-sdk/client-ec2';
import { GetServiceQuotaCommand } from '@aws-sdk/client-service-quotas';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { imageSettings } from '../../../config/regions';
import { answer, type Check, failsWith } from '../check';
import { fleets, parameters } from '../plan';

const typesOf = (environment: Parameters<typeof fleets>[0]): string[] => [
  ...new Set(fleets(environment).map(({ instanceType }) => instanceType)),
];

export const instanceTypes: Check = {
  name: 'instance types',
  asks: ['ec2:DescribeInstanceTypeOfferings'],
  because: 'a fleet stays short of instances in a zone that lacks its type',
  async run({ ec2 }, { config, environment }) {
    const types = typesOf(environment);
    const { InstanceTypeOfferings: offers = [] } = await ec2.send(
      new DescribeInstanceTypeOfferingsCommand({
        LocationType: 'availability-zone',
        Filters: [{ Name: 'instance-type', Values: types }],
      }),
    );
    return types.map((type) => {
      const zones = offers.filter(({ InstanceType }) => InstanceType === type).map(({ Location }) => Location);
      const missing = config.network.availabilityZones.filter((zone) => !zones.includes(zone));
      return answer(
        missing.length === 0,
        type,
        missing.length === 0 ? `in ${zones.length} zones` : `not in ${missing.join(', ')}`,
        `Choose a type that every zone has, in config/${config.environment}.ts › collect.`,
      );
    });
  },
};

export const image: Check = {
  name: 'image',
  asks: ['ec2:DescribeImages', 'ssm:GetParameter'],
  because: 'instances do not start from an image that is gone, deprecated or of another processor',
  async run({ ec2, ssm }, { config, environment }) {
    const answers = [];
    for (const name of parameters(environment).filter((each) => each.includes('/ami-'))) {
      const missing = await failsWith(['ParameterNotFound'], ssm.send(new GetParameterCommand({ Name: name })));
      answers.push(answer(!missing, name, missing ? 'missing' : 'there', 'Pin an image: `collect.imageId`.'));
    }
    for (const architecture of ['arm64', 'x86_64'] as const) {
      const setting = imageSettings[architecture];
      const imageId = config.collect[setting];
      if (!imageId) continue;
      const { Images: [found] = [] } = await ec2.send(
        new DescribeImagesCommand({ Filters: [{ Name: 'image-id', Values: [imageId] }], IncludeDeprecated: true }),
      );
      const problem = !found
        ? 'not there, or not shared with this account'
        : found.State !== 'available'
          ? `state ${found.State}`
          : found.Architecture !== architecture
            ? `architecture ${found.Architecture}`
            : found.DeprecationTime && Date.parse(found.DeprecationTime) < Date.now()
              ? `deprecated on ${found.DeprecationTime.slice(0, 10)}`
              : undefined;
      answers.push(
        answer(
          problem === undefined,
          imageId,
          problem ?? `available, ${found?.Name ?? ''}`,
          `Newest: aws ssm get-parameter --name /aws/service/ami-amazon-linux-latest/al2023-ami-kernel-6.1-${architecture} --query Parameter.Value; then \`collect.${setting}\` in config/${config.environment}.ts.`,
        ),
      );
    }
    return answers;
  },
};

export const processors: Check = {
  name: 'quota: processors',
  asks: ['ec2:DescribeInstanceTypes', 'servicequotas:GetServiceQuota'],
  because: 'fleets stop growing, when the market opens at the latest',
  async run({ ec2, quotas }, { environment }) {
    const { InstanceTypes: details = [] } = await ec2.send(
      new DescribeInstanceTypesCommand({ InstanceTypes: typesOf(environment) as InstanceType[] }),
    );
    const needed = fleets(environment).reduce((sum, { instanceType, most }) => {
      const processors = details.find(({ InstanceType }) => InstanceType === instanceType)?.VCpuInfo?.DefaultVCpus ?? 0;
      return sum + processors * most;
    }, 0);
    // "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances", in virtual processors.
    const { Quota: quota } = await quotas.send(
      new GetServiceQuotaCommand({ ServiceCode: 'ec2', QuotaCode: 'L-1216C47A' }),
    );
    return [
      answer(
        (quota?.Value ?? 0) >= needed,
        `${needed} virtual processors at most`,
        `quota ${quota?.Value ?? 'unknown'}, shared with all else in the account`,
        `aws service-quotas request-service-quota-increase --service-code ec2 --quota-code L-1216C47A --desired-value ${needed * 2}`,
      ),
    ];
  },
};
