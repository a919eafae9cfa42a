import { Duration } from 'aws-cdk-lib';
import {
  Capability,
  type ContainerDefinition,
  ContainerImage,
  LinuxParameters,
  type LogDriver,
  Scope,
  type TaskDefinition,
} from 'aws-cdk-lib/aws-ecs';
import { Construct } from 'constructs';
import type { EnvironmentConfig } from '../../config/schema';
import { agentConfiguration } from '../collector/agent';
import { redactionOf } from '../collector/blocks/redaction';
import { variables } from '../collector/blocks/render';
import { paths } from '../contract/instance';
import { goMemoryMiB } from '../contract/sizing';

export interface AgentContainerProps {
  readonly config: Pick<EnvironmentConfig, 'environment' | 'region' | 'agent' | 'redaction' | 'network' | 'mainland'>;
  /** The agent's image, by digest: `npm run agent:image -- --push …` prints it. */
  readonly image: string;
  /** `host:port` of the gateways. */
  readonly gatewayEndpoint: string;
  /** ARN of the agents' certificate; the task's role must be able to read it. */
  readonly certificateSecretArn: string;
  /** ARN of the pseudonyms' secret. @default there is none */
  readonly pseudonymSecretArn?: string | undefined;
  /** Keeps the queue when the task ends: for one task on each instance of EC2. @default the queue ends with its task */
  readonly keepsQueue?: boolean;
  /** @default the agent's log goes nowhere */
  readonly logging?: LogDriver;
}

/** User of the image. */
const user = '65532:65532';

/**
 * The agent in a task of ECS, beside its services, which send to loopback: tasks of Fargate and those with a network of their own.
 * In a task with the host's network, one on each instance, it serves all others of that kind.
 */
export class AgentContainer extends Construct {
  /** Let services depend on it, HEALTHY: then no span is refused at their start. */
  readonly container: ContainerDefinition;

  constructor(task: TaskDefinition, id: string, props: AgentContainerProps) {
    super(task, id);
    const { environment, region, agent, redaction } = props.config;
    if (redaction.pseudonymKeys.length > 0 && !props.pseudonymSecretArn) {
      throw new Error(
        `pseudonymSecretArn is missing: ${environment} has redaction.pseudonymKeys, and without their key the agent does not start. Fix: give the ARN of the secret.`,
      );
    }
    const linuxParameters = new LinuxParameters(this, 'Linux');
    linuxParameters.dropCapabilities(Capability.ALL);
    this.container = task.addContainer('harbourline-agent', {
      image: ContainerImage.fromRegistry(props.image),
      user,
      readonlyRootFilesystem: true,
      linuxParameters,
      // Payments go on without tracing.
      essential: false,
      enableRestartPolicy: true,
      memoryLimitMiB: agent.memoryMiB,
      // The longest that Fargate waits: what is in the queue goes to the gateways first.
      stopTimeout: Duration.seconds(120),
      healthCheck: { command: ['CMD', '/harbourline-agent', 'healthcheck'], interval: Duration.seconds(10) },
      environment: {
        AWS_REGION: region,
        [variables.gatewayEndpoint]: props.gatewayEndpoint,
        CERTIFICATE_SECRET: props.certificateSecretArn,
        ...(props.pseudonymSecretArn ? { PSEUDONYM_SECRET_ID: props.pseudonymSecretArn } : {}),
        EGRESS_KILOBITS: `${agent.egressKilobits}`,
        GOMEMLIMIT: `${goMemoryMiB(agent.memoryMiB)}MiB`,
        // A task's processors are shared by weight: this is the only bound that Fargate leaves to a container.
        GOMAXPROCS: `${Math.ceil(agent.cpuPercent / 100)}`,
        COLLECTOR_CONFIGURATION: agentConfiguration({ environment, redaction: redactionOf(props.config) }),
      },
      ...(props.logging ? { logging: props.logging } : {}),
    });
    // Docker makes a volume as the image has the folder: it belongs to the agent's user.
    task.addVolume({
      name: 'harbourline-queue',
      ...(props.keepsQueue
        ? { dockerVolumeConfiguration: { scope: Scope.SHARED, autoprovision: true, driver: 'local' } }
        : {}),
    });
    task.addVolume({ name: 'harbourline-run' });
    this.container.addMountPoints(
      { sourceVolume: 'harbourline-queue', containerPath: paths.data, readOnly: false },
      { sourceVolume: 'harbourline-run', containerPath: '/run/harbourline', readOnly: false },
    );
  }
}
