import type { Check } from '../check';
import { identity, region, serviceLinkedRoles } from './account';
import { adopted } from './adopted';
import { bootstrap } from './bootstrap';
import { entrance } from './entrance';
import { existingVpc } from './existing-vpc';
import { image, instanceTypes, processors } from './instances';
import { addresses, bootstrapKey, leftovers, readers } from './leftovers';
import { attachments, linkCertificate } from './link';
import { directConnect, endpointServices, networkQuotas } from './network';
import { notify } from './notify';
import { archive, authority, boundary, keys } from './organisation';
import { linkQuotas } from './quotas';
import { resourceTypes } from './region';
import { domain, engine, nodeTypes } from './store';

/** In the order in which a new account meets them. */
export const checks: readonly Check[] = [
  identity,
  region,
  serviceLinkedRoles,
  bootstrap,
  bootstrapKey,
  boundary,
  archive,
  authority,
  keys,
  resourceTypes,
  leftovers,
  addresses,
  existingVpc,
  readers,
  endpointServices,
  networkQuotas,
  linkQuotas,
  instanceTypes,
  processors,
  image,
  engine,
  nodeTypes,
  domain,
  entrance,
  notify,
  directConnect,
  adopted,
  linkCertificate,
  attachments,
];
