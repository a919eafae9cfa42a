/** A stage as policies see it: its resources under names, its roles, its endpoints. */

import type { EnvironmentConfig } from '../../config/schema';
import { type DeployedStage, stagesOf } from '../../config/stages';
import { type Named, named } from '../../judges/assembly/arns';
import type { Environment } from '../../judges/assembly/environments';
import { type Role, roles, type Statement } from '../../judges/permissions/policies';

export interface World {
  readonly environment: string;
  readonly stage: DeployedStage;
  /** Names what stands in no template: keys of others. */
  readonly config: EnvironmentConfig;
  readonly account: string;
  readonly region: string;
  readonly partition: string;
  /** Of its services' names: `amazonaws.com.cn` in the mainland. */
  readonly suffix: string;
  /** Key of the bootstrap's bucket, where it has one of its own. */
  readonly assetsKeyArn: string | undefined;
  readonly all: readonly Named[];
  readonly roles: readonly Role[];
  /** What the organisation's boundary says. @default nobody told: roles with a boundary are not judged */
  readonly boundary?: readonly Statement[];
  /** Of another account's stage: the environment, whose secrets have policies. */
  readonly owner?: World;
  /** Resources of a type whose place looks so. */
  find(type: string, at?: RegExp): readonly Named[];
  /** The first of them. @throws Error where there is none */
  one(type: string, at?: RegExp): Named;
}

/** What somebody tells of what stands in no template. */
export interface Told {
  readonly boundary?: readonly Statement[];
  readonly stage?: DeployedStage;
  readonly owner?: World;
}

/** @param stacks of one stage: the environment's own, unless another is told */
export function worldOf(config: EnvironmentConfig, stacks: Environment, told: Told = {}): World {
  const { environment } = config;
  const { boundary, owner, stage = stagesOf(config)[0] as DeployedStage } = told;
  const all = named(stacks);
  const { account, region } = stage;
  const china = region.startsWith('cn-');
  const partition = china ? 'aws-cn' : 'aws';
  const keys = {
    environment: config.assetsKeyArn,
    mainland: config.link?.analysis?.assetsKeyArn,
    operators: undefined,
    client: stage.client?.assetsKeyArn,
  };
  const find = (type: string, at = /./) => all.filter((each) => each.type === `AWS::${type}` && at.test(each.at));
  return {
    environment,
    stage,
    config,
    account,
    region,
    partition,
    suffix: china ? 'amazonaws.com.cn' : 'amazonaws.com',
    assetsKeyArn: keys[stage.kind],
    all,
    roles: roles(all, account, partition),
    ...(boundary ? { boundary } : {}),
    ...(owner ? { owner } : {}),
    find,
    one(type, at) {
      const [first] = find(type, at);
      if (!first) throw new Error(`${stage.name} has no ${type} at ${at}.`);
      return first;
    },
  };
}

/** A world for each stage that the app has: the environment, and what other accounts deploy. */
export function worldsOf(
  config: EnvironmentConfig,
  stages: ReadonlyMap<string, Environment>,
  boundary?: readonly Statement[],
): World[] {
  const given = boundary ? { boundary } : {};
  const owner = worldOf(config, stages.get(config.environment) ?? {}, given);
  const others = stagesOf(config).slice(1);
  return [
    owner,
    ...others.flatMap((stage) => {
      const stacks = stages.get(stage.name);
      return stacks ? [worldOf(config, stacks, { ...given, stage, owner })] : [];
    }),
  ];
}
