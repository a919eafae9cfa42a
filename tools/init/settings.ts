/** What `harbourline init` asks, or takes as flags: each for one environment, each judged where it lands in the configuration. */

/** One answer for one environment. */
export interface Setting {
  /** `--cidr dev=10.10.0.0/16`. */
  readonly flag: string;
  /** The question, as a person is asked. */
  readonly question: string;
  /** Where it lands in the environment's file. Another place in production, where the link is another. */
  readonly path: string;
  readonly productionPath?: string;
  /** Several, by commas. */
  readonly list?: true;
  readonly number?: true;
  /** Whom it is asked for. @default every environment */
  readonly of?: 'production' | 'link' | 'production-link';
  /** May be left out: its default, in words. */
  readonly without?: string;
}

export const settings: readonly Setting[] = [
  { flag: 'account', question: 'AWS account, twelve digits', path: 'account' },
  { flag: 'cidr', question: "Addresses of the environment's own VPC, /16 to /22", path: 'network.cidr' },
  {
    flag: 'services',
    question: 'Prefixes of the VPCs whose services send spans',
    path: 'network.serviceVpcPrefixes',
    list: true,
  },
  {
    flag: 'mainland',
    question: 'Prefixes of hosts in the mainland',
    path: 'mainland.prefixes',
    list: true,
    without: 'no mainland: no call crosses',
  },
  {
    flag: 'readers',
    question: 'ARNs of IAM roles that may read traces',
    path: 'store.readerRoleArns',
    list: true,
    without: 'nobody yet',
  },
  {
    flag: 'page',
    question: 'E-mail address of who is woken by an alarm',
    path: 'observe.notify.page.email',
    without: 'nobody; needed in production',
  },
  {
    flag: 'inform',
    question: 'E-mail address of who hears of causes in working hours',
    path: 'observe.notify.inform.email',
    without: 'nobody',
  },
  {
    flag: 'image',
    question: 'Id of the Amazon Linux 2023 image for arm64',
    path: 'collect.imageId',
    of: 'production',
  },
  {
    flag: 'far-end',
    question:
      "Address of the far end's router, public for IPsec over the internet, private over a leased line in production",
    path: 'link.siteToSiteVpn.customerGatewayAddress',
    productionPath: 'link.vpnOverDirectConnect.customerGatewayAddress',
    without: 'no link: nothing crosses',
  },
  { flag: 'far-end-asn', question: "ASN of the far end's router", path: 'link.farEnd.asn', number: true, of: 'link' },
  {
    flag: 'far-end-prefixes',
    question: 'Prefixes that the far end announces, within those of the mainland',
    path: 'link.farEnd.prefixes',
    list: true,
    of: 'link',
  },
  {
    flag: 'probes',
    question: 'Two addresses at the far end, outside of these prefixes, one announced over each tunnel',
    path: 'link.siteToSiteVpn.probeAddresses',
    productionPath: 'link.vpnOverDirectConnect.probeAddresses',
    list: true,
    of: 'link',
  },
  { flag: 'receiver', question: 'Address of the receiver in the mainland', path: 'link.receiver.address', of: 'link' },
  { flag: 'receiver-name', question: "Name in the receiver's certificate", path: 'link.receiver.name', of: 'link' },
  {
    flag: 'relay-secret',
    question: "ARN of the secret with the relays' certificate",
    path: 'link.relay.certificate.secretArn',
    of: 'link',
  },
  {
    flag: 'relay-key',
    question: "ARN of that secret's KMS key",
    path: 'link.relay.certificate.keyArn',
    of: 'link',
  },
  {
    flag: 'ticket',
    question: 'Ticket that approves what crosses, such as NET-1200',
    path: 'link.allowlist',
    of: 'link',
  },
  {
    flag: 'internet-reason',
    question: 'Why it crosses over the public internet, with the ticket of the approval and the year in which it ends',
    path: 'link.siteToSiteVpn.internetAcknowledged',
    of: 'link',
    without: 'not asked in production',
  },
  {
    flag: 'dx-connection',
    question: 'Direct Connect connection',
    path: 'link.directConnect.connectionId',
    of: 'production-link',
  },
  { flag: 'dx-vlan', question: 'VLAN on it', path: 'link.directConnect.vlan', number: true, of: 'production-link' },
  {
    flag: 'dx-peer',
    question: 'Prefix of the BGP session, /30 or /31',
    path: 'link.directConnect.peerCidr',
    of: 'production-link',
  },
  {
    flag: 'dx-second-connection',
    question: 'Second Direct Connect connection, at another location',
    path: 'link.directConnect.second.connectionId',
    of: 'production-link',
  },
  {
    flag: 'dx-second-vlan',
    question: 'VLAN on it',
    path: 'link.directConnect.second.vlan',
    number: true,
    of: 'production-link',
  },
  {
    flag: 'dx-second-peer',
    question: 'Prefix of its BGP session, /30 or /31',
    path: 'link.directConnect.second.peerCidr',
    of: 'production-link',
  },
  {
    flag: 'dx-tunnel-cidr',
    question: "Addresses of AWS's tunnel ends over it, a /24 of nothing else",
    path: 'link.vpnOverDirectConnect.transitGatewayCidr',
    of: 'production-link',
  },
];

/** What was answered for an environment. */
export type Answers = Readonly<Record<string, string | undefined>>;

/** What holds for all environments. */
export interface Whole {
  readonly environments: readonly string[];
  /** Those held to the rules of production. */
  readonly production: readonly string[];
  /** Address of the repository in a browser. */
  readonly repositoryUrl: string | undefined;
  /** Who owns it, for CODEOWNERS and the allow-list. */
  readonly team: string;
}

/** Is the setting asked of this environment? */
export function isAsked({ of, flag }: Setting, production: boolean, answers: Answers): boolean {
  const linked = answers['far-end'] !== undefined;
  if (flag === 'internet-reason') return linked && !production;
  return (
    of === undefined ||
    (of === 'production' && production) ||
    (of === 'link' && linked) ||
    (of === 'production-link' && linked && production)
  );
}
