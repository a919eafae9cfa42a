import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import type { ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { Peer, Port } from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Service } from 'aws-cdk-lib/aws-servicediscovery';
import { Construct } from 'constructs';
import type { EnvironmentConfig } from '../../config/schema';
import { variables } from '../collector/blocks/render';
import { metricsFlushSeconds } from '../collector/sampler';
import { environmentFile, paths } from '../contract/instance';
import { nodePackage } from '../contract/node';
import { ports } from '../contract/ports';
import { sizesOf } from '../contract/sizing';
import { Artifact } from '../machine/artifact';
import { runScript, startUnits } from '../machine/boot';
import { Fleet, type FleetProps } from '../machine/fleet';
import { deadLetterDays } from '../machine/handover-bucket';
import { writeMetrics } from '../machine/metric-log';
import { scaleSamplers } from '../machine/scaling';
import { subnets } from '../network/network-stack';

export interface SamplersProps
  extends Omit<
    FleetProps,
    'tier' | 'subnets' | 'leaveSeconds' | 'extra' | 'minInstances' | 'maxInstances' | 'volumeGiB' | 'instanceType'
  > {
  /** Sizes. */
  readonly sampler: EnvironmentConfig['collect']['sampler'];
  /** Backends that kept traces go to as well. */
  readonly forward: EnvironmentConfig['collect']['forward'];
  /** How long a trace is waited for. */
  readonly decisionWaitSeconds: number;
  /** The gateways, who alone may send to samplers. */
  readonly gateways: ISecurityGroup;
  /** Cloud Map service in which each sampler registers itself. */
  readonly discovery: Service;
  readonly metricLogGroup: LogGroup;
  /** Host name of the OpenSearch domain. */
  readonly domainEndpoint: string;
}

/** Dead letters are bounded to a sixteenth of it; `letters.sh` makes it and mounts it. */
const letterVolume = { device: '/dev/sdf', gib: 1 } as const;

/** The samplers, each with a span writer beside it, registered in Cloud Map while they are healthy. */
export class Samplers extends Construct {
  readonly fleet: Fleet;

  constructor(scope: Construct, id: string, props: SamplersProps) {
    super(scope, id);
    const { sampler, forward, discovery, metricLogGroup } = props;

    const { authority } = forward;
    const writer = Artifact.program(this, 'SpanWriter', join(__dirname, '..', 'store', 'span-writer', 'main.ts'));
    this.fleet = new Fleet(this, 'Fleet', {
      ...props,
      tier: 'sampler',
      subnets: subnets.collect,
      statements: [
        ...props.statements,
        writer.readStatement(),
        new PolicyStatement({
          sid: 'RegisterItself',
          actions: ['servicediscovery:RegisterInstance', 'servicediscovery:DeregisterInstance'],
          resources: [discovery.serviceArn],
        }),
        writeMetrics(metricLogGroup),
      ],
      ...sampler,
      volumes: [letterVolume],
      // Room for the one that comes before another goes.
      maxInstances: sampler.maxInstances + 1,
      leaveSeconds: leaveSeconds(props.decisionWaitSeconds),
      extra: {
        packages: [nodePackage],
        ...(authority ? { variables: { [variables.forwardAuthority]: paths.forwardAuthority } } : {}),
        scriptVariables: { CLOUD_MAP_SERVICE: discovery.serviceId },
        files: [
          ...(authority ? [{ path: paths.forwardAuthority, content: authority }] : []),
          {
            path: paths.writerEnvironment,
            content: environmentFile({
              AWS_REGION: Stack.of(this).region,
              WRITER_LISTEN: `127.0.0.1:${ports.spanWriter}`,
              WRITER_METRICS_ENDPOINT: `http://127.0.0.1:${ports.ownMetrics}/v1/metrics`,
              DEAD_LETTER_DIR: paths.deadLetters,
              DEAD_LETTER_DAYS: `${deadLetterDays.disk}`,
              STORE_ENDPOINT: `https://${props.domainEndpoint}`,
              STORE_AUTH: 'sigv4',
              NODE_OPTIONS: `--max-old-space-size=${sizesOf('sampler', sampler.instanceType).writerHeapMiB}`,
            }),
          },
        ],
        commands: [
          runScript('letters'),
          writer.unpackInto(`${paths.program}/span-writer`),
          startUnits('span-writer', 'registration'),
        ],
      },
    });
    for (const backend of [forward.otlp, forward.zipkin]) {
      if (!backend) continue;
      this.fleet.securityGroup.addEgressRule(
        Peer.ipv4(backend.prefix),
        Port.tcp(Number(new URL(backend.endpoint).port)),
        'Kept traces to a backend that exists',
      );
    }
    scaleSamplers(this.fleet.group, props.environment, sampler);
    this.fleet.securityGroup.connections.allowFrom(props.gateways, Port.tcp(ports.otlpGrpc), 'OTLP from the gateways');
  }
}

/**
 * Until gateways no longer send (they ask every 5 s and wait 3 s for the answer), every trace is decided and the metrics
 * are flushed once more.
 */
const leaveSeconds = (decisionWaitSeconds: number): number =>
  8 + Math.max(decisionWaitSeconds, metricsFlushSeconds) + 7;
