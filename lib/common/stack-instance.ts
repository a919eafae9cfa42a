import { Fn, type Stack } from 'aws-cdk-lib';

/**
 * Eight digits that are this stack's alone, from its id: another stack of the same name, made after this one went, gets others.
 * For names of what is kept when its stack goes: the next first deployment does not meet it.
 */
export const stackInstance = (stack: Stack): string =>
  // arn:aws:cloudformation:ap-east-1:111111111111:stack/dev-Store/1c2fa620-982a-11e3-aff7-50e2416294e0
  Fn.select(0, Fn.split('-', Fn.select(2, Fn.split('/', stack.stackId))));
