import { ec2Problem, regionNamed } from '../../../config/regions';
import { entries, type TemplateRule } from './rule';

/** An unknown type fails when an instance starts. */
export const instanceType: TemplateRule = {
  id: 'InstanceType',
  message:
    'The instance type is not offered in the region, or its family is none for fleets. Use a general-purpose one of the region: m7g.large, m7i.large…',
  check: ({ Type, Properties }, { region }) => {
    const facts = region && regionNamed(region);
    if (!facts || !/^AWS::(EC2|AutoScaling)::/.test(Type)) return [];
    return [...entries(Properties)]
      .filter(({ key, value }) => key === 'InstanceType' && typeof value === 'string')
      .map(({ value }) => value as string)
      .filter((type) => ec2Problem(type, facts));
  },
};

/** nag looks at instances and Auto Scaling groups, not at the launch template that decides. */
export const instanceMetadata: TemplateRule = {
  id: 'InstanceMetadata',
  message: 'Instances answer metadata requests without a token. Set requireImdsv2 on the launch template.',
  check: ({ Type, Properties }) => {
    const options = Properties?.LaunchTemplateData?.MetadataOptions;
    return Type === 'AWS::EC2::LaunchTemplate' &&
      options?.HttpTokens !== 'required' &&
      options?.HttpEndpoint !== 'disabled'
      ? ['HttpTokens']
      : [];
  },
};

export const volumeEncryption: TemplateRule = {
  id: 'VolumeEncryption',
  message:
    'A volume of the launch template is not encrypted. Set encrypted on every block device, the root device included.',
  check: ({ Type, Properties }) => {
    if (Type !== 'AWS::EC2::LaunchTemplate') return [];
    const mappings = Properties?.LaunchTemplateData?.BlockDeviceMappings;
    // Without a mapping the root volume is made as the image says: not encrypted, for Amazon's images.
    if (!Array.isArray(mappings) || mappings.length === 0) return ['root'];
    return mappings
      .filter(({ Ebs }) => Ebs && Ebs.Encrypted !== true)
      .map(({ DeviceName }) => String(DeviceName ?? 'unnamed'));
  },
};
