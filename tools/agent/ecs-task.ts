/** The agent's part of a task definition, as the API of ECS takes it: out of the construct that CDK users take. */
import { App, Stack } from 'aws-cdk-lib';
import { type CfnTaskDefinition, Compatibility, NetworkMode, TaskDefinition } from 'aws-cdk-lib/aws-ecs';
import { AgentContainer, type AgentContainerProps } from '../../lib/collect/agent-container';

export interface TaskProps extends AgentContainerProps {
  /** One on each instance, with the host's network. */
  readonly daemon: boolean;
}

/** `aws ecs register-task-definition --cli-input-json` takes it, together with what is the service's own. */
export function taskOf({ daemon, ...props }: TaskProps): Record<string, unknown> {
  const stack = new Stack(new App({ autoSynth: false }), 'Agent');
  const task = new TaskDefinition(stack, 'Task', {
    family: 'harbourline-agent',
    compatibility: daemon ? Compatibility.EC2 : Compatibility.EC2_AND_FARGATE,
    ...(daemon ? { networkMode: NetworkMode.HOST } : { cpu: '1024', memoryMiB: '8192' }),
  });
  new AgentContainer(task, 'Agent', { ...props, keepsQueue: daemon });
  // The properties of CloudFormation's resource bear the names of the API.
  const resource = task.node.defaultChild as CfnTaskDefinition;
  const [containerDefinitions, volumes] = stack.resolve([resource.containerDefinitions, resource.volumes]) as unknown[];
  return daemon
    ? {
        family: `harbourline-agent-${props.config.environment}`,
        networkMode: 'host',
        requiresCompatibilities: ['EC2'],
        containerDefinitions,
        volumes,
      }
    : { containerDefinitions, volumes };
}
