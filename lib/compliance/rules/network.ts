import { entries, type TemplateRule } from './rule';

const waysOut = [
  'AWS::EC2::InternetGateway',
  'AWS::EC2::EgressOnlyInternetGateway',
  'AWS::EC2::NatGateway',
  'AWS::EC2::EIP',
];

export const publicAddress: TemplateRule = {
  id: 'PublicAddress',
  message:
    'This gives something a public address or a way to the internet. Use isolated subnets, VPC endpoints and internal load balancers.',
  check: ({ Type, Properties }) => {
    if (waysOut.includes(Type)) return [Type.replace('AWS::EC2::', '')];
    // Absent means internet-facing.
    if (Type === 'AWS::ElasticLoadBalancingV2::LoadBalancer' && Properties?.Scheme !== 'internal') return ['Scheme'];
    return [...entries(Properties)]
      .filter(({ key, value }) => /^(MapPublicIpOnLaunch|AssociatePublicIpAddress)$/.test(key) && isTrue(value))
      .map(({ key }) => key);
  },
};

const isTrue = (value: unknown): boolean => value === true || value === 'true';

/** Ingress is AwsSolutions-EC23 as well; egress is watched by no pack. */
export const openSecurityGroup: TemplateRule = {
  id: 'OpenSecurityGroup',
  message:
    'A security group speaks with the whole internet, or half of it. Name a security group, a prefix list or a private prefix.',
  check: ({ Type, Properties }) => {
    const found = (direction: string, rules: unknown): string[] =>
      [...entries(rules)]
        .filter(({ key, value }) => /^CidrIp(v6)?$/.test(key) && typeof value === 'string' && isWorld(value))
        .map(({ value }) => `${direction}-${value}`);
    if (Type === 'AWS::EC2::SecurityGroup') {
      return [
        ...new Set([
          ...found('ingress', Properties?.SecurityGroupIngress),
          ...found('egress', Properties?.SecurityGroupEgress),
        ]),
      ];
    }
    if (Type === 'AWS::EC2::SecurityGroupIngress') return found('ingress', Properties);
    if (Type === 'AWS::EC2::SecurityGroupEgress') return found('egress', Properties);
    return [];
  },
};

/** Wider than any private network: 10.0.0.0/8 (RFC 1918), fc00::/7 (RFC 4193). Two halves of the world count, too. */
function isWorld(prefix: string): boolean {
  const length = Number(prefix.split('/')[1]);
  return length < (prefix.includes(':') ? 7 : 8);
}
