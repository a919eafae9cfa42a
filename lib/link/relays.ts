import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { type CfnPrefixList, CfnSecurityGroupEgress, type ISecurityGroup, type IVpc, Port } from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IHttpNamespace } from 'aws-cdk-lib/aws-servicediscovery';
import { Service } from 'aws-cdk-lib/aws-servicediscovery';
import { Construct } from 'constructs';
import { outageGiB } from '../../config/rules/link';
import { variables } from '../collector/blocks/render';
import { graceSeconds, relayConfiguration, windowSeconds } from '../collector/relay';
import { serviceRole } from '../common/iam';
import { namePrefixIn } from '../common/names';
import { cloudMapServices } from '../contract/cloud-map';
import { environmentFile, paths } from '../contract/instance';
import type { LinkConfig } from '../contract/link-parameters';
import { receiverCheck } from '../contract/metrics';
import { nodePackage } from '../contract/node';
import { ports } from '../contract/ports';
import { responderPath } from '../contract/responder';
import { Artifact } from '../machine/artifact';
import { startUnits } from '../machine/boot';
import { Deregistration } from '../machine/deregistration';
import { Fleet, type FleetProps } from '../machine/fleet';
import type { HandoverBucket } from '../machine/handover-bucket';
import type { InstanceSecret } from '../machine/instance-secret';
import { linkCertificate } from '../machine/link-certificate';
import { writeMetrics } from '../machine/metric-log';
import { Settled } from '../machine/settled';
import { subnets } from '../network/network-stack';
import type { ContinuityCheck } from './probe/continuity';
import { probeVariables } from './probe/settings';

export interface RelaysProps extends Pick<FleetProps, 'imageId' | 'rollbackDisabled' | 'assetsKeyArn'> {
  readonly environment: string;
  readonly vpc: IVpc;
  readonly logsKey: IKey;
  readonly logRetention: RetentionDays;
  readonly relay: LinkConfig['relay'];
  readonly receiver: LinkConfig['receiver'];
  /** Services whose figures cross under their own names. */
  readonly services: LinkConfig['services'];
  readonly probe: LinkConfig['probe'];
  /** Ways that are checked for `traceparent`, beside that to the receiver. */
  readonly continuityChecks: LinkConfig['continuityChecks'];
  /** Paths that the probe measures. */
  readonly probedPaths: readonly { readonly name: string; readonly address: string }[];
  /** File of the allow-list, for people who read a rule in the console. */
  readonly allowlistFile: string;
  readonly volumesKey: IKey;
  readonly handoverBucket: HandoverBucket;
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

/** Every way that is checked for `traceparent`, the receiver's responder first. */
const continuityChecksOf = ({ receiver, continuityChecks }: RelaysProps): ContinuityCheck[] => [
  { name: receiverCheck, url: `http://${receiver.address}:${receiver.continuityPort}${responderPath}` },
  ...continuityChecks,
];

/** The relays: the only instances with a route across, a collector and a probe on each. */
export class Relays extends Construct {
  constructor(scope: Construct, id: string, props: RelaysProps) {
    super(scope, id);
    const { environment, vpc, logsKey, logRetention, relay, receiver, metricLogGroup } = props;
    const { region } = Stack.of(this);

    const discovery = new Service(this, 'Discovery', {
      namespace: props.namespace,
      name: cloudMapServices.relay,
      customHealthCheck: { failureThreshold: 1 },
    });
    const certificateOfTheLink = linkCertificate(relay.certificate, region);
    const probe = Artifact.program(this, 'Probe', join(__dirname, 'probe', 'main.ts'));
    const fleet = new Fleet(this, 'Fleet', {
      environment,
      imageId: props.imageId,
      rollbackDisabled: props.rollbackDisabled,
      assetsKeyArn: props.assetsKeyArn,
      vpc,
      tier: 'relay',
      subnets: subnets.link,
      role: serviceRole(this, 'Role', {
        description: 'Relays: send aggregates into the mainland',
        assumedBy: new ServicePrincipal('ec2.amazonaws.com'),
      }),
      instanceType: relay.instanceType,
      minInstances: instances,
      maxInstances: instances + 1, // the one that comes before another goes
      volumeGiB: relay.volumeGiB,
      volumesKey: props.volumesKey,
      handoverBucket: props.handoverBucket,
      certificate: props.certificate,
      configuration: relayConfiguration({
        environment,
        ...namePrefixIn(this),
        region,
        receiverName: receiver.name,
        services: props.services,
        minimumCalls: relay.minimumCalls,
        queueBytes: Math.ceil(outageGiB(relay) * 2 ** 30),
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
      leaveSeconds: 8 + windowSeconds + graceSeconds + 7,
      extra: {
        packages: ['nftables', nodePackage],
        unitsBefore: ['rate'],
        variables: {
          [variables.linkTlsDirectory]: paths.linkTls,
          [variables.receiverEndpoint]: `https://${receiver.address}:${receiver.port}`,
        },
        scriptVariables: {
          CLOUD_MAP_SERVICE: discovery.serviceId,
          LINK_CERTIFICATE_SECRET: certificateOfTheLink.secretArn,
          LINK_TLS_DIRECTORY: paths.linkTls,
          RECEIVER: `${receiver.address}:${receiver.port}`,
          RATE_BITS: `${Math.floor(relay.bitsPerSecond / instances)}`,
        },
        files: [
          {
            path: paths.probeEnvironment,
            content: environmentFile(
              probeVariables({
                paths: props.probedPaths.map(({ name, address }) => ({ name, address, port: props.probe.port })),
                everySeconds: props.probe.everySeconds,
                checks: continuityChecksOf(props),
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
      logRetention,
      fleets: [{ group: fleet.group, generation: fleet.generation, atLeast: instances, discovery }],
    });
    new Deregistration(this, 'Departed', {
      logsKey,
      logRetention,
      group: fleet.group,
      discovery,
    });
    fleet.securityGroup.connections.allowFrom(props.samplers, Port.tcp(ports.otlpGrpc), 'Aggregates from the samplers');
    for (const [port, list] of props.targets) {
      // Named after its list: an id that CDK counts out would change places with another when the allow-list is put in order.
      new CfnSecurityGroupEgress(this, `EgressTo${list.node.id}`, {
        groupId: fleet.securityGroup.securityGroupId,
        ipProtocol: 'tcp',
        fromPort: port,
        toPort: port,
        destinationPrefixListId: list.attrPrefixListId,
        description: `Mainland, port ${port}: ${props.allowlistFile}`,
      });
    }
  }
}
