import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  AclTraffic,
  Action,
  type CfnPrefixList,
  CfnRoute,
  FlowLog,
  FlowLogDestination,
  FlowLogMaxAggregationInterval,
  FlowLogResourceType,
  FlowLogTrafficType,
  type ISubnet,
  type IVpc,
  LogFormat,
  NetworkAcl,
} from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnMetricFilter, LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { serviceRole } from '../common/iam';
import { type Flow, relayTargets } from '../contract/link-parameters';
import { flowMetrics, metricNamespace, portDimension, sideDimension } from '../contract/metrics';
import { ports } from '../contract/ports';
import { band, entriesOf } from '../network/acl-entries';
import { subnets } from '../network/network-stack';
import { prefixList } from './prefix-list';
import type { Transit } from './transit';

export interface LinkSubnetsProps {
  readonly environment: string;
  readonly vpc: IVpc;
  readonly logsKey: IKey;
  readonly logRetention: RetentionDays;
  /** What may cross. */
  readonly flows: readonly Flow[];
  /** File of the allow-list, for people who read a rule in the console. */
  readonly allowlistFile: string;
  /** Addresses of the mainland: what is not listed among them is refused. */
  readonly mainlandPrefixes: readonly string[];
  /** Subnets of the collectors, where samplers are. */
  readonly collectCidrs: readonly string[];
  /** Of a VPC that exists, all of its addresses: those that are not ours are refused. Empty otherwise. */
  readonly existingCidrs: readonly string[];
  /** The link subnets themselves. */
  readonly linkCidrs: readonly string[];
  readonly transit: Transit;
}

const reason =
  'A second, stateless wall beside the security groups, derived from the reviewed allow-list line by line: the link is the one place where it is worth its upkeep.';

/** Ports that answers come back to: Linux's default range, which AL2023 leaves as it is. */
const returnPorts = [32_768, 60_999] as const;

/** "Fragmentation needed": whoever forwards says so by its own address, and without it large packets vanish (RFC 1191). */
const fragmentationNeeded = AclTraffic.icmp({ type: 3, code: 4 });

/**
 * The subnets of the relays, as far as the mainland is concerned: routes to the addresses of the allow-list and no others,
 * stateless ACLs with the ports that answers come back to, flow logs of what was rejected.
 */
export class LinkSubnets extends Construct {
  /** Mainland addresses that relays may reach, by port. */
  readonly targets: ReadonlyMap<number, CfnPrefixList>;

  constructor(scope: Construct, id: string, props: LinkSubnetsProps) {
    super(scope, id);
    const byPort = new Map<number, string[]>();
    for (const { fromRelay, to, port } of props.flows) {
      if (fromRelay) byPort.set(port, [...(byPort.get(port) ?? []), to]);
    }
    this.targets = new Map([...byPort].map(([port, prefixes]) => [port, prefixList(this, props, `${port}`, prefixes)]));
    this.routes(props);
    this.linkAcl(props, byPort);
    this.transitAcl(props);
    this.flowLogs(props, [...byPort.keys()]);
  }

  private routes(props: LinkSubnetsProps): void {
    const { vpc, transit } = props;
    const all = prefixList(this, props, 'all', relayTargets(props.flows));
    for (const subnet of vpc.selectSubnets(subnets.link).subnets) {
      // A table has one route to a list: another list, another route.
      const route = new CfnRoute(this, `Route${zoneOf(subnet)}By${all.node.id}`, {
        routeTableId: subnet.routeTable.routeTableId,
        destinationPrefixListId: all.attrPrefixListId,
        transitGatewayId: transit.gateway.ref,
      });
      route.addResourceDependency(transit.vpcAttachment);
    }
  }

  private linkAcl(props: LinkSubnetsProps, byPort: ReadonlyMap<number, readonly string[]>): void {
    const { vpc } = props;
    const acl = new NetworkAcl(this, 'LinkAcl', { vpc, subnetSelection: subnets.link });
    const { ingress, egress } = entriesOf(acl, reason);
    const { listed, refused, open } = band;
    const answers = AclTraffic.tcpPortRange(...returnPorts);
    for (const [port, prefixes] of byPort) {
      for (const prefix of prefixes) egress(listed, Action.ALLOW, prefix, AclTraffic.tcpPort(port));
    }
    for (const prefix of relayTargets(props.flows)) ingress(listed, Action.ALLOW, prefix, answers);
    for (const way of [ingress, egress]) way(listed, Action.ALLOW, '0.0.0.0/0', fragmentationNeeded);
    // Before anything wider is allowed.
    for (const prefix of [...props.mainlandPrefixes, ...props.existingCidrs]) {
      egress(refused, Action.DENY, prefix, AclTraffic.allTraffic());
      ingress(refused, Action.DENY, prefix, AclTraffic.allTraffic());
    }
    // AWS APIs and S3. S3 has public addresses; the only route to any is that of its gateway endpoint.
    egress(open, Action.ALLOW, '0.0.0.0/0', AclTraffic.tcpPort(443));
    ingress(open, Action.ALLOW, '0.0.0.0/0', answers);
    // Samplers and endpoints, which are in the subnets of the collectors: where the rest of the VPC is refused, before that.
    const shared = props.existingCidrs.length > 0;
    for (const prefix of props.collectCidrs) {
      ingress(shared ? listed : open, Action.ALLOW, prefix, AclTraffic.tcpPort(ports.otlpGrpc));
      egress(shared ? listed : open, Action.ALLOW, prefix, answers);
      if (!shared) continue;
      egress(listed, Action.ALLOW, prefix, AclTraffic.tcpPort(443));
      ingress(listed, Action.ALLOW, prefix, answers);
    }
  }

  /** Whatever a route may say one day: what comes out of the transit gateway reaches the relays' subnets only. */
  private transitAcl({ vpc, linkCidrs }: LinkSubnetsProps): void {
    const acl = new NetworkAcl(this, 'TransitAcl', { vpc, subnetSelection: subnets.transit });
    const { ingress, egress } = entriesOf(acl, reason);
    for (const prefix of linkCidrs) {
      egress(band.listed, Action.ALLOW, prefix, AclTraffic.tcpPortRange(...returnPorts));
      ingress(band.listed, Action.ALLOW, prefix, AclTraffic.tcpPortRange(1, 65_535));
      for (const way of [ingress, egress]) way(band.listed, Action.ALLOW, prefix, fragmentationNeeded);
    }
  }

  private flowLogs(
    { environment, vpc, logsKey, logRetention }: LinkSubnetsProps,
    listedPorts: readonly number[],
  ): void {
    const logGroup = new LogGroup(this, 'FlowLogGroup', {
      encryptionKey: logsKey,
      retention: logRetention,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    const iamRole = serviceRole(this, 'FlowLogsRole', {
      description: 'Flow logs of the link subnets: writes to its log group',
      assumedBy: new ServicePrincipal('vpc-flow-logs.amazonaws.com').withConditions({
        StringEquals: { 'aws:SourceAccount': Stack.of(this).account },
      }),
      statements: [
        new PolicyStatement({
          sid: 'OwnLog',
          actions: ['logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams'],
          resources: [logGroup.logGroupArn],
        }),
      ],
    });
    for (const subnet of vpc.selectSubnets(subnets.link).subnets) {
      new FlowLog(this, `FlowLog${zoneOf(subnet)}`, {
        resourceType: FlowLogResourceType.fromSubnet(subnet),
        destination: FlowLogDestination.toCloudWatchLogs(logGroup, iamRole),
        trafficType: FlowLogTrafficType.ALL,
        maxAggregationInterval: FlowLogMaxAggregationInterval.ONE_MINUTE,
        logFormat: fields.map((field) => LogFormat.field(`\${${field}}`)),
      });
    }

    const count = (name: string, port: string, dimensions: readonly (readonly [string, string])[]) =>
      new CfnMetricFilter(this, name, {
        logGroupName: logGroup.logGroupName,
        filterPattern: `[source, destination, sourcePort, port${port}, protocol, packets, action=REJECT, side]`,
        metricTransformations: [
          {
            metricNamespace: metricNamespace(environment),
            metricName: flowMetrics.rejected.name,
            metricValue: '1',
            unit: flowMetrics.rejected.unit,
            dimensions: dimensions.map(([key, value]) => ({ key, value })),
          },
        ],
      });
    // By port for those of the allow-list only: a scan of all ports would make a metric of each.
    count('Rejected', '', [[sideDimension, '$side']]);
    for (const port of listedPorts) {
      count(`Rejected${port}`, `=${port}`, [
        [sideDimension, '$side'],
        [portDimension, '$port'],
      ]);
    }
  }
}

/** Of a flow log, in the order of the metric filters' pattern. */
const fields = ['srcaddr', 'dstaddr', 'srcport', 'dstport', 'protocol', 'packets', 'action', 'flow-direction'];

/** `1a` of ap-east-1a. */
const zoneOf = ({ availabilityZone }: ISubnet): string => availabilityZone.split('-').at(-1) ?? '';
