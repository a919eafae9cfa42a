import { DescribeTransitGatewaysCommand } from '@aws-sdk/client-ec2';
import { GetServiceQuotaCommand } from '@aws-sdk/client-service-quotas';
import { answer, type Check } from '../check';
import { ofType } from '../plan';

export const linkQuotas: Check = {
  name: 'quota: link',
  asks: ['ec2:DescribeTransitGateways', 'servicequotas:GetServiceQuota'],
  because: 'the stack of the link fails half-way, at the sixth gateway, the next prefix list, the twenty-first entry',
  async run({ ec2, quotas }, { config, environment }) {
    if (!config.link) return [];
    const quota = async (ServiceCode: string, QuotaCode: string): Promise<number> =>
      (await quotas.send(new GetServiceQuotaCommand({ ServiceCode, QuotaCode }))).Quota?.Value ?? 0;
    const ask = (service: string, code: string, value: number): string =>
      `aws service-quotas request-service-quota-increase --service-code ${service} --quota-code ${code} --desired-value ${value}`;

    const { TransitGateways: gateways = [] } = await ec2.send(new DescribeTransitGatewaysCommand({}));
    const own = gateways.some(({ Tags = [] }) =>
      Tags.some(({ Key, Value }) => Key === 'harbourline:environment' && Value === config.environment),
    );
    const gatewaysWanted = gateways.filter(({ State }) => State !== 'deleted').length + (own ? 0 : 1);
    const gatewaysMost = await quota('ec2', 'L-A2478D36');

    const entries = new Map<string, number>();
    for (const { Properties } of ofType(environment, 'AWS::EC2::NetworkAclEntry')) {
      const list = JSON.stringify([Properties?.NetworkAclId, Properties?.Egress ?? false]);
      entries.set(list, (entries.get(list) ?? 0) + 1);
    }
    const most = Math.max(0, ...entries.values());
    const entriesMost = await quota('vpc', 'L-2AEEBF1A');

    // A security group counts a prefix list by its size.
    const size = new Map(
      Object.values(environment).flatMap(({ resources }) =>
        Object.entries(resources)
          .filter(([, { Type }]) => Type === 'AWS::EC2::PrefixList')
          .map(([id, { Properties }]) => [id, Number(Properties?.MaxEntries)] as const),
      ),
    );
    const rules = ofType(environment, 'AWS::EC2::SecurityGroupEgress').reduce((sum, { Properties }) => {
      const [list] = Properties?.DestinationPrefixListId?.['Fn::GetAtt'] ?? [];
      return sum + (size.get(list) ?? 0);
    }, 1);
    const rulesMost = await quota('vpc', 'L-0EA8095F');
    return [
      answer(
        gatewaysWanted <= gatewaysMost,
        'transit gateways',
        `${gatewaysWanted} of ${gatewaysMost}`,
        ask('ec2', 'L-A2478D36', gatewaysWanted + 2),
      ),
      answer(
        most <= entriesMost,
        'entries of a network ACL',
        `${most} of ${entriesMost}`,
        ask('vpc', 'L-2AEEBF1A', 40),
      ),
      answer(
        rules <= rulesMost,
        'rules of the relays, prefix lists by their size',
        `${rules} of ${rulesMost}`,
        ask('vpc', 'L-0EA8095F', rules + 20),
      ),
    ];
  },
};
