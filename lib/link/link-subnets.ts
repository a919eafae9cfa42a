import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  AclCidr,
  AclTraffic,
  Action,
  CfnPrefixList,
  CfnRoute,
  FlowLog,
  FlowLogDestination,
  FlowLogMaxAggregationInterval,
  FlowLogResourceType,
  FlowLogTrafficType,
  type IVpc,
  LogFormat,
  NetworkAcl,
  TrafficDirection,
} from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnMetricFilter, LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { serviceRole } from '../common/iam';
import { acknowledge } from '../compliance/acknowledge';
import { subnetCidrs } from '../contract/addresses';
import { flows, type LinkedConfig, relayTargets } from '../contract/link-parameters';
import { flowMetrics, metricNamespace, portDimension, sideDimension } from '../contract/metrics';
import { ports } from '../contract/ports';
import { subnets } from '../network/network-stack';
import type { Transit } from './transit';

export interface LinkSubnetsProps {
  readonly config: LinkedConfig;
  readonly vpc: IVpc;
  readonly logsKey: IKey;
  readonly transit: Transit;
}

/** Ports that answers come back to: Linux's default range, which AL2023 leaves as it is. */
const returnPorts = [32_768, 60_999] as const;

/**
 * The subnets of the relays, as far as the mainland is concerned: routes to the addresses of the allow-list and no others,
 * stateless ACLs with the ports that answers come back to, flow logs of what was rejected.
 */
export class LinkSubnets extends Construct {
  /** Mainland addresses that relays may reach, by port. */
  readonly targets: ReadonlyMap<number, CfnPrefixList>;

  constructor(scope: Construct, id: string, props: LinkSubnetsProps) {
    super(scope, id);
    const { config } = props;
    const byPort = new Map<number, string[]>();
    for (const { fromRelay, to, port } of flows(config)) {
      if (fromRelay) byPort.set(port, [...(byPort.get(port) ?? []), to]);
    }
    this.targets = new Map([...byPort].map(([port, prefixes]) => [port, this.prefixList(config, `${port}`, prefixes)]));
    this.routes(props);
    this.linkAcl(props, byPort);
    this.transitAcl(props);
    this.flowLogs(props, [...byPort.keys()]);
  }

  /** A security group's quota of 60 rules counts MaxEntries: as many as there are, and one to add before another goes. */
  private prefixList({ environment, link }: LinkedConfig, name: string, prefixes: readonly string[]): CfnPrefixList {
    return new CfnPrefixList(this, `PrefixList${name}`, {
      prefixListName: `harbourline-${environment}-mainland-${name}`, // required by AWS, shown in rules that refer to it
      addressFamily: 'IPv4',
      maxEntries: prefixes.length + 1,
      entries: [...prefixes].sort().map((cidr) => ({ cidr, description: `${link.allowlist.file}` })),
    });
  }

  private routes({ config, vpc, transit }: LinkSubnetsProps): void {
    const all = this.prefixList(config, 'all', relayTargets(config));
    for (const [index, subnet] of vpc.selectSubnets(subnets.link).subnets.entries()) {
      const route = new CfnRoute(this, `Route${index + 1}`, {
        routeTableId: subnet.routeTable.routeTableId,
        destinationPrefixListId: all.attrPrefixListId,
        transitGatewayId: transit.gateway.ref,
      });
      route.addResourceDependency(transit.vpcAttachment);
    }
  }

  private linkAcl({ config, vpc }: LinkSubnetsProps, byPort: ReadonlyMap<number, readonly string[]>): void {
    const acl = new NetworkAcl(this, 'LinkAcl', { vpc, subnetSelection: subnets.link });
    const { ingress, egress } = entriesOf(acl);
    const answers = AclTraffic.tcpPortRange(...returnPorts);
    for (const [port, prefixes] of byPort) {
      for (const prefix of prefixes) egress(Action.ALLOW, AclCidr.ipv4(prefix), AclTraffic.tcpPort(port));
    }
    for (const prefix of relayTargets(config)) ingress(Action.ALLOW, AclCidr.ipv4(prefix), answers);
    // Before anything wider is allowed.
    for (const prefix of config.mainland.prefixes) {
      egress(Action.DENY, AclCidr.ipv4(prefix), AclTraffic.allTraffic());
      ingress(Action.DENY, AclCidr.ipv4(prefix), AclTraffic.allTraffic());
    }
    // AWS APIs and S3. S3 has public addresses; the only route to any is that of its gateway endpoint.
    egress(Action.ALLOW, AclCidr.anyIpv4(), AclTraffic.tcpPort(443));
    ingress(Action.ALLOW, AclCidr.anyIpv4(), answers);
    // Samplers, who are in the subnets of the collectors.
    for (const prefix of subnetCidrs(config, 'collect')) {
      ingress(Action.ALLOW, AclCidr.ipv4(prefix), AclTraffic.tcpPort(ports.otlpGrpc));
      egress(Action.ALLOW, AclCidr.ipv4(prefix), answers);
    }
  }

  /** Whatever a route may say one day: what comes out of the transit gateway reaches the relays' subnets only. */
  private transitAcl({ config, vpc }: LinkSubnetsProps): void {
    const acl = new NetworkAcl(this, 'TransitAcl', { vpc, subnetSelection: subnets.transit });
    const { ingress, egress } = entriesOf(acl);
    for (const prefix of subnetCidrs(config, 'link')) {
      egress(Action.ALLOW, AclCidr.ipv4(prefix), AclTraffic.tcpPortRange(...returnPorts));
      ingress(Action.ALLOW, AclCidr.ipv4(prefix), AclTraffic.tcpPortRange(1, 65_535));
    }
  }

  private flowLogs({ config, vpc, logsKey }: LinkSubnetsProps, listedPorts: readonly number[]): void {
    const logGroup = new LogGroup(this, 'FlowLogGroup', {
      encryptionKey: logsKey,
      retention: config.observe.logRetentionDays,
      removalPolicy: RemovalPolicy.RETAIN,
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
    for (const [index, subnet] of vpc.selectSubnets(subnets.link).subnets.entries()) {
      new FlowLog(this, `FlowLog${index + 1}`, {
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
            metricNamespace: metricNamespace(config.environment),
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

/** Appends entries, numbered in tens so that a hand can put one between in an emergency. */
function entriesOf(acl: NetworkAcl) {
  const reason =
    'A second, stateless wall beside the security groups, derived from the reviewed allow-list line by line: the link is the one place where it is worth its upkeep.';
  acknowledge(acl, { id: 'AwsSolutions-VPC3', reason });
  const appender = (direction: TrafficDirection) => {
    let number = 0;
    return (ruleAction: Action, cidr: AclCidr, traffic: AclTraffic) => {
      number += 10;
      const id = `${direction === TrafficDirection.EGRESS ? 'Egress' : 'Ingress'}${number}`;
      acl.addEntry(id, { ruleNumber: number, direction, ruleAction, cidr, traffic });
    };
  };
  return { ingress: appender(TrafficDirection.INGRESS), egress: appender(TrafficDirection.EGRESS) };
}
