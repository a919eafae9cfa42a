/** The AWS services that something in the VPC calls, and who does: there is no other way out. */
import { InterfaceVpcEndpointAwsService } from 'aws-cdk-lib/aws-ec2';

export interface Endpoint {
  readonly service: InterfaceVpcEndpointAwsService;
  /** What calls it. An endpoint that nobody can name a caller of does not belong here. */
  readonly caller: string;
}

export const interfaceEndpoints: Readonly<Record<string, Endpoint>> = {
  Logs: {
    service: InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS,
    caller: 'gateways and samplers: metrics as embedded log events',
  },
  DataServiceDiscovery: {
    service: InterfaceVpcEndpointAwsService.CLOUD_MAP_DATA_SERVICE_DISCOVERY,
    caller: 'gateways: which samplers are there (DiscoverInstances)',
  },
  ServiceDiscovery: {
    service: InterfaceVpcEndpointAwsService.CLOUD_MAP_SERVICE_DISCOVERY,
    caller: 'samplers: register and deregister themselves',
  },
  AutoScaling: {
    service: InterfaceVpcEndpointAwsService.AUTOSCALING,
    caller: 'gateways and samplers: that they work, that they have handed over',
  },
  SecretsManager: {
    service: InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
    caller: 'gateways and samplers: certificate and key of their tier',
  },
  Ssm: { service: InterfaceVpcEndpointAwsService.SSM, caller: 'all instances: Session Manager instead of SSH' },
  SsmMessages: {
    service: InterfaceVpcEndpointAwsService.SSM_MESSAGES,
    caller: 'all instances: Session Manager instead of SSH',
  },
};
