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
import { LogGroup, ResourcePolicy, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { CfnResourceShare } from 'aws-cdk-lib/aws-ram';
import { Construct } from 'constructs';
import { namesIn } from '../common/names';
import { stackInstance } from '../common/stack-instance';
import { subnetCidrs } from '../contract/addresses';
import { guestAccounts, type LinkConfig, type LinkedConfig, type RoutedPrefix } from '../contract/link-parameters';
import type { BoundPath } from '../contract/link-paths';
import { subnets } from '../network/network-stack';
import { alertLog, Inspection } from './inspection';
import { ReadBack } from './read-back';
import { type BoundAttachment, transportsOf } from './transports';

export interface TransitProps {
  readonly environment: string;
  readonly link: LinkConfig;
  readonly vpc: IVpc;
  readonly logsKey: IKey;
  readonly logRetention: RetentionDays;
  /** Prefixes of Hong Kong that the far end may learn, and where each is. */
  readonly routedPrefixes: readonly RoutedPrefix[];
  /** Attachments of services. */
  readonly serviceAttachmentIds: readonly string[];
  /** What the far end announces, and Hong Kong may therefore reach. */
  readonly mainlandPrefixes: readonly string[];
  readonly config: LinkedConfig;
}

/**
 * The transit gateway, in the middle: attachments learn of each other only what a route table says, and there is none by
 * default. The link's tables know the relays' subnets and the services of the allow-list, by way of the firewall. So the mainland has
 * no route to anything else, the rest of the VPC included.
 */
export class Transit extends Construct {
  /** Its id: of one of our own, or of one that exists. */
  readonly gateway: { readonly ref: string };
  readonly paths: readonly BoundPath[];
  /** Routes of instances can name the gateway only once their VPC is attached. */
  readonly vpcAttachment: CfnTransitGatewayVpcAttachment;
  /** The firewall. @default none: `link.inspection.by` is `none` */
  readonly inspection?: Inspection;

  constructor(scope: Construct, id: string, props: TransitProps) {
    super(scope, id);
    const { environment, link, vpc, logsKey, logRetention } = props;
    this.gateway = link.transitGatewayId ? { ref: link.transitGatewayId } : this.ownGateway(props);
    this.vpcAttachment = new CfnTransitGatewayVpcAttachment(this, 'VpcAttachment', {
      transitGatewayId: this.gateway.ref,
      vpcId: vpc.vpcId,
      subnetIds: vpc.selectSubnets(subnets.transit).subnetIds,
    });

    const readBack = new ReadBack(this, 'ReadBack', { logsKey, logRetention, transitGatewayId: this.gateway.ref });
    const logs = this.logs(props);
    const bound = transportsOf(link.transports).map((transport) =>
      transport.bind(this, {
        environment,
        link,
        transitGateway: this.gateway,
        readBack,
        logs,
        announcedPrefixes: props.routedPrefixes.map(({ prefix }) => prefix),
      }),
    );
    this.paths = bound.flatMap(({ paths }) => paths);
    if (logs.firewall) {
      this.inspection = new Inspection(this, 'Inspection', {
        ...props,
        transitGatewayId: this.gateway.ref,
        log: logs.firewall,
        delivery: logs.delivery,
      });
    }
    this.routes(
      props,
      bound.flatMap(({ attachments }) => attachments),
    );
  }

  private ownGateway({ environment, link, config }: TransitProps): CfnTransitGateway {
    const gateway = new CfnTransitGateway(this, 'Gateway', {
      description: `Harbourline ${environment}: link to the mainland`,
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
    const principals = guestAccounts(config);
    if (principals.length > 0) {
      // Its owner accepts each attachment, and alone writes routes: who attaches a VPC reaches nothing by that.
      new CfnResourceShare(this, 'Share', {
        name: `${namesIn(this, environment).system}-link`, // required by AWS
        resourceArns: [gateway.attrTransitGatewayArn],
        principals,
        allowExternalPrincipals: false,
      });
    }
    return gateway;
  }

  /**
   * Route tables. Ids come from what is attached, never from its place in a list, and each way to the mainland keeps a table
   * of its own as long as it is there: an attachment has one association at a time, and CloudFormation makes the new one before
   * it ends the old one, so an association that moved would be refused (EC2 API, AssociateTransitGatewayRouteTable).
   */
  private routes(
    { routedPrefixes, serviceAttachmentIds, mainlandPrefixes, config }: TransitProps,
    attachments: readonly BoundAttachment[],
  ): void {
    const table = (id: string) =>
      new CfnTransitGatewayRouteTable(this, `${id}Table`, { transitGatewayId: this.gateway.ref });
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

    const route = (id: string, { ref }: CfnTransitGatewayRouteTable, prefix: string, attachmentId: string) =>
      new CfnTransitGatewayRoute(this, `${id}Route${prefix.replace(/\D/g, 'x')}`, {
        transitGatewayRouteTableId: ref,
        destinationCidrBlock: prefix,
        transitGatewayAttachmentId: attachmentId,
      });

    const homeTable = table('Home');
    const firewall = this.inspection?.attachmentId;
    // The table of whoever may send into the link. Routes as the far end announces them, so that they move when a path dies.
    const into = firewall ? table('Firewall') : homeTable;
    if (firewall) {
      // Hong Kong knows the way to the firewall and no other, whatever the far end announces.
      for (const prefix of mainlandPrefixes) route('Home', homeTable, prefix, firewall);
      associate('Firewall', into, firewall);
      for (const prefix of subnetCidrs(config, 'link')) route('Firewall', into, prefix, this.vpcAttachment.ref);
      for (const { attachmentId, prefix } of config.link.serviceAttachments) {
        if (attachmentId) route('Firewall', into, prefix, attachmentId);
      }
    }
    associate('Vpc', homeTable, this.vpcAttachment.ref);
    for (const attachmentId of serviceAttachmentIds) {
      associate(`Service${attachmentId.replace('tgw-attach-', '')}`, homeTable, attachmentId);
    }

    for (const { name, attachmentId, carries } of attachments) {
      const own = table(name);
      associate(name, own, attachmentId);
      if (carries === 'tunnels') {
        // Tunnels only: the table knows the far end's router and nothing of Hong Kong.
        propagate(name, own, attachmentId);
        continue;
      }
      propagate(`${firewall ? 'Firewall' : 'Home'}${name}`, into, attachmentId);
      // What comes out of it, and what is announced: routes one by one, from the allow-list.
      for (const { prefix, attachmentId: service } of routedPrefixes) {
        route(name, own, prefix, firewall ?? service ?? this.vpcAttachment.ref);
      }
    }
  }

  /** Logs of the tunnels' negotiation, of their BGP sessions, and of the firewall. */
  private logs(props: TransitProps) {
    const { environment, link, logsKey: encryptionKey, logRetention: retention } = props;
    const stack = Stack.of(this);
    // Names under /aws/vendedlogs/: AWS's log delivery then needs no growing resource policy of its own. Kept when the stack
    // goes, so the name is this stack's alone.
    const group = (id: string, name: string) =>
      new LogGroup(this, id, {
        logGroupName: `/aws/vendedlogs/${namesIn(this, environment).delivered}/${name}-${stackInstance(stack)}`,
        encryptionKey,
        retention,
        removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
      });
    const groups = [group('ActivityLog', 'vpn-activity'), group('BgpLog', 'vpn-bgp')] as const;
    const firewall = link.inspection.by === 'networkFirewall' ? alertLog(this, props) : undefined;
    const delivery = new ResourcePolicy(this, 'LogDelivery', {
      policyStatements: [
        new PolicyStatement({
          principals: [new ServicePrincipal('delivery.logs.amazonaws.com')],
          actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
          resources: [...groups, ...(firewall ? [firewall] : [])].map(({ logGroupArn }) => logGroupArn),
          conditions: {
            StringEquals: { 'aws:SourceAccount': stack.account },
            ArnLike: { 'aws:SourceArn': stack.formatArn({ service: 'logs', resource: '*' }) },
          },
        }),
      ],
    });
    return { activityArn: groups[0].logGroupArn, bgpArn: groups[1].logGroupArn, firewall, delivery };
  }
}
