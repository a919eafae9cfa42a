import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  CfnTransitGateway,
  CfnTransitGatewayRoute,
  CfnTransitGatewayRouteTable,
  CfnTransitGatewayRouteTableAssociation,
  CfnTransitGatewayRouteTablePropagation,
  CfnTransitGatewayVpcAttachment,
  type IVpc,
} from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, ResourcePolicy } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { within } from '../../config/cidr';
import { announcedPrefixes, type LinkedConfig } from '../contract/link-parameters';
import type { BoundPath } from '../contract/link-paths';
import { subnets } from '../network/network-stack';
import { ReadBack } from './read-back';
import { type BoundTransport, transportsOf } from './transports';

export interface TransitProps {
  readonly config: LinkedConfig;
  readonly vpc: IVpc;
  readonly logsKey: IKey;
}

/**
 * The transit gateway, in the middle: attachments learn of each other only what a route table says, and there is none by
 * default. The link's table knows the relays' subnets and the services of the allow-list. So the mainland has no route to
 * anything else, the rest of the VPC included.
 */
export class Transit extends Construct {
  readonly gateway: CfnTransitGateway;
  readonly paths: readonly BoundPath[];
  /** Routes of instances can name the gateway only once their VPC is attached. */
  readonly vpcAttachment: CfnTransitGatewayVpcAttachment;

  constructor(scope: Construct, id: string, props: TransitProps) {
    super(scope, id);
    const { config, vpc, logsKey } = props;
    const { link } = config;
    this.gateway = new CfnTransitGateway(this, 'Gateway', {
      description: `Harbourline ${config.environment}: link to the mainland`,
      amazonSideAsn: link.amazonAsn,
      autoAcceptSharedAttachments: 'disable',
      defaultRouteTableAssociation: 'disable',
      defaultRouteTablePropagation: 'disable',
      dnsSupport: 'disable',
      multicastSupport: 'disable',
      // One path at a time, by preference: firewalls on the way see both directions of a connection.
      vpnEcmpSupport: 'disable',
      ...(link.transports.includes('vpnOverDirectConnect') && link.vpnOverDirectConnect
        ? { transitGatewayCidrBlocks: [link.vpnOverDirectConnect.transitGatewayCidr] }
        : {}),
    });
    this.vpcAttachment = new CfnTransitGatewayVpcAttachment(this, 'VpcAttachment', {
      transitGatewayId: this.gateway.ref,
      vpcId: vpc.vpcId,
      subnetIds: vpc.selectSubnets(subnets.transit).subnetIds,
    });

    const readBack = new ReadBack(this, 'ReadBack', { config, logsKey, transitGatewayId: this.gateway.ref });
    const logs = this.logs(config, logsKey);
    const bound = transportsOf(config).map(({ transport }) =>
      transport.bind(this, {
        config,
        transitGateway: this.gateway,
        readBack,
        logs,
        announcedPrefixes: announcedPrefixes(config),
      }),
    );
    this.paths = bound.flatMap(({ paths }) => paths);
    this.routes(config, bound);
  }

  private routes(config: LinkedConfig, bound: readonly BoundTransport[]): void {
    const { serviceAttachments } = config.link;
    const table = (id: string) => new CfnTransitGatewayRouteTable(this, id, { transitGatewayId: this.gateway.ref });
    const associate = (id: string, { ref }: CfnTransitGatewayRouteTable, transitGatewayAttachmentId: string) =>
      new CfnTransitGatewayRouteTableAssociation(this, `${id}Association`, {
        transitGatewayRouteTableId: ref,
        transitGatewayAttachmentId,
      });
    const propagate = (id: string, { ref }: CfnTransitGatewayRouteTable, transitGatewayAttachmentId: string) =>
      new CfnTransitGatewayRouteTablePropagation(this, `${id}Propagation`, {
        transitGatewayRouteTableId: ref,
        transitGatewayAttachmentId,
      });

    // What comes out of the link: routes one by one, from the allow-list.
    const linkTable = table('LinkTable');
    for (const prefix of announcedPrefixes(config)) {
      const service = serviceAttachments.find((each) => within(prefix, each.prefix));
      new CfnTransitGatewayRoute(this, `Route${prefix.replace(/\D/g, 'x')}`, {
        transitGatewayRouteTableId: linkTable.ref,
        destinationCidrBlock: prefix,
        transitGatewayAttachmentId: service?.attachmentId ?? this.vpcAttachment.ref,
      });
    }

    // What goes into it: routes as the far end announces them, so that they move when a path dies. What may use them is
    // decided before: by the link subnets' routes, ACLs and security groups, and by those of the services' VPCs.
    const homeTable = table('HomeTable');
    associate('Vpc', homeTable, this.vpcAttachment.ref);
    for (const [index, { attachmentId }] of serviceAttachments.entries()) {
      associate(`Service${index + 1}`, homeTable, attachmentId);
    }

    for (const [index, { attachmentId, carrierAttachmentId }] of bound.entries()) {
      const id = `Transport${index + 1}`;
      associate(id, linkTable, attachmentId);
      propagate(id, homeTable, attachmentId);
      if (carrierAttachmentId) {
        // Tunnels only: a table of its own, which knows the far end's router and nothing of Hong Kong.
        const carrierTable = table('CarrierTable');
        associate('Carrier', carrierTable, carrierAttachmentId);
        propagate('Carrier', carrierTable, carrierAttachmentId);
      }
    }
  }

  /** Logs of the tunnels' negotiation and of their BGP sessions. */
  private logs({ environment, observe }: LinkedConfig, encryptionKey: IKey) {
    const stack = Stack.of(this);
    // Names under /aws/vendedlogs/: AWS's log delivery then needs no growing resource policy of its own.
    const group = (id: string, name: string) =>
      new LogGroup(this, id, {
        logGroupName: `/aws/vendedlogs/harbourline/${environment}/${name}`,
        encryptionKey,
        retention: observe.logRetentionDays,
        removalPolicy: RemovalPolicy.RETAIN,
      });
    const groups = [group('ActivityLog', 'vpn-activity'), group('BgpLog', 'vpn-bgp')] as const;
    new ResourcePolicy(this, 'LogDelivery', {
      policyStatements: [
        new PolicyStatement({
          principals: [new ServicePrincipal('delivery.logs.amazonaws.com')],
          actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
          resources: groups.map(({ logGroupArn }) => logGroupArn),
          conditions: {
            StringEquals: { 'aws:SourceAccount': stack.account },
            ArnLike: { 'aws:SourceArn': stack.formatArn({ service: 'logs', resource: '*' }) },
          },
        }),
      ],
    });
    return { activityArn: groups[0].logGroupArn, bgpArn: groups[1].logGroupArn };
  }
}
