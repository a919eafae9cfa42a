import type { Check } from '../check';
import { identity, region, serviceLinkedRoles } from './account';
import { bootstrap } from './bootstrap';
import { image, instanceTypes, processors } from './instances';
import { directConnect, endpointServices, networkQuotas } from './network';
import { domain, engine, nodeTypes } from './store';

/** In the order in which a new account meets them. */
export const checks: readonly Check[] = [
  identity,
  region,
  serviceLinkedRoles,
  bootstrap,
  endpointServices,
  networkQuotas,
  instanceTypes,
  processors,
  image,
  engine,
  nodeTypes,
  domain,
  directConnect,
];
