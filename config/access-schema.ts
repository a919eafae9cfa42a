/** The `store.access` section: how people get to the store, which has no public address and no route. */
import { z } from 'zod';
import { account, ec2InstanceType, list, prefix, resourceId, section } from './fields';

export const access = section({
  /**
   * `session`: Session Manager forwards a port through an instance that exists for it and holds nothing; IAM says who.
   * `endpoint`: an endpoint of OpenSearch Service in a VPC where operators are, by VPN or desk. `none`: people reach it by nothing
   * that this project makes. @default session
   */
  via: z.enum(['session', 'endpoint', 'none']).default('session'),
  session: section({
    /** A Graviton or x86-64 type that the region has: it forwards bytes and no more. @default t4g.nano */
    instanceType: ec2InstanceType.default('t4g.nano'),
  }).prefault({}),
  /** Needed where `via` is `endpoint`. */
  endpoint: section({
    /** Account of the operators' VPC. @default the environment's own */
    account: account.optional(),
    vpcId: resourceId('VPC', 'vpc'),
    /** Subnets that get an interface of the endpoint, one for each zone. */
    subnetIds: list(resourceId('subnet', 'subnet')).min(1),
    /** Addresses that may use it: of operators, not of services. */
    prefixes: list(prefix({ widest: 12, narrowest: 32, onlyPrivate: true })).min(1),
  }).optional(),
});
