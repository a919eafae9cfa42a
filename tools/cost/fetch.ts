/** Asks AWS's price list, and writes what it says with its SKUs. */
import { GetProductsCommand, type GetProductsCommandOutput, type PricingClient } from '@aws-sdk/client-pricing';
import type { Home } from '../../config/regions';
import type { Item } from './estimate';
import type { Price, Prices } from './prices';

/** What is asked for an item: a service of the price list, and attributes that one product has. */
export interface Question {
  readonly service: string;
  readonly filters: Readonly<Record<string, string>>;
}

/** How usage types of a region begin. Source: AWS price list, attribute `usagetype`. */
const prefixes: Readonly<Record<Home, string>> = { 'ap-east-1': 'APE1-', 'ap-southeast-1': 'APS1-' };

/** Where the price list has it. @throws Error on a key that it has not */
export function question(key: string, region: string): Question {
  const [kind = '', type = ''] = key.split(':');
  const usage = (service: string, usagetype: string, more: Record<string, string> = {}): Question => ({
    service,
    filters: { regionCode: region, usagetype: `${prefixes[region as Home]}${usagetype}`, ...more },
  });
  switch (kind) {
    case 'ec2':
      return {
        service: 'AmazonEC2',
        filters: {
          regionCode: region,
          instanceType: type,
          operatingSystem: 'Linux',
          tenancy: 'Shared',
          capacitystatus: 'Used',
          preInstalledSw: 'NA',
        },
      };
    case 'search':
      return { service: 'AmazonES', filters: { regionCode: region, instanceType: type } };
    case 'ebs':
      return { service: 'AmazonEC2', filters: { regionCode: region, productFamily: 'Storage', volumeApiName: type } };
    case 'search-ebs':
      return usage('AmazonES', `ES:${type.toUpperCase()}-Storage`);
    case 'interface-endpoint':
      return usage('AmazonVPC', 'VpcEndpoint-Hours');
    case 'vpn-connection':
      return usage('AmazonVPC', 'VPN-Usage-Hours:ipsec.1');
    case 'transit-gateway-attachment':
      return usage('AmazonVPC', 'TransitGateway-Hours', { operation: 'TransitGatewayVPC' });
    case 'network-load-balancer':
      return usage('AWSELB', 'LoadBalancerUsage', { operation: 'LoadBalancing:Network' });
    case 'firewall-endpoint':
      return usage('AWSNetworkFirewall', 'Endpoint-Hour');
    case 'hosted-zone':
      // Of no region: Route 53 is everywhere.
      return { service: 'AmazonRoute53', filters: { usagetype: 'HostedZone' } };
    case 'nat-gateway':
      return usage('AmazonEC2', 'NatGateway-Hours');
    case 'kms-key':
      return usage('awskms', 'KMS-Keys');
    case 'secret':
      return usage('AWSSecretsManager', 'AWSSecretsManager-Secrets');
    case 'dashboard':
      return { service: 'AmazonCloudWatch', filters: { productFamily: 'Dashboard' } };
    case 'alarm-metric':
      return usage('AmazonCloudWatch', 'CW:AlarmMonitorUsage');
    case 'alarm-query':
      return usage('AmazonCloudWatch', 'CW:MetricInsightAlarmUsage');
    case 'composite-alarm':
      return usage('AmazonCloudWatch', 'CW:CompositeAlarmMonitorUsage');
    case 'custom-metric':
      return usage('AmazonCloudWatch', 'CW:MetricMonitorUsage');
    default:
      throw new Error(`tools/cost/fetch.ts does not know how to ask for ${key}.`);
  }
}

/** The question as a command, for whoever asks by hand. */
export function asCommand({ service, filters }: Question): string {
  const terms = Object.entries(filters).map(([field, value]) => `Type=TERM_MATCH,Field=${field},Value='${value}'`);
  return `aws pricing get-products --region us-east-1 --service-code ${service} --filters ${terms.join(' ')}`;
}

/** A product of the price list, as far as it is read. Source: AWS Billing user guide, "Reading the service price list file". */
interface Product {
  readonly product?: { readonly sku?: string };
  readonly terms?: {
    readonly OnDemand?: Record<
      string,
      {
        readonly priceDimensions?: Record<
          string,
          { readonly unit?: string; readonly beginRange?: string; readonly pricePerUnit?: { readonly USD?: string } }
        >;
      }
    >;
  };
}

/** Units of the price list, by ours. */
const units: Readonly<Record<Price['per'], RegExp>> = {
  hour: /^(hrs|hours?|hourly|lcu-hrs|attachment-hrs|vpn-hrs|connection-hrs)$/i,
  'GiB-month': /^gb-mo(nth)?$/i,
  month: /^(keys?|secrets?|dashboards?|alarms?|metrics?|months?)(-?mo(nth)?s?)?$/i,
};

/**
 * The price of an item.
 *
 * @throws Error that says what was asked and what came, where that is not one price of the right unit
 */
export async function priceOf(
  client: Pick<PricingClient, 'send'>,
  { key, per }: Pick<Item, 'key' | 'per'>,
  region: string,
  today: string,
): Promise<Price> {
  const { service, filters } = question(key, region);
  const products: Product[] = [];
  let NextToken: string | undefined;
  do {
    const page: GetProductsCommandOutput = await client.send(
      new GetProductsCommand({
        ServiceCode: service,
        FormatVersion: 'aws_v1',
        Filters: Object.entries(filters).map(([Field, Value]) => ({ Type: 'TERM_MATCH', Field, Value })),
        ...(NextToken ? { NextToken } : {}),
      }),
    );
    for (const text of page.PriceList ?? []) products.push(JSON.parse(String(text)) as Product);
    NextToken = page.NextToken;
  } while (NextToken);
  const refused = (why: string) => new Error(`${key}: ${why}. Asked: ${asCommand({ service, filters })}`);
  const [product, ...others] = products;
  if (!product) throw refused('the price list has nothing');
  if (others.length > 0) throw refused(`the price list has ${products.length} products`);
  const first = Object.values(product.terms?.OnDemand ?? {})
    .flatMap(({ priceDimensions = {} }) => Object.values(priceDimensions))
    // Prices by tiers: the first is what a small account pays.
    .find(({ beginRange = '0' }) => Number(beginRange) === 0);
  const usd = Number(first?.pricePerUnit?.USD);
  if (!first || !Number.isFinite(usd)) throw refused('no price on demand, in US dollars');
  if (!units[per].test(first.unit ?? '')) throw refused(`its unit is ${first.unit}, not one a ${per}`);
  const sku = product.product?.sku ?? '';
  if (!sku) throw refused('the product has no SKU');
  return { usd, per, source: `pricing:GetProducts, ${service}, SKU ${sku}`, read: today, sku };
}

/** Prices of all items: those that were found, and what went wrong with the others. */
export async function fetchPrices(
  client: Pick<PricingClient, 'send'>,
  all: readonly Pick<Item, 'key' | 'per'>[],
  region: string,
  today: string,
): Promise<{ prices: Prices; failures: string[] }> {
  const prices: Record<string, Price> = {};
  const failures: string[] = [];
  for (const item of all) {
    try {
      prices[item.key] = await priceOf(client, item, region, today);
    } catch (error) {
      // Without credentials no other question is answered either.
      if (/credential|token/i.test((error as Error).name)) throw error;
      failures.push((error as Error).message);
    }
  }
  return { prices, failures };
}
