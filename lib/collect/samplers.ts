import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import type { ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { Port } from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Service } from 'aws-cdk-lib/aws-servicediscovery';
import { Construct } from 'constructs';
import { Artifact } from './artifact';
import { Fleet, type FleetProps } from './fleet';
import { environmentFile, hardening, paths } from './instance';
import { variables } from './pipelines/render';
import { metricsFlushSeconds } from './pipelines/sampler';
import { ports } from './ports';

export interface SamplersProps
  extends Omit<
    FleetProps,
    'tier' | 'leaveSeconds' | 'extra' | 'statements' | 'minInstances' | 'maxInstances' | 'volumeGiB' | 'instanceType'
  > {
  /** The gateways, who alone may send to samplers. */
  readonly gateways: ISecurityGroup;
  /** Cloud Map service in which each sampler registers itself. */
  readonly discovery: Service;
  readonly metricLogGroup: LogGroup;
  /** Host name of the OpenSearch domain. */
  readonly domainEndpoint: string;
}

/** The samplers, each with a span writer beside it, registered in Cloud Map while they are healthy. */
export class Samplers extends Construct {
  readonly fleet: Fleet;

  constructor(scope: Construct, id: string, props: SamplersProps) {
    super(scope, id);
    const { config, discovery, metricLogGroup } = props;
    const { instanceType, instances, volumeGiB } = config.collect.sampler;

    const writer = Artifact.program(this, 'SpanWriter', join(__dirname, '..', 'store', 'span-writer', 'main.ts'));
    this.fleet = new Fleet(this, 'Fleet', {
      ...props,
      tier: 'sampler',
      statements: [
        writer.readStatement(),
        new PolicyStatement({
          sid: 'RegisterItself',
          actions: ['servicediscovery:RegisterInstance', 'servicediscovery:DeregisterInstance'],
          resources: [discovery.serviceArn],
        }),
        new PolicyStatement({
          sid: 'EmbeddedMetrics',
          actions: ['logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams'],
          resources: [metricLogGroup.logGroupArn],
        }),
      ],
      instanceType,
      volumeGiB,
      minInstances: instances,
      // Room for the one that comes before another goes.
      maxInstances: instances + 1,
      leaveSeconds: leaveSeconds(config.sampling.decisionWaitSeconds),
      extra: {
        packages: ['nodejs22'],
        files: [
          {
            path: paths.writerEnvironment,
            content: environmentFile({
              AWS_REGION: Stack.of(this).region,
              WRITER_LISTEN: `127.0.0.1:${ports.spanWriter}`,
              DEAD_LETTER_DIR: `${paths.data}/dead-letters`,
              STORE_ENDPOINT: `https://${props.domainEndpoint}`,
              STORE_AUTH: 'sigv4',
            }),
          },
          { path: '/etc/systemd/system/harbourline-span-writer.service', content: writerUnit },
          {
            path: '/etc/systemd/system/harbourline-registration.service',
            content: registrationUnit(discovery.serviceId),
          },
        ],
        commands: [
          `install -d -o harbourline -m 0700 ${paths.data}/dead-letters`,
          writer.unpackInto(`${paths.program}/span-writer`),
          'systemctl enable --now harbourline-span-writer harbourline-registration',
        ],
      },
    });
    this.fleet.securityGroup.connections.allowFrom(props.gateways, Port.tcp(ports.otlpGrpc), 'OTLP from the gateways');
  }
}

/**
 * Until gateways no longer send (they ask every 5 s and wait 3 s for the answer), every trace is decided and the metrics
 * are flushed once more.
 */
export const leaveSeconds = (decisionWaitSeconds: number): number =>
  8 + Math.max(decisionWaitSeconds, metricsFlushSeconds) + 7;

const writerUnit = `[Unit]
Description=Harbourline span writer
After=network-online.target

[Service]
User=harbourline
EnvironmentFile=${paths.writerEnvironment}
ExecStart=/usr/bin/node --max-old-space-size=512 ${paths.program}/span-writer/main.js
Restart=always
RestartSec=2
${hardening}
[Install]
WantedBy=multi-user.target
`;

/** In Cloud Map only while the collector runs: registered when it is healthy, deregistered before it stops. */
const registrationUnit = (serviceId: string): string => `[Unit]
Description=Registration of this sampler in Cloud Map
BindsTo=harbourline-collector.service
After=harbourline-collector.service harbourline-span-writer.service

[Service]
Type=oneshot
RemainAfterExit=yes
User=harbourline
EnvironmentFile=${paths.environment}
EnvironmentFile=${paths.instanceEnvironment}
ExecStartPre=/usr/bin/curl -sf --retry 30 --retry-delay 1 --retry-connrefused http://127.0.0.1:${ports.health}/
ExecStart=/usr/bin/aws servicediscovery register-instance --service-id ${serviceId} --instance-id \${${variables.instance}} --attributes AWS_INSTANCE_IPV4=\${${variables.bind}}
ExecStop=/usr/bin/aws servicediscovery deregister-instance --service-id ${serviceId} --instance-id \${${variables.instance}}
${hardening}
[Install]
WantedBy=harbourline-collector.service
`;
