import { join } from 'node:path';
import { CfnOutput, Stack } from 'aws-cdk-lib';
import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { CfnAssociation, CfnDocument, StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import type { EnvironmentConfig } from '../../config/schema';
import { agentConfiguration } from '../collector/agent';
import type { RedactionOptions } from '../collector/blocks/redaction';
import { namePrefixIn, namesIn } from '../common/names';
import { paths } from '../contract/instance';
import { goMemoryMiB } from '../contract/sizing';
import { Artifact, decryptAssets } from '../machine/artifact';
import type { InstanceSecret } from '../machine/instance-secret';
import { AgentServers } from './agent-servers';

export interface AgentProps {
  readonly environment: string;
  readonly agent: EnvironmentConfig['agent'];
  /** What is masked, and how. */
  readonly redaction: RedactionOptions;
  readonly securityLevel: ReturnType<typeof securityLevel>;
  /** Key of the bootstrap's bucket. @default S3's own */
  readonly assetsKeyArn?: string | undefined;
  readonly certificate: InstanceSecret;
  /** Secret of the pseudonyms, where there are any. */
  readonly pseudonyms?: InstanceSecret | undefined;
  /** `host:port` of the gateways. */
  readonly gatewayEndpoint: string;
}

const { scripts } = paths;
const [before, after] = [`cat > ${scripts}/agent.yaml << 'END_OF_CONFIGURATION'\n`, 'END_OF_CONFIGURATION'];

/** Command that writes the collector's configuration. In the document itself: a parameter takes 8 KiB, a document 64. */
const writeConfiguration = (text: string): string => `${before}${text}${after}`;

/** The configuration that a document's commands write. */
export function configurationIn(commands: readonly string[]): string | undefined {
  return commands.find((command) => command.startsWith(before))?.slice(before.length, -after.length);
}

/** Level of security of an environment, in the names of tracer providers. */
export const securityLevel = ({ production, environment }: EnvironmentConfig): string =>
  production ? 'production' : environment === 'dev' ? 'development' : 'staging';

/**
 * The agent on service nodes: an SSM document that installs, repairs or removes it; what it needs, as parameters; and an
 * association that runs the document on every instance with the tag, again and again.
 */
export class Agent extends Construct {
  constructor(scope: Construct, id: string, props: AgentProps) {
    super(scope, id);
    const { environment, agent, certificate } = props;
    const arm64 = Artifact.collector(this, 'Collector', 'linux/arm64');
    const x86 = Artifact.collector(this, 'CollectorX86', 'linux/amd64');
    const files = Artifact.folder(this, 'Files', join(__dirname, '..', 'machine', 'instance-files'));
    const parameters = this.parameters(props);

    const policy = new ManagedPolicy(this, 'NodePolicy', {
      description: `What a service node's role needs for the agent of ${environment}, beside Systems Manager's own`,
      statements: [
        new PolicyStatement({
          sid: 'AgentParameters',
          actions: ['ssm:GetParameter'],
          resources: parameters.map(({ parameterArn }) => parameterArn),
        }),
        arm64.readStatement(),
        x86.readStatement(),
        files.readStatement(),
        ...decryptAssets(props.assetsKeyArn, Stack.of(this).region),
        ...certificate.statements,
        ...(props.pseudonyms?.statements ?? []),
      ],
    });
    new CfnOutput(this, 'AgentNodePolicy', {
      value: policy.managedPolicyArn,
      description: 'Attach it to the roles of service nodes that are to have an agent',
    });

    if (agent.servers) new AgentServers(this, 'Servers', { environment, policy });

    const document = new CfnDocument(this, 'Document', {
      documentType: 'Command',
      targetType: '/AWS::EC2::Instance',
      updateMethod: 'NewVersion',
      content: {
        schemaVersion: '2.2',
        description: `Harbourline: installs, checks or removes the agent of ${environment} on a service node`,
        parameters: {
          action: {
            type: 'String',
            description: 'install also updates and repairs',
            allowedValues: ['install', 'verify', 'uninstall'],
            default: 'install',
          },
        },
        mainSteps: [
          {
            name: 'agent',
            action: 'aws:runShellScript',
            precondition: { StringEquals: ['platformType', 'Linux'] },
            inputs: { timeoutSeconds: '600', runCommand: this.commands(props, { arm64, x86, files }) },
          },
        ],
      },
    });

    new CfnAssociation(this, 'Association', {
      name: document.ref,
      associationName: `${namesIn(this, environment).prefix}agent-${environment}`,
      targets: [{ key: `tag:${agent.tagKey}`, values: [agent.tagValue ?? environment] }],
      parameters: { action: ['install'] },
      scheduleExpression: `rate(${agent.everyHours} ${agent.everyHours === 1 ? 'hour' : 'hours'})`,
      maxConcurrency: `${agent.concurrencyPercent}%`,
      maxErrors: `${agent.errorPercent}%`,
      complianceSeverity: 'HIGH',
    });
  }

  /** Physical names, because nodes are in other stacks and VPCs and look them up by name. */
  private parameters({ environment, certificate, pseudonyms, gatewayEndpoint }: AgentProps): StringParameter[] {
    const parameter = (id: string, name: string, description: string, stringValue: string) =>
      new StringParameter(this, id, {
        parameterName: `${namesIn(this, environment).parameters}/agent/${name}`,
        description,
        stringValue,
      });
    return [
      parameter(
        'AgentCertificate',
        'certificate',
        'ARN of the secret with certificate, key and authority',
        certificate.secretArn,
      ),
      parameter('AgentGateway', 'gateway-endpoint', 'host:port of the gateways', gatewayEndpoint),
      ...(pseudonyms
        ? [parameter('AgentPseudonyms', 'pseudonyms', 'ARN of the secret of the pseudonyms', pseudonyms.secretArn)]
        : []),
    ];
  }

  /** What the document runs: fetches the installer, writes the collector's configuration and hands over. */
  private commands(
    props: AgentProps,
    { arm64, x86, files }: Readonly<Record<'arm64' | 'x86' | 'files', Artifact>>,
  ): string[] {
    const { agent, environment, pseudonyms } = props;
    return [
      '#!/bin/bash',
      'set -euo pipefail',
      `export AWS_REGION=${Stack.of(this).region} ENVIRONMENT=${environment} ACTION={{ action }}`,
      ...(namePrefixIn(this).namePrefix ? [`export PARAMETERS=${namesIn(this, environment).parameters}`] : []),
      `export COLLECTOR_ARM64=${arm64.url} COLLECTOR_AMD64=${x86.url} SECURITY_LEVEL=${props.securityLevel}`,
      `export MEMORY_MIB=${agent.memoryMiB} GO_MEMORY_MIB=${goMemoryMiB(agent.memoryMiB)} CPU_PERCENT=${agent.cpuPercent}`,
      `export EGRESS_KILOBITS=${agent.egressKilobits} PSEUDONYM_SECRET_ID=${pseudonyms?.secretArn ?? ''}`,
      `export ALLOWED_KEYS=${props.redaction.allowedKeys?.join(',') ?? ''}`,
      'for tool in aws unzip; do command -v $tool > /dev/null || { echo "harbourline: this node lacks $tool"; exit 1; }; done',
      `mkdir -p ${scripts}`,
      files.unpackInto(scripts),
      writeConfiguration(agentConfiguration({ environment, redaction: props.redaction })),
      `${scripts}/agent.sh`,
      `if [ "$ACTION" = uninstall ]; then rm -rf ${scripts}; fi`,
    ];
  }
}
