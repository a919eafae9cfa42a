import { join } from 'node:path';
import { CustomResource, Token } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct, type IConstruct } from 'constructs';
import { DeploymentFunction } from '../common/function';
import { acknowledge } from '../compliance/acknowledge';
import type { AttachmentProperties, VpnProperties } from './read-back.handler';

export interface ReadBackProps {
  readonly logsKey: IKey;
  readonly logRetention: RetentionDays;
  readonly transitGatewayId: string;
}

/**
 * Asks AWS what CloudFormation does not tell of a link: ids of attachments, outside addresses of tunnels. It reads and
 * does nothing else, so that every route and association stands in the template where a reviewer sees it (ADR 19).
 */
export class ReadBack extends Construct {
  private readonly serviceToken: string;
  private readonly transitGatewayId: string;

  constructor(scope: Construct, id: string, { logsKey, logRetention, transitGatewayId }: ReadBackProps) {
    super(scope, id);
    this.transitGatewayId = transitGatewayId;
    const reader = new DeploymentFunction(this, 'Reader', {
      description: 'Reads ids and addresses of the link that CloudFormation does not tell',
      entry: join(__dirname, 'read-back.handler.ts'),
      logsKey,
      logRetention,
      statements: [
        new PolicyStatement({
          sid: 'ReadTheLink',
          actions: ['ec2:DescribeVpnConnections', 'ec2:DescribeTransitGatewayAttachments'],
          resources: ['*'],
        }),
      ],
    });
    acknowledge(reader.node.findChild('Policy'), {
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'EC2 takes no resource for its Describe actions; the function asks for one id and can change nothing.',
    });
    this.serviceToken = reader.serviceToken;
  }

  /**
   * Attachment and tunnels of a VPN connection.
   *
   * @param generation whatever is changed in place: asked again when it differs, because addresses may have changed
   */
  vpn(
    scope: Construct,
    id: string,
    {
      vpnConnectionId,
      insideCidrs,
      generation,
    }: { vpnConnectionId: string; insideCidrs: readonly string[]; generation: string },
  ): { attachmentId: string; tunnelAddresses: string[] } {
    const properties: VpnProperties = {
      TransitGatewayId: this.transitGatewayId,
      VpnConnectionId: vpnConnectionId,
      InsideCidrs: [...insideCidrs],
      Generation: generation,
    };
    const resource = this.ask(scope, id, 'Custom::HarbourlineVpnReadBack', properties);
    return {
      attachmentId: resource.getAttString('AttachmentId'),
      tunnelAddresses: insideCidrs.map((_cidr, index) => resource.getAttString(`TunnelAddress${index + 1}`)),
    };
  }

  /** Attachment of a Direct Connect gateway, once `after` has made it. */
  gatewayAttachment(
    scope: Construct,
    id: string,
    { directConnectGatewayId, after }: { directConnectGatewayId: string; after: IConstruct },
  ): string {
    const properties: AttachmentProperties = {
      TransitGatewayId: this.transitGatewayId,
      DirectConnectGatewayId: directConnectGatewayId,
    };
    const resource = this.ask(scope, id, 'Custom::HarbourlineAttachmentReadBack', properties);
    resource.node.addDependency(after);
    return Token.asString(resource.getAtt('AttachmentId'));
  }

  private ask(scope: Construct, id: string, resourceType: string, properties: object): CustomResource {
    return new CustomResource(scope, id, {
      resourceType,
      serviceToken: this.serviceToken,
      properties: { ...properties },
    });
  }
}
