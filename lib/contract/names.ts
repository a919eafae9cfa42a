/** What the physical names of an environment begin with: one place, so that an organisation may have its own. */
import type { EnvironmentConfig } from '../../config/schema';

export interface Names {
  readonly environment: string;
  /** `harbourline-`, or the organisation's. */
  readonly prefix: string;
  /** `harbourline-dev`, or `bank-trc-dev` of the prefix `bank-trc-`. */
  readonly system: string;
  /** In front of log groups of ours: `/harbourline/dev`, or `bank-trc-dev`. */
  readonly logs: string;
  /** In front of log groups that AWS delivers to, which have names of AWS's before: `harbourline/dev`, or `bank-trc-dev`. */
  readonly delivered: string;
  /** In front of parameters, which begin with a slash: `/harbourline/dev`, or `/bank-trc-dev`. */
  readonly parameters: string;
}

/** @param prefix `organisation.namePrefix` */
export function names(environment: string, prefix?: string): Names {
  const begin = prefix ?? 'harbourline-';
  const system = `${begin}${environment}`;
  const folder = prefix ? system : `harbourline/${environment}`;
  return {
    environment,
    prefix: begin,
    system,
    logs: prefix ? folder : `/${folder}`,
    delivered: folder,
    parameters: `/${folder}`,
  };
}

/** Of an environment as it is configured. */
export const namesOf = ({
  environment,
  organisation,
}: Pick<EnvironmentConfig, 'environment' | 'organisation'>): Names => names(environment, organisation.namePrefix);

/** Name of a stack of a stage, as CloudFormation has it. @param prefix `organisation.namePrefix` */
export const stackNameOf = (stage: string, stack: string, prefix = ''): string => `${prefix}${stage}-${stack}`;
