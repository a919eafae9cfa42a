import { place } from '../changes';
import type { ReviewRule } from './rule';

const vpn = /^AWS::EC2::(VPNConnection|CustomerGateway|VPNGateway)$/;
const link = /^AWS::(DirectConnect::|EC2::TransitGateway(Attachment|VpcAttachment)?$)/;

/** Tags are names, nothing that a tunnel knows of. */
const beyondTags = (names: readonly string[]): string[] => names.filter((name) => name !== 'Tags');

export const vpnRules: readonly ReviewRule[] = [
  {
    id: 'vpn-tunnel',
    severity: 'danger',
    asks: 'works',
    effect:
      'Treat it as new tunnels with new outside addresses: the peer has to list them again, and the keys with them. A tunnel is down while it is changed; both are, where the connection is replaced.',
    source:
      'https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-vpnconnection.html',
    find: ({ changes }) =>
      changes
        .filter(({ type, action }) => vpn.test(type) && action !== 'added')
        .map((change) => ({ change, names: beyondTags(change.properties.map(({ name }) => name)) }))
        .filter(({ change, names }) => names.length > 0 || !change.after)
        .map(({ change, names }) => ({
          at: place(change),
          what: `${change.type} is ${change.action}${names.length > 0 ? ` by ${names.join(', ')}` : ''}`,
          of: names.map((name) => `Properties.${name}`),
        })),
  },
  {
    id: 'link-goes',
    severity: 'danger',
    asks: 'works',
    effect:
      'What crosses the border over it stops until the new one is up: minutes for an association, days for a carrier.',
    source: 'https://docs.aws.amazon.com/directconnect/latest/UserGuide/direct-connect-transit-gateways.html',
    find: ({ changes }) =>
      changes
        .filter(({ type, action }) => link.test(type) && action !== 'added' && action !== 'changed')
        .map((change) => ({
          at: place(change),
          what: `${change.type} is ${change.action}`,
          of: change.parts.map(({ path }) => path),
        })),
  },
];
