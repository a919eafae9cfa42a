import { gravitonFamilies } from '../../../config/hong-kong';
import { entries, type TemplateRule } from './rule';

/** EC2 user guide, instance naming: a `g` right behind the generation is AWS Graviton. */
const graviton = /^[a-z]+\d+g[a-z]*\./;

/** The collector and the span writer are built for arm64 only, and an unknown type fails when an instance starts. */
export const instanceType: TemplateRule = {
  id: 'InstanceType',
  message:
    'The instance type is not arm64, or not offered in Hong Kong. Use a Graviton family of the region: m7g, c7g…',
  check: ({ Type, Properties }, { region }) =>
    /^AWS::(EC2|AutoScaling)::/.test(Type)
      ? [...entries(Properties)]
          .filter(({ key, value }) => key === 'InstanceType' && typeof value === 'string')
          .map(({ value }) => value as string)
          .filter(
            (type) =>
              !graviton.test(type) || (region === 'ap-east-1' && !gravitonFamilies.includes(type.split('.')[0] ?? '')),
          )
      : [],
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
