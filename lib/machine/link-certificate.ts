import type { LinkedConfig } from '../contract/link-parameters';
import { foreignSecret, type InstanceSecret } from './instance-secret';

/** A certificate of the link: the organisation's own, in a secret that exists (ADR 20). Nobody else is let in by us. */
export const linkCertificate = (
  certificate: LinkedConfig['link']['relay']['certificate'],
  region: string,
): InstanceSecret => foreignSecret('LinkCertificate', certificate, region);
