/** Prices that are known: those of the committed table, and over them those that were fetched. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
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
const fetched = /^prices-\d{4}-\d\d-\d\d\.yaml$/;

/** @param folder where `--fetch` writes: the repository of whoever asks */
export function readPrices(folder = process.cwd()): Prices {
  const newest = readdirSync(folder)
    .filter((name) => fetched.test(name))
    .sort()
    .at(-1);
  const files = [join(__dirname, 'prices.yaml'), ...(newest ? [join(folder, newest)] : [])];
  return Object.assign({}, ...files.map((file) => parse(readFileSync(file, 'utf8'))));
}
