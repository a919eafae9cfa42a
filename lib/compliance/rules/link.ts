/** What may cross the border, in any template. */
import { parse } from 'yaml';
import { filesOf, paths, variablesOf } from '../../contract/instance';
import { entries, type TemplateRule } from './rule';

/** Wider than any private network, halves of the world included. */
const isOpen = (prefix: unknown): prefix is string => typeof prefix === 'string' && Number(prefix.split('/')[1]) < 8;

const prefixKeys: Readonly<Record<string, string>> = {
  'AWS::EC2::PrefixList': 'Cidr',
  'AWS::DirectConnect::DirectConnectGatewayAssociation': 'AllowedPrefixesToDirectConnectGateway',
};

export const openPrefix: TemplateRule = {
  id: 'OpenPrefix',
  message: 'A prefix list or an announcement holds half of the internet or more. Name the prefixes of the allow-list.',
  check: ({ Type, Properties }) =>
    [...entries(Properties)]
      .filter(({ key, value }) => key === prefixKeys[Type] && isOpen(value))
      .map(({ value }) => `${value}`),
};

export const linkDefaultRoute: TemplateRule = {
  id: 'LinkDefaultRoute',
  message:
    'A default route leads into the link or out of it: the far end would reach, or be reached by, what nobody listed. Name the prefixes.',
  check: ({ Type, Properties }) => {
    const leads =
      Type === 'AWS::EC2::TransitGatewayRoute' || (Type === 'AWS::EC2::Route' && Properties?.TransitGatewayId);
    return leads && isOpen(Properties?.DestinationCidrBlock) ? [Properties?.DestinationCidrBlock] : [];
  },
};

/** Tiers at the link: what passes them crosses, or has crossed, the border. */
const linkTiers = ['relay', 'receiver'];

export const linkPipelines: TemplateRule = {
  id: 'LinkPipelines',
  message:
    'A collector at the link has a pipeline for something other than metrics, or sends what harbourline_aggregates has not gone through. Raw traces stay in Hong Kong.',
  check: ({ Type, Properties }) => {
    const text = Type === 'AWS::EC2::LaunchTemplate' ? literal(Properties?.LaunchTemplateData?.UserData) : undefined;
    if (!text?.startsWith('#cloud-config')) return [];
    const files = filesOf(text);
    const { TIER = '' } = variablesOf(files.get(paths.scriptsEnvironment) ?? '');
    const configuration = files.get(paths.configuration);
    if (!linkTiers.includes(TIER) || !configuration) return [];
    const { pipelines = {} } =
      (parse(configuration) as { service?: { pipelines?: Record<string, Pipeline> } }).service ?? {};
    return Object.entries(pipelines).flatMap(([name, { processors = [], exporters = [] }]) => {
      if (!/^metrics(\/|$)/.test(name)) return [name];
      const crosses = exporters.some((exporter) => !exporter.startsWith('awsemf'));
      return crosses && !processors.includes('harbourline_aggregates') ? [`${name}-unfiltered`] : [];
    });
  },
};

interface Pipeline {
  readonly processors?: readonly string[];
  readonly exporters?: readonly string[];
}

/** User data as far as it is known: a stand-in where CloudFormation will fill something in. */
function literal(userData: unknown): string | undefined {
  const inner = (userData as { 'Fn::Base64'?: unknown } | undefined)?.['Fn::Base64'];
  if (typeof inner === 'string') return inner;
  const parts = (inner as { 'Fn::Join'?: [string, unknown[]] } | undefined)?.['Fn::Join'];
  return parts?.[1].map((part) => (typeof part === 'string' ? part : 'reference')).join(parts[0]);
}
