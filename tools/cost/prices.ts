/** Prices that are known: those of the committed table, and over them those that were fetched. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Home } from '../../config/regions';
import type { Per } from './resources';

/** A price, in US dollars. */
export interface Price {
  readonly usd: number;
  readonly per: Per;
  readonly source: string;
  /** The day it was read. */
  readonly read: string;
  /** In AWS's price list. */
  readonly sku?: string;
}

export type Prices = Readonly<Record<string, Price>>;

/** Files that `--fetch` writes, one a day, so that prices of two days can be compared. */
const fetched = (region: string): RegExp => new RegExp(`^prices-${region}-\\d{4}-\\d\\d-\\d\\d\\.yaml$`);

/** Name of a file that is fetched on a day. */
export const fetchedFile = (region: string, day: string): string => `prices-${region}-${day}.yaml`;

/** Committed: a region that has no file has no known price. */
const committed: Readonly<Record<Home, string>> = {
  'ap-east-1': 'prices.yaml',
  'ap-southeast-1': 'prices-ap-southeast-1.yaml',
};

/** Of one region: a price of another never stands in. @param folder where `--fetch` writes: the repository of whoever asks */
export function readPrices(region: Home = 'ap-east-1', folder = process.cwd()): Prices {
  const newest = readdirSync(folder)
    .filter((name) => fetched(region).test(name))
    .sort()
    .at(-1);
  const files = [join(__dirname, committed[region]), ...(newest ? [join(folder, newest)] : [])];
  return Object.assign({}, ...files.map((file) => parse(readFileSync(file, 'utf8'))));
}
