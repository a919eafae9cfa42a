import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { type Environment, type Resource, resourcesOf } from '../review/changes';

/** A price, in US dollars. */
interface Price {
  readonly usd: number;
  readonly per: 'hour' | 'GiB-month' | 'month';
  readonly source: string;
  /** The day it was read. */
  readonly read: string;
}

export type Prices = Readonly<Record<string, Price>>;

export const readPrices = (): Prices => parse(readFileSync(join(__dirname, 'prices.yaml'), 'utf8'));

/** Something that costs for being there. Fleets have a least and a most. */
export interface Item {
  /** Key of the price: `ec2:m7g.large`. */
  readonly key: string;
  readonly per: Price['per'];
  readonly least: number;
  readonly most: number;
}

/** An item with what it costs in a month; undefined where the price is unknown. */
export interface Cost extends Item {
  readonly usd?: { readonly least: number; readonly most: number };
}

/** As AWS's own calculator counts. */
const hoursInMonth = 730;

/** What of an environment costs for being there, from its templates. */
export function items(environment: Environment): Item[] {
  const all = new Map<string, Item>();
  const add = (key: string, per: Price['per'], least: number, most = least): void => {
    const known = all.get(key) ?? { key, per, least: 0, most: 0 };
    if (most > 0) all.set(key, { ...known, least: known.least + least, most: known.most + most });
  };
  for (const { stack, resource } of resourcesOf(environment)) {
    count(resource, environment[stack]?.resources ?? {}, add);
  }
  return [...all.values()].sort((one, other) => one.key.localeCompare(other.key));
}

type Add = (key: string, per: Price['per'], least: number, most?: number) => void;

function count({ Type, Properties = {} }: Resource, stack: Readonly<Record<string, Resource>>, add: Add): void {
  switch (Type) {
    case 'AWS::AutoScaling::AutoScalingGroup': {
      const [least, most] = [Number(Properties.MinSize), Number(Properties.MaxSize)];
      const data = stack[Properties.LaunchTemplate?.LaunchTemplateId?.Ref]?.Properties?.LaunchTemplateData;
      add(`ec2:${data?.InstanceType}`, 'hour', least, most);
      for (const { Ebs } of data?.BlockDeviceMappings ?? []) {
        add(`ebs:${Ebs?.VolumeType}`, 'GiB-month', least * Ebs?.VolumeSize, most * Ebs?.VolumeSize);
      }
      return;
    }
    case 'AWS::OpenSearchService::Domain': {
      const { ClusterConfig: cluster = {}, EBSOptions: volume = {} } = Properties;
      add(`search:${cluster.InstanceType}`, 'hour', cluster.InstanceCount);
      if (cluster.DedicatedMasterEnabled)
        add(`search:${cluster.DedicatedMasterType}`, 'hour', cluster.DedicatedMasterCount);
      add(`search-ebs:${volume.VolumeType}`, 'GiB-month', cluster.InstanceCount * volume.VolumeSize);
      return;
    }
    case 'AWS::EC2::VPCEndpoint':
      // Billed for each zone; gateway endpoints are free.
      if (Properties.VpcEndpointType === 'Interface')
        add('interface-endpoint', 'hour', Properties.SubnetIds?.length ?? 1);
      return;
    case 'AWS::CloudWatch::Alarm':
      add(
        'alarm-metric',
        'month',
        Properties.Metrics?.filter((each: { MetricStat?: object }) => each.MetricStat).length || 1,
      );
      return;
    default: {
      const [key, per] = flat[Type] ?? [];
      if (key && per) add(key, per, 1);
    }
  }
}

/** One price for each of them. */
const flat: Readonly<Record<string, readonly [string, Price['per']]>> = {
  'AWS::KMS::Key': ['kms-key', 'month'],
  'AWS::SecretsManager::Secret': ['secret', 'month'],
  'AWS::CloudWatch::Dashboard': ['dashboard', 'month'],
  'AWS::ElasticLoadBalancingV2::LoadBalancer': ['network-load-balancer', 'hour'],
  'AWS::EC2::VPNConnection': ['vpn-connection', 'hour'],
  'AWS::EC2::TransitGatewayVpcAttachment': ['transit-gateway-attachment', 'hour'],
  'AWS::EC2::TransitGatewayAttachment': ['transit-gateway-attachment', 'hour'],
  'AWS::EC2::NatGateway': ['nat-gateway', 'hour'],
};

/** What they cost in a month. Pure: items and prices in, dollars out. */
export const estimate = (all: readonly Item[], prices: Prices): Cost[] =>
  all.map((item) => {
    const price = prices[item.key];
    if (!price) return item;
    if (price.per !== item.per)
      throw new Error(`prices.yaml › ${item.key}: write it per ${item.per}, not ${price.per}.`);
    const factor = price.usd * (price.per === 'hour' ? hoursInMonth : 1);
    return { ...item, usd: { least: item.least * factor, most: item.most * factor } };
  });

/** What costs by use, and is in no template. */
const notCounted = [
  'data through endpoints and load balancer, between zones and over the link',
  'log events and custom metrics taken in by CloudWatch, logs kept',
  'snapshots, Lambda calls, S3 requests, the carrier and its port',
];

const dollars = (value: number): string => value.toFixed(2);
const range = (least: number, most: number, show: (value: number) => string = String): string =>
  least === most ? show(least) : `${show(least)} to ${show(most)}`;

/** The table, with its sum, what is unknown and what is not counted. */
export function table(costs: readonly Cost[]): string {
  const rows = costs.map(({ key, per, least, most, usd }) => [
    key,
    `${range(least, most)} ${per === 'GiB-month' ? 'GiB' : ''}`.trim(),
    usd ? range(usd.least, usd.most, dollars) : 'unknown',
  ]);
  const [wide, middle] = [0, 1].map((at) => Math.max(...rows.map((row) => row[at]!.length))) as [number, number];
  const sum = (side: 'least' | 'most'): number => costs.reduce((total, { usd }) => total + (usd?.[side] ?? 0), 0);
  const unknown = costs.filter(({ usd }) => !usd).length;
  return [
    ...rows.map(
      ([key, quantity, month]) => `${key!.padEnd(wide)}  ${quantity!.padStart(middle)}  ${month!.padStart(20)}`,
    ),
    '',
    `USD a month, known part: ${range(sum('least'), sum('most'), dollars)}; ${unknown} of ${costs.length} prices unknown`,
    `Not counted: ${notCounted.join('; ')}`,
  ].join('\n');
}
