/** An environment as policies see it: its resources under names, its roles, its endpoints. */

import type { EnvironmentConfig } from '../../config/schema';
import { type Named, named } from '../../judges/assembly/arns';
import type { Environment } from '../../judges/assembly/environments';
import { type Role, roles } from '../../judges/permissions/policies';

export interface World {
  readonly environment: string;
  /** Names what stands in no template: keys of others. */
  readonly config: EnvironmentConfig;
  readonly account: string;
  readonly region: string;
  readonly all: readonly Named[];
  readonly roles: readonly Role[];
  /** Resources of a type whose place looks so. */
  find(type: string, at?: RegExp): readonly Named[];
  /** The first of them. @throws Error where there is none */
  one(type: string, at?: RegExp): Named;
}

/** @param stacks of the environment's own stage */
export function worldOf(config: EnvironmentConfig, stacks: Environment): World {
  const { environment } = config;
  const all = named(stacks);
  const [account = '', region = ''] = (Object.values(stacks)[0]?.place ?? '').split('/');
  const find = (type: string, at = /./) => all.filter((each) => each.type === `AWS::${type}` && at.test(each.at));
  return {
    environment,
    config,
    account,
    region,
    all,
    roles: roles(all, account),
    find,
    one(type, at) {
      const [first] = find(type, at);
      if (!first) throw new Error(`${environment} has no ${type} at ${at}.`);
      return first;
    },
  };
}
