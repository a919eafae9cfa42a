/** What a rehearsed deployment does, in order: what an engineer does in the first weeks of an environment. */
import type { EnvironmentConfig } from '../../config/schema';
import type { DeployedStage } from '../../config/stages';
import { allowlistWith } from './allowlist-line';

/** A change of day two. */
export interface Change {
  readonly name: string;
  readonly config: (config: EnvironmentConfig) => EnvironmentConfig;
  /** CloudFormation refuses it, and goes back. @default false */
  readonly refused?: boolean;
}

const attachment = (digit: string): string => `tgw-attach-0123456789abcdef${digit}`;

/** The configuration with attachments named, one for each VPC of a service. */
const attached =
  (digit: string) =>
  (config: EnvironmentConfig): EnvironmentConfig =>
    config.link
      ? {
          ...config,
          link: {
            ...config.link,
            serviceAttachments: config.link.serviceAttachments.map(({ prefix }) => ({
              prefix,
              attachmentId: attachment(digit),
            })),
          },
        }
      : config;

/** Each on top of those before it. */
export const changesOf = (kind: DeployedStage['kind']): readonly Change[] =>
  kind === 'mainland'
    ? [
        { name: 'another instance type', config: (config) => analysis(config, { instanceType: 'm7g.xlarge' }) },
        {
          name: 'logs are kept longer',
          config: (config) => ({ ...config, observe: { ...config.observe, logRetentionDays: 731 } }),
        },
        {
          name: "the mainland's own metrics beside",
          config: (config) => analysis(config, { ownNamespace: 'Mainland/Services' }),
        },
        {
          // The configuration itself would refuse it: what is rehearsed is that CloudFormation does, and goes back.
          name: 'a retention that CloudWatch Logs does not take',
          refused: true,
          config: (config) => ({
            ...config,
            observe: { ...config.observe, logRetentionDays: Number('8') as typeof config.observe.logRetentionDays },
          }),
        },
      ]
    : [
        { name: 'one more line of the allow-list', config: allowlistWith },
        { name: 'the VPCs of services are attached', config: attached('1') },
        {
          name: 'services in one more VPC',
          config: (config) => ({
            ...config,
            network: { ...config.network, serviceVpcPrefixes: [...config.network.serviceVpcPrefixes, '10.35.0.0/16'] },
          }),
        },
        { name: 'the VPCs are attached again, in one step', refused: true, config: attached('2') },
      ];

const analysis = (
  config: EnvironmentConfig,
  edits: Partial<NonNullable<NonNullable<EnvironmentConfig['link']>['analysis']>>,
): EnvironmentConfig =>
  config.link?.analysis
    ? { ...config, link: { ...config.link, analysis: { ...config.link.analysis, ...edits } } }
    : config;
