import { Stack, type StackProps, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { EnvironmentConfig } from '../../config/schema';
import { stackName } from './names';

export interface EnvironmentStackProps extends StackProps {
  readonly config: EnvironmentConfig;
}

/** Is a value known at deployment alone? What the configuration names needs no export. */
export const isOurs = (value: string): boolean => Token.isUnresolved(value);

/** A stack of one environment: knows its configuration, and its zones without asking AWS. */
export class EnvironmentStack extends Stack {
  readonly config: EnvironmentConfig;

  constructor(scope: Construct, id: string, props: EnvironmentStackProps) {
    super(scope, id, { ...stackName(scope, id), ...props });
    this.config = props.config;
  }

  /** From the configuration: a look-up would need credentials at synth, or invent `dummy1a`. */
  override get availabilityZones(): string[] {
    return [...this.config.network.availabilityZones];
  }
}
