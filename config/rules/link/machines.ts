/** Instances at both ends of the link, their certificates and keys. */
import { within } from '../../cidr';
import { ec2Problem, homes, mainlandRegions, type Region } from '../../regions';
import { type Finding, must, type Rule } from '../rule';
import { type Link, linkRule } from './shared';

function ec2Type(path: string, instanceType: string, region: Region): Finding[] {
  const problem = ec2Problem(instanceType, region);
  return must('HL-LINK-052', !problem, path, instanceType, problem?.why ?? '', problem?.fix ?? '');
}

/** A secret and its key, which must be where the instance is that reads them. */
function readable(
  path: string,
  { secretArn, keyArn }: Link['relay']['certificate'],
  [partition, region, account]: readonly [partition: string, region: string, account: string],
  whose: string,
): Finding[] {
  const secrets = `arn:${partition}:secretsmanager:${region}:${account}:`;
  const keys = `arn:${partition}:kms:${region}:`;
  return [
    ...must(
      'HL-LINK-053',
      secretArn.startsWith(secrets),
      `${path}.secretArn`,
      secretArn,
      whose,
      `Name a secret that begins with ${secrets}`,
    ),
    ...must(
      'HL-LINK-054',
      keyArn.startsWith(keys),
      `${path}.keyArn`,
      keyArn,
      'A secret is encrypted with a key of its own partition and region: this one cannot be of that secret.',
      `Name the key of the secret: it begins with ${keys}`,
    ),
  ];
}

export const machineRules: readonly Rule[] = [
  linkRule(['link.relay', 'region'], ({ relay }, { region }) => {
    const needed = Math.ceil(2 * outageGiB(relay) + 8);
    return [
      ...ec2Type('link.relay.instanceType', relay.instanceType, homes[region]),
      ...must(
        'HL-LINK-055',
        relay.volumeGiB >= needed,
        'link.relay.volumeGiB',
        relay.volumeGiB,
        `${relay.outageHours} hours at half of ${relay.bitsPerSecond} bit/s fill ${outageGiB(relay).toFixed(1)} GiB; the queue may grow to twice that while it is compacted.`,
        `Use ${needed} or more, or ask for fewer outageHours.`,
      ),
    ];
  }),
  linkRule(['link.relay.certificate', 'account', 'region'], ({ relay }, { account, region }) =>
    readable(
      'link.relay.certificate',
      relay.certificate,
      ['aws', region, account],
      'The relays read secrets of their own account and region.',
    ),
  ),
  linkRule(['link.analysis', 'link.receiver'], ({ analysis, receiver }) =>
    analysis
      ? [
          ...ec2Type('link.analysis.instanceType', analysis.instanceType, mainlandRegions[analysis.region]),
          ...readable(
            'link.analysis.certificate',
            analysis.certificate,
            ['aws-cn', analysis.region, analysis.account],
            'The receiver reads secrets of its own partition, account and region.',
          ),
          ...must(
            'HL-LINK-056',
            within(`${receiver.address}/32`, analysis.vpcCidr),
            'link.receiver.address',
            receiver.address,
            `It is not within link.analysis.vpcCidr (${analysis.vpcCidr}).`,
            'Use an address of that VPC.',
          ),
          ...must(
            'HL-LINK-057',
            analysis.availabilityZone.startsWith(analysis.region),
            'link.analysis.availabilityZone',
            analysis.availabilityZone,
            `It is not of ${analysis.region}.`,
            `Use a zone of ${analysis.region}.`,
          ),
        ]
      : [],
  ),
];

/** GiB that one of the two relays holds after the outage that was asked for, at the full rate of the line. */
export const outageGiB = ({ outageHours, bitsPerSecond }: Link['relay']): number =>
  (outageHours * 3_600 * bitsPerSecond) / 2 / 8 / 2 ** 30;
