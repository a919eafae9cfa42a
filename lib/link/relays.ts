import { join } from 'node:path';
import { type CfnPrefixList, type ISecurityGroup, type IVpc, Peer, Port } from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { IHttpNamespace } from 'aws-cdk-lib/aws-servicediscovery';
import { Service } from 'aws-cdk-lib/aws-servicediscovery';
import { Construct } from 'constructs';
import { outageGiB } from '../../config/rules/link';
import { variables } from '../collector/blocks/render';
import { relayConfiguration, windowSeconds } from '../collector/relay';
import { serviceRole } from '../common/iam';
import { cloudMapServices } from '../contract/cloud-map';
import { environmentFile, paths } from '../contract/instance';
import { type LinkedConfig, probedPaths } from '../contract/link-parameters';
import { ports } from '../contract/ports';
import { Artifact } from '../machine/artifact';
import { startUnits } from '../machine/boot';
import { Deregistration } from '../machine/deregistration';
import { Fleet } from '../machine/fleet';
import type { InstanceSecret } from '../machine/instance-secret';
import { linkCertificate } from '../machine/link-certificate';
import { writeMetrics } from '../machine/metric-log';
import type { Remainders } from '../machine/remainders';
import { Settled } from '../machine/settled';
import { subnets } from '../network/network-stack';
import { probeVariables } from './probe/settings';

export interface RelaysProps {
  readonly config: LinkedConfig;
  readonly vpc: IVpc;
  readonly logsKey: IKey;
  readonly volumesKey: IKey;
  readonly remainders: Remainders;
  readonly collector: Artifact;
  readonly certificate: InstanceSecret;
  readonly metricLogGroup: LogGroup;
  readonly namespace: IHttpNamespace;
  /** Who alone may send to relays. */
  readonly samplers: ISecurityGroup;
  /** Mainland addresses that relays may reach, by port. */
  readonly targets: ReadonlyMap<number, CfnPrefixList>;
}

/** Two: one carries everything while the other is replaced. They share the bits a second that the link may take. */
const instances = 2;

/** The relays: the only instances with a route across, a collector and a probe on each. */
export class Relays extends Construct {
  constructor(scope: Construct, id: string, props: RelaysProps) {
    super(scope, id);
    const { config, vpc, logsKey, metricLogGroup } = props;
    const { environment, region, link } = config;

    const discovery = new Service(this, 'Discovery', {
      namespace: props.namespace,
      name: cloudMapServices.relay,
      customHealthCheck: { failureThreshold: 1 },
    });
    const certificateOfTheLink = linkCertificate(link.relay.certificate, region);
    const probe = Artifact.program(this, 'Probe', join(__dirname, 'probe', 'main.ts'));
    const fleet = new Fleet(this, 'Fleet', {
      environment,
      imageId: config.collect.imageId,
      // By name: it belongs to a stack that does not know this one.
      mending: config.collect.mending,
      assetsKeyArn: config.assetsKeyArn,
      vpc,
      tier: 'relay',
      subnets: subnets.link,
      role: serviceRole(this, 'Role', {
        description: 'Relays: send aggregates into the mainland',
        assumedBy: new ServicePrincipal('ec2.amazonaws.com'),
      }),
      instanceType: link.relay.instanceType,
      minInstances: instances,
      maxInstances: instances + 1, // the one that comes before another goes
      volumeGiB: link.relay.volumeGiB,
      volumesKey: props.volumesKey,
      remainders: props.remainders,
      collector: props.collector,
      certificate: props.certificate,
      configuration: relayConfiguration({
        environment,
        region,
        receiverName: link.receiver.name,
        minimumCalls: link.relay.minimumCalls,
        queueBytes: Math.ceil(outageGiB(link.relay) * 2 ** 30),
      }),
      statements: [
        new PolicyStatement({
          sid: 'RegisterItself',
          actions: ['servicediscovery:RegisterInstance', 'servicediscovery:DeregisterInstance'],
          resources: [discovery.serviceArn],
        }),
        writeMetrics(metricLogGroup),
        probe.readStatement(),
        ...certificateOfTheLink.statements,
      ],
      // Until samplers no longer send (they ask every 5 s and wait 3 s), and the window under way is over.
      leaveSeconds: 8 + windowSeconds + 7,
      extra: {
        packages: ['nftables', 'nodejs22'],
        unitsBefore: ['rate'],
        environment: {
          [variables.linkTlsDirectory]: paths.linkTls,
          [variables.receiverEndpoint]: `https://${link.receiver.address}:${link.receiver.port}`,
        },
        scripts: {
          CLOUD_MAP_SERVICE: discovery.serviceId,
          LINK_CERTIFICATE_SECRET: certificateOfTheLink.secretArn,
          LINK_TLS_DIRECTORY: paths.linkTls,
          RECEIVER: `${link.receiver.address}:${link.receiver.port}`,
          RATE_BITS: `${Math.floor(link.relay.bitsPerSecond / instances)}`,
        },
        files: [
          {
            path: paths.probeEnvironment,
            content: environmentFile(
              probeVariables({
                paths: probedPaths(config).map(({ name, address }) => ({ name, address, port: link.probe.port })),
                everySeconds: link.probe.everySeconds,
                continuityUrl: `http://${link.receiver.address}:${link.receiver.continuityPort}/traceparent`,
                reportUrl: `http://127.0.0.1:${ports.ownMetrics}/v1/metrics`,
                certificateFile: `${paths.linkTls}/certificate.pem`,
              }),
            ),
          },
        ],
        commands: [probe.unpackInto(`${paths.program}/probe`), startUnits('registration', 'probe')],
      },
    });
    new Settled(this, 'Settled', {
      logsKey,
      logRetention: config.observe.logRetentionDays,
      fleets: [{ group: fleet.group, generation: fleet.generation, atLeast: instances, discovery }],
    });
    new Deregistration(this, 'Departed', {
      logsKey,
      logRetention: config.observe.logRetentionDays,
      group: fleet.group,
      discovery,
    });
    fleet.securityGroup.connections.allowFrom(props.samplers, Port.tcp(ports.otlpGrpc), 'Aggregates from the samplers');
    for (const [port, list] of props.targets) {
      fleet.securityGroup.addEgressRule(
        Peer.prefixList(list.attrPrefixListId),
        Port.tcp(port),
        `Mainland, port ${port}: ${link.allowlist.file}`,
      );
    }
  }
}
