/** The transports of the `link` section: what each needs, and the ASNs and reasons that they share with the rest of it. */
import { z } from 'zod';
import { address, prefix, section, text, whole } from './fields';
import { reasonLacks } from './reasons';

/** ASNs that a gateway of AWS may have: private ones of two or four bytes (RFC 6996; EC2 and Direct Connect API references). */
export const privateAsn = z
  .int()
  .refine((asn) => (asn >= 64_512 && asn <= 65_534) || (asn >= 4_200_000_000 && asn <= 4_294_967_294), {
    error: 'AWS takes private ASNs only for its own side.',
    params: { code: 'HL-LINK-002', fix: 'Use one from 64512 to 65534, or from 4200000000 to 4294967294.' },
  });

/** ASNs that a customer gateway cannot have: reserved (RFC 7607, 6793, 5398, 7300), or AWS's own in a region. */
const refusedAsns = (asn: number): boolean =>
  asn < 0 ||
  asn > 4_294_967_295 ||
  [0, 23_456, 65_535, 4_294_967_295, 7224, 9059, 10_124, 17_943].includes(asn) ||
  (asn >= 64_496 && asn <= 64_511) ||
  (asn >= 65_536 && asn <= 65_551);

/** ASN of a router: private, or of its owner, a carrier or a cloud. */
export const anyAsn = z.int().refine((asn) => !refusedAsns(asn), {
  error: 'No router may have this ASN: it is reserved, or none.',
  params: { code: 'HL-LINK-003', fix: "Use the far end's own, or a private one such as 65010." },
});

/** A written reason. */
export const reason = (what: string) =>
  z.string().superRefine((value, context) => {
    const lacks = reasonLacks(value);
    if (lacks.length > 0) {
      context.addIssue({
        code: 'custom',
        message: `${what} is the exception, and this is not a reason for it: it lacks ${lacks.join('; ')}.`,
        params: { code: 'HL-LINK-004', fix: 'Say why, with the ticket of the approval and the year in which it ends.' },
      });
    }
  });

/** What each of the two tunnels of a VPN needs. */
const tunnels = {
  /** The far end's router: immutable in AWS, another address is another customer gateway. */
  customerGatewayAddress: address,
  /** The router's own address, where a device in front of it translates `customerGatewayAddress`. @default no translation */
  behindNat: address.optional(),
  /**
   * What tunnels are protected with. `cnsa`: AES-256-GCM, SHA-384, DH 20. Two that are weaker, for devices without it, with a reason:
   * `cbcIke` has AES-256-CBC in IKE alone (Huawei VRP, H3C Comware); `dh14` has AES-256-CBC, SHA-256 and DH 14 in both phases
   * (gateways of Alibaba Cloud and Tencent Cloud). @default cnsa
   */
  profile: z.enum(['cnsa', 'cbcIke', 'dh14']).default('cnsa'),
  /** Why tunnels are protected by less than `cnsa`. @default none */
  weakerAcknowledged: reason('A weaker protection of tunnels').optional(),
  /** Inside /30 of each tunnel, from 169.254.0.0/16: the first address is AWS's, the second the far end's. */
  insideCidrs: z.array(prefix({ widest: 30, narrowest: 30, onlyPrivate: false, linkLocal: true })).length(2),
  /** An address at the far end for each tunnel, announced over that tunnel only: what the probe measures the path with. */
  probeAddresses: z.array(address).length(2),
};

/** IPsec over the public internet. */
export const siteToSiteVpn = section({
  ...tunnels,
  /**
   * Why this environment crosses the border over the public internet. MIIT [2017] No. 32: cross-border business needs lines
   * leased from licensed operators, VPN included.
   */
  internetAcknowledged: reason('IPsec over the public internet'),
});

/** A transit virtual interface on a connection, or on a LAG, that exists: ordering one takes a person and a cross-connect. */
const line = {
  connectionId: text(
    'HL-LINK-006',
    /^dx(?:con|lag)-[a-z0-9]{8}$/,
    'This is not the id of a Direct Connect connection or of a LAG.',
    'Write dxcon- or dxlag- and eight characters.',
  ),
  vlan: whole(1, 4094),
  /**
   * Of the BGP session: the first address is AWS's, the second the far end's. A /30 or /31 of 169.254.0.0/16 or of private
   * addresses (RFC 1918).
   */
  peerCidr: prefix({ widest: 30, narrowest: 31, onlyPrivate: false, linkLocal: 'or-private' }),
  /** An address at the far end that is announced over this interface only. */
  probeAddress: address.optional(),
  /** An interface that another account, such as the carrier's, has made on its connection, and that was accepted for our gateway. @default ours is made */
  hostedInterfaceId: text(
    'HL-LINK-007',
    /^dxvif-[a-z0-9]{8}$/,
    'This is not the id of a virtual interface.',
    'Write dxvif- and eight characters.',
  ).optional(),
};

export const directConnect = section({
  ...line,
  /** A second line at another location, to another router: what production has, or says why not. @default none */
  second: section(line).optional(),
  /** Why production has one line. @default none */
  oneLineAcknowledged: reason('One line in production').optional(),
  /** A Direct Connect gateway of this account that exists. @default one is made */
  gatewayId: z.uuid({ error: 'This is not the id of a Direct Connect gateway.' }).optional(),
  /** ASN of the Direct Connect gateway: another one than the transit gateway's. @default 64513 */
  gatewayAsn: privateAsn.default(64_513),
  /** Bytes. 8500 needs jumbo frames on the whole way, the carrier's included. @default 1500 */
  mtu: z.union([z.literal(1500), z.literal(8500)]).default(1500),
  /**
   * Why production sends in clear over the line: `transports` with `directConnect` in production needs it. AWS does not
   * encrypt a virtual interface, and the mainland has no MACsec. @default none
   */
  unencryptedAcknowledged: reason('An unencrypted line in production').optional(),
});

/** IPsec between private addresses over the virtual interface: the line is leased and encrypted. Needs `directConnect`. */
export const vpnOverDirectConnect = section({
  ...tunnels,
  /** Addresses of AWS's tunnel ends: /24 or wider (AWS's rule for transit gateways), of nothing else. */
  transitGatewayCidr: prefix({ widest: 16, narrowest: 24, onlyPrivate: true }),
});
