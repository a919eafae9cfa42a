/** What will be deployed, taken out of the synthesised environment. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { CloudAssembly } from 'aws-cdk-lib/cx-api';
import type { EnvironmentConfig } from '../../config/schema';
import { synthesiseApp } from '../../harness/synthesise';
import { assetFolder } from '../../judges/assembly/assets';
import { ResolvedEnvironment } from '../../judges/assembly/resolved-environment';
import { fileOf, type Tier, tierOf } from '../../judges/assembly/tier';
import { configurationIn } from '../../lib/collect/agent';
import { paths, variablesOf } from '../../lib/contract/instance';
import type { AlarmProperties, AlarmSet, CompositeProperties } from '../judge/cloudwatch/alarms';
import type { DashboardBody, Widget } from '../judge/cloudwatch/dashboards';
import { type ClientEntrance, clientEntrance } from './client-entrance';
import { type SynthesisedLink, synthesisedLink } from './link/synthesised-link';

/** All that a rehearsal runs. */
export interface Synthesised {
  readonly agent: string;
  /** How the agent gets in, where the environment has a client. */
  readonly entrance: ClientEntrance | undefined;
  readonly gateway: Tier;
  readonly sampler: Tier;
  /** What the agent's installer gives the services of a node. */
  readonly serviceEnvironment: Readonly<Record<string, string>>;
  /** Folder of the instances' own scripts. */
  readonly scripts: string;
  /** Ports that the load balancer listens on. */
  readonly listenerPorts: readonly number[];
  /** How long the load balancer leaves connections to a gateway that goes, in seconds. */
  readonly deregistrationSeconds: number;
  readonly spanWriter: { readonly program: string; readonly environment: Readonly<Record<string, string>> };
  /** Id → JSON text, as the bootstrap function gets them. */
  readonly documents: Readonly<Record<string, string>>;
  readonly roles: { readonly master: string; readonly writer: string };
  readonly cloudMap: { readonly namespace: string; readonly service: string };
  readonly metricLogGroup: string;
  readonly tierNames: Readonly<Record<string, string[]>>;
  readonly dashboards: readonly DashboardBody[];
  readonly alarms: AlarmSet;
  /** `undefined` where the environment has none. */
  readonly link: SynthesisedLink | undefined;
  /** Removes the assembly. */
  dispose(): void;
}

/** Synthesises one environment and takes it apart. @throws Error where the templates hold not what a rehearsal needs */
export function synthesise(config: EnvironmentConfig): Synthesised {
  const { assembly, dispose } = synthesiseApp([config]);
  try {
    return { ...takeApart(assembly, config), dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}

function takeApart(assembly: CloudAssembly, config: EnvironmentConfig): Omit<Synthesised, 'dispose'> {
  const environment = new ResolvedEnvironment(assembly, config.account, config.region);

  const gateway = environment.instanceFiles('Gateway');
  const sampler = environment.instanceFiles('Sampler');
  const profiles = environment.resources<{ Roles: string[] }>('AWS::IAM::InstanceProfile', 'Sampler');
  const writerRole = profiles[0]?.properties.Roles[0];
  if (!writerRole) throw new Error('The samplers have no instance profile with a role.');
  const [targets] = environment.resources<{ TargetGroupAttributes: { Key: string; Value: string }[] }>(
    'AWS::ElasticLoadBalancingV2::TargetGroup',
  );
  const { properties: domain } = environment.resource<DomainProperties>('AWS::OpenSearchService::Domain');
  const { properties: discovery } = environment.resource<{ Name: string }>(
    'AWS::ServiceDiscovery::Service',
    'SamplerService',
  );
  const { properties: namespace } = environment.resource<{ Name: string }>('AWS::ServiceDiscovery::HttpNamespace');
  const { properties: certificates } = environment.resource<{ Names: Record<string, string[]> }>(
    'Custom::HarbourlineTierCertificates',
  );

  const entrance = clientEntrance(assembly, config, certificates.Names.gateway ?? []);
  const installation = commandsOf(
    (entrance?.document as SsmDocument | undefined) ??
      environment.resource<SsmDocument>('AWS::SSM::Document', 'Agent').properties,
  );
  const scripts = assetFolder(assembly, 'Collect', 'Scripts');

  return {
    agent: agentOf(installation),
    entrance,
    serviceEnvironment: serviceEnvironment(scripts, installation),
    gateway: tierOf(gateway),
    sampler: tierOf(sampler),
    scripts,
    listenerPorts: environment
      .resources<{ Port: number }>('AWS::ElasticLoadBalancingV2::Listener')
      .map(({ properties }) => properties.Port),
    deregistrationSeconds: Number(
      targets?.properties.TargetGroupAttributes.find(({ Key }) => Key === 'deregistration_delay.timeout_seconds')
        ?.Value,
    ),
    spanWriter: {
      program: join(assetFolder(assembly, 'Collect', 'SpanWriter'), 'main.js'),
      environment: variablesOf(fileOf(sampler, paths.writerEnvironment)),
    },
    documents: environment.resource<{ Documents: Record<string, string> }>('Custom::HarbourlineStoreDocuments')
      .properties.Documents,
    roles: {
      master: domain.AdvancedSecurityOptions.MasterUserOptions.MasterUserARN,
      // The instance profile names the role; its stand-in ARN is what documents were resolved to.
      writer: `arn:aws:iam::${config.account}:role/${writerRole}`,
    },
    cloudMap: { namespace: namespace.Name, service: discovery.Name },
    metricLogGroup: environment.resource<{ LogGroupName: string }>('AWS::Logs::LogGroup', 'Metrics').properties
      .LogGroupName,
    tierNames: certificates.Names,
    dashboards: environment
      .resources<{ DashboardName: string; DashboardBody: string }>('AWS::CloudWatch::Dashboard')
      .map(({ properties }) => ({
        name: properties.DashboardName,
        widgets: (JSON.parse(properties.DashboardBody) as { widgets: Widget[] }).widgets,
      })),
    alarms: {
      // Those that only scale a fleet notify nobody, and bear no name.
      metric: alarmsOf<AlarmProperties>(environment, 'AWS::CloudWatch::Alarm'),
      composite: alarmsOf<CompositeProperties>(environment, 'AWS::CloudWatch::CompositeAlarm'),
    },
    link: synthesisedLink(assembly, environment, config),
  };
}

const alarmsOf = <T extends { readonly AlarmName: string }>(environment: ResolvedEnvironment, type: string) =>
  environment
    .resources<T>(type)
    .filter(({ properties }) => properties.AlarmName !== undefined)
    .map(({ id, properties }) => ({ arn: `${id}.Arn`, properties }));

interface DomainProperties {
  readonly AdvancedSecurityOptions: { readonly MasterUserOptions: { readonly MasterUserARN: string } };
}

interface SsmDocument {
  readonly Content: { readonly mainSteps: readonly { readonly inputs: { readonly runCommand: readonly string[] } }[] };
}

const commandsOf = ({ Content: { mainSteps } }: SsmDocument): string[] =>
  mainSteps.flatMap(({ inputs }) => inputs.runCommand);

/** What the installer's own script prints, with the variables that the document exports. */
function serviceEnvironment(scripts: string, commands: readonly string[]): Record<string, string> {
  const exported = commands.filter((command) => command.startsWith('export ')).join(' ');
  const env = Object.fromEntries([...exported.matchAll(/([A-Z_]+)=(\S*)/g)].map(([, name, value]) => [name, value]));
  return variablesOf(execFileSync('bash', [join(scripts, 'service-env.sh')], { env, encoding: 'utf8' }));
}

function agentOf(commands: readonly string[]): string {
  const configuration = configurationIn(commands);
  if (configuration === undefined) throw new Error("The agent's document writes no configuration.");
  return configuration;
}
