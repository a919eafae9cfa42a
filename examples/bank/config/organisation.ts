import type { EnvironmentConfigInput } from 'harbourline';

/** What every account of the bank has. */
export const organisation = {
  permissionsBoundary: 'workload-boundary-${AWS::Region}',
  bootstrapQualifier: 'bank01',
  tags: { 'cost-centre': '4711', owner: 'observability' },
  flowLogArchiveArn: 'arn:aws:s3:::bank-log-archive/flow-logs',
} satisfies EnvironmentConfigInput['organisation'];

/** Of the network account's gateways, shared by nobody: one in each account. */
export const gateways = {
  uat: { transitGatewayId: 'tgw-0aaaaaaaaaaaaaaa1' },
  prod: { transitGatewayId: 'tgw-0aaaaaaaaaaaaaaa2', gatewayId: '00000000-0000-4000-8000-000000000002' },
};
