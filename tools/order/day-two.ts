/** The day-two suite: every change of an environment's file, judged there and back. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnvironment } from '../../config/parse';
import type { EnvironmentConfigInput } from '../../config/schema';
import { unjudged } from '../../harness/context';
import { type BothWays, orderBothWays } from '../../judges/order/order';
import type { Stacks, Template } from '../../judges/order/state';
import { buildApp } from '../../lib/app';
import type { DayTwoChange } from './changes';

/** What becomes of a change. */
export type Verdict =
  | { readonly refusedBy: 'configuration'; readonly why: string }
  | ({ readonly refusedBy?: 'order' } & BothWays);

const synthesised = new Map<string, Stacks>();

/** The stacks of an environment and of its mainland, by id. Each configuration once; nothing is bundled, validated or left behind. */
function stacksOf(input: EnvironmentConfigInput): Stacks {
  const text = JSON.stringify(input);
  const known = synthesised.get(text);
  if (known) return known;
  const config = parseEnvironment(`config/${input.environment}.ts`, input);
  const outdir = mkdtempSync(join(tmpdir(), 'harbourline-day-two-'));
  try {
    const assembly = buildApp([config], {
      outdir,
      ...unjudged({ 'aws:cdk:bundling-stacks': [] }),
    }).synth();
    const stacks = Object.fromEntries(
      assembly.stacksRecursively.map(({ hierarchicalId, template, environment: { account, region } }) => [
        hierarchicalId,
        { ...(template as Template), place: `${account}/${region}` },
      ]),
    );
    synthesised.set(text, stacks);
    return stacks;
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

/** Judges a change: by the configuration's own rules first, then by the order of CloudFormation, there and back. */
export function judgeChange({ before, after }: Pick<DayTwoChange, 'before' | 'after'>): Verdict {
  const sides: Stacks[] = [];
  for (const side of [before, after]) {
    try {
      sides.push(stacksOf(side));
    } catch (error) {
      if ((error as Error).name !== 'ConfigError') throw error;
      return { refusedBy: 'configuration', why: (error as Error).message };
    }
  }
  const [from = {}, to = {}] = sides;
  const both = orderBothWays(from, to);
  return both.there.length + both.back.length > 0 ? { refusedBy: 'order', ...both } : both;
}
