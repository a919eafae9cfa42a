import { DescribeResourcePoliciesCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DescribeConnectionsCommand } from '@aws-sdk/client-direct-connect';
import { DescribeVpcEndpointServicesCommand, DescribeVpcsCommand } from '@aws-sdk/client-ec2';
import { GetServiceQuotaCommand } from '@aws-sdk/client-service-quotas';
import { entries } from '../../../lib/compliance/rules/rule';
import { interfaceEndpoints } from '../../../lib/contract/endpoints';
import { answer, type Check } from '../check';
import { ofType } from '../plan';

export const endpointServices: Check = {
  name: 'endpoint services',
  asks: ['ec2:DescribeVpcEndpointServices'],
  because: 'neither CDK nor CloudFormation knows which there are; the VPC has no other way out',
  async run({ ec2 }, { config }) {
    const wanted = Object.values(interfaceEndpoints).map(({ service, caller }) => ({
      name: `com.amazonaws.${config.region}.${service.shortName}`,
      caller,
    }));
    const { ServiceDetails: details = [] } = await ec2.send(
      new DescribeVpcEndpointServicesCommand({
        Filters: [{ Name: 'service-name', Values: wanted.map(({ name }) => name) }],
      }),
    );
    return wanted.map(({ name, caller }) => {
      const zones = details.find(({ ServiceName }) => ServiceName === name)?.AvailabilityZones;
      const missing = config.network.availabilityZones.filter((zone) => !zones?.includes(zone));
      return answer(
        missing.length === 0,
        name,
        zones === undefined ? `not in ${config.region}` : missing.length > 0 ? `not in ${missing.join(', ')}` : 'there',
        `Without it: ${caller}. Ask AWS, or take it out of lib/contract/endpoints.ts with its caller.`,
      );
    });
  },
};

export const networkQuotas: Check = {
  name: 'quota: network and logs',
  asks: ['ec2:DescribeVpcs', 'servicequotas:GetServiceQuota', 'logs:DescribeResourcePolicies'],
  because: 'the first stack fails at the last VPC, the store at the last log policy',
  async run({ ec2, quotas, logs }, { config, environment }) {
    const quota = async (code: string): Promise<number> =>
      (await quotas.send(new GetServiceQuotaCommand({ ServiceCode: 'vpc', QuotaCode: code }))).Quota?.Value ?? 0;
    const ask = (code: string, value: number): string =>
      `aws service-quotas request-service-quota-increase --service-code vpc --quota-code ${code} --desired-value ${value}`;

    const { Vpcs: vpcs = [] } = await ec2.send(new DescribeVpcsCommand({}));
    const known = vpcs.some(({ Tags = [] }) => Tags.some(({ Key }) => Key === 'harbourline:environment'));
    const needed = vpcs.length + (known || config.network.existing ? 0 : 1);
    const most = await quota('L-F678F1CE');
    const endpoints = ofType(environment, 'AWS::EC2::VPCEndpoint').filter(
      ({ Properties }) => Properties?.VpcEndpointType === 'Interface',
    ).length;
    const endpointsMost = await quota('L-29B6F2EB');
    const { resourcePolicies: policies = [] } = await logs.send(new DescribeResourcePoliciesCommand({}));
    const own = policies.some(({ policyDocument = '' }) => policyDocument.includes('es.amazonaws.com'));
    const wanted = policies.length + (own ? 0 : ofType(environment, 'AWS::Logs::ResourcePolicy').length);
    return [
      answer(needed <= most, 'VPCs of the region', `${needed} of ${most}`, ask('L-F678F1CE', needed + 5)),
      answer(
        endpoints <= endpointsMost,
        'interface endpoints of a VPC',
        `${endpoints} of ${endpointsMost}`,
        ask('L-29B6F2EB', endpoints + 10),
      ),
      // CloudWatch Logs quotas: 10 in an account and region, not adjustable.
      answer(
        wanted <= 10,
        'resource policies of CloudWatch Logs',
        `${wanted} of 10`,
        'Merge some: aws logs describe-resource-policies',
      ),
    ];
  },
};

export const directConnect: Check = {
  name: 'leased line',
  asks: ['directconnect:DescribeConnections'],
  because: 'a virtual interface on a line that is not up waits indefinitely',
  async run({ directConnect: client }, { environment }) {
    const ids = Object.values(environment).flatMap(({ resources }) =>
      Object.values(resources)
        .filter(({ Type }) => Type.startsWith('AWS::DirectConnect::'))
        .flatMap(({ Properties }) => [...entries(Properties)])
        .filter(({ key, value }) => key === 'ConnectionId' && typeof value === 'string')
        .map(({ value }) => value as string),
    );
    return Promise.all(
      [...new Set(ids)].map(async (connectionId) => {
        const { connections: [line] = [] } = await client.send(new DescribeConnectionsCommand({ connectionId }));
        return answer(
          line?.connectionState === 'available',
          connectionId,
          line ? `${line.connectionState}, ${line.location}, ${line.bandwidth}` : 'not there',
          'The carrier has to bring it up, and its owner to accept it: aws directconnect confirm-connection',
        );
      }),
    );
  },
};
