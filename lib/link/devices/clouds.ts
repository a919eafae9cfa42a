/**
 * Managed VPN gateways of clouds in the mainland, as Terraform in JSON: a file of any of them is read by the same parser. Gateways,
 * VPCs and keys are variables. None of them announces an address over one path alone, so the probes of paths need a router behind.
 */
import type { LinkParameters, Tunnel } from '../../contract/link-parameters';
import { type Device, heading, isTunnel, renewAfter, word } from './device';

type Block = Readonly<Record<string, unknown>>;

const terraform = (parameters: LinkParameters, device: Device, resource: Block, variables: readonly string[]): string =>
  `${JSON.stringify(
    {
      '//': heading(parameters, device, [
        'The gateway announces what its own route tables hold: limit them to what link.md says that the far end announces.',
      ]),
      variable: {
        ...Object.fromEntries(variables.map((name) => [name, { type: 'string' }])),
        ...Object.fromEntries(
          parameters.paths.filter(isTunnel).map(({ name }) => [key(name), { type: 'string', sensitive: true }]),
        ),
      },
      resource,
    },
    null,
    2,
  )}\n`;

const key = (name: string): string => `key_of_${id(name)}`;
const id = (name: string): string => name.replace(/\W/g, '_');
const each = <T>(parameters: LinkParameters, make: (tunnel: Tunnel) => T): Record<string, T> =>
  Object.fromEntries(parameters.paths.filter(isTunnel).map((tunnel) => [id(tunnel.name), make(tunnel)]));

const alibabaWords = {
  encryption: { AES256: 'aes256' },
  integrity: { 'SHA2-256': 'sha256', 'SHA2-384': 'sha384', 'SHA2-512': 'sha512' },
  dhGroups: { 14: 'group14' },
} as const;

/** Alibaba Cloud VPN Gateway with two tunnels, provider aliyun/alicloud. */
export const alibaba: Device = {
  file: 'alibaba-cloud.tf.json',
  title: 'Alibaba Cloud VPN Gateway',
  words: alibabaWords,
  write: (parameters) => {
    const tunnels = parameters.paths.filter(isTunnel);
    const phase = (prefix: 'ike' | 'ipsec', { encryption, integrity, dhGroups, lifetimeSeconds }: Tunnel['ike']) => ({
      [`${prefix}_enc_alg`]: word(encryption, alibabaWords.encryption),
      [`${prefix}_auth_alg`]: word(integrity, alibabaWords.integrity),
      [`${prefix}_pfs`]: word(dhGroups, alibabaWords.dhGroups),
      [`${prefix}_lifetime`]: renewAfter(lifetimeSeconds),
    });
    const connections = [...new Set(tunnels.map(({ vpnConnectionId }) => vpnConnectionId))];
    return terraform(
      parameters,
      alibaba,
      {
        alicloud_vpn_customer_gateway: each(parameters, ({ name, outside, amazonAsn }) => ({
          customer_gateway_name: `harbourline-${name}`,
          ip_address: outside.amazon,
          asn: `${amazonAsn}`,
        })),
        alicloud_vpn_connection: Object.fromEntries(
          connections.map((connection) => [
            id(connection),
            {
              vpn_connection_name: `harbourline-${parameters.environment}`,
              vpn_gateway_id: '${var.vpn_gateway_id}',
              local_subnet: ['0.0.0.0/0'],
              remote_subnet: ['0.0.0.0/0'],
              auto_config_route: true,
              enable_tunnels_bgp: true,
              tunnel_options_specification: tunnels
                .filter(({ vpnConnectionId }) => vpnConnectionId === connection)
                .map((tunnel, index) => ({
                  customer_gateway_id: `\${alicloud_vpn_customer_gateway.${id(tunnel.name)}.id}`,
                  role: index === 0 ? 'master' : 'slave',
                  enable_dpd: true,
                  enable_nat_traversal: true,
                  tunnel_bgp_config: {
                    local_asn: `${parameters.farEndAsn}`,
                    tunnel_cidr: tunnel.inside.cidr,
                    local_bgp_ip: tunnel.inside.farEnd,
                  },
                  tunnel_ike_config: {
                    ike_version: 'ikev2',
                    ike_mode: 'main',
                    ...phase('ike', tunnel.ike),
                    local_id: tunnel.outside.farEnd,
                    remote_id: tunnel.outside.amazon,
                    psk: `\${var.${key(tunnel.name)}}`,
                  },
                  tunnel_ipsec_config: phase('ipsec', tunnel.esp),
                })),
            },
          ]),
        ),
      },
      ['vpn_gateway_id'],
    );
  },
};

const tencentWords = {
  encryption: { AES256: 'AES-CBC-256' },
  integrity: { 'SHA2-256': 'SHA-256' },
  dhGroups: { 14: 'GROUP14' },
} as const;

/** Tencent Cloud VPN Gateway, provider tencentcloudstack/tencentcloud. */
export const tencent: Device = {
  file: 'tencent-cloud.tf.json',
  title: 'Tencent Cloud VPN Gateway',
  words: tencentWords,
  write: (parameters) =>
    terraform(
      parameters,
      tencent,
      {
        tencentcloud_vpn_customer_gateway: each(parameters, ({ name, outside, amazonAsn }) => ({
          name: `harbourline-${name}`,
          public_ip_address: outside.amazon,
          bgp_asn: amazonAsn,
        })),
        tencentcloud_vpn_connection: each(parameters, ({ name, outside, inside, ike, esp, ...tunnel }) => ({
          name: `harbourline-${name}`,
          vpc_id: '${var.vpc_id}',
          vpn_gateway_id: '${var.vpn_gateway_id}',
          customer_gateway_id: `\${tencentcloud_vpn_customer_gateway.${id(name)}.id}`,
          pre_share_key: `\${var.${key(name)}}`,
          route_type: 'BGP',
          bgp_config: { tunnel_cidr: inside.cidr, local_bgp_ip: inside.farEnd, remote_bgp_ip: inside.amazon },
          negotiation_type: tunnel.startedBy === 'amazon' ? 'passive' : 'active',
          ike_version: 'IKEV2',
          ike_exchange_mode: 'MAIN',
          ike_proto_encry_algorithm: word(ike.encryption, tencentWords.encryption),
          ike_proto_authen_algorithm: word(ike.integrity, tencentWords.integrity),
          ike_dh_group_name: word(ike.dhGroups, tencentWords.dhGroups),
          ike_sa_lifetime_seconds: renewAfter(ike.lifetimeSeconds),
          ike_local_identity: 'ADDRESS',
          ike_local_address: outside.farEnd,
          ike_remote_identity: 'ADDRESS',
          ike_remote_address: outside.amazon,
          ipsec_encrypt_algorithm: word(esp.encryption, tencentWords.encryption),
          ipsec_integrity_algorithm: word(esp.integrity, tencentWords.integrity),
          ipsec_pfs_dh_group: `DH-${word(esp.dhGroups, tencentWords.dhGroups)}`,
          ipsec_sa_lifetime_seconds: renewAfter(esp.lifetimeSeconds),
          dpd_enable: 1,
          dpd_timeout: `${tunnel.dpdTimeoutSeconds}`,
          dpd_action: tunnel.startedBy === 'amazon' ? 'clear' : 'restart',
        })),
      },
      ['vpc_id', 'vpn_gateway_id'],
    ),
};

const huaweiWords = {
  encryption: { 'AES256-GCM-16': 'aes-256-gcm-16', AES256: 'aes-256' },
  integrity: { 'SHA2-256': 'sha2-256', 'SHA2-384': 'sha2-384', 'SHA2-512': 'sha2-512' },
  dhGroups: { 14: 'group14', 20: 'group20', 21: 'group21' },
} as const;

/** Huawei Cloud Enterprise Edition VPN, provider huaweicloud/huaweicloud. */
export const huaweiCloud: Device = {
  file: 'huawei-cloud.tf.json',
  title: 'Huawei Cloud Enterprise Edition VPN',
  words: huaweiWords,
  write: (parameters) =>
    terraform(
      parameters,
      huaweiCloud,
      {
        huaweicloud_vpn_customer_gateway: each(parameters, ({ name, outside, amazonAsn }) => ({
          name: `harbourline-${name}`,
          id_value: outside.amazon,
          asn: amazonAsn,
        })),
        huaweicloud_vpn_connection: each(parameters, ({ name, outside, inside, ike, esp, dpdTimeoutSeconds }) => ({
          name: `harbourline-${name}`,
          gateway_id: '${var.vpn_gateway_id}',
          gateway_ip: '${var.vpn_gateway_ip}',
          customer_gateway_id: `\${huaweicloud_vpn_customer_gateway.${id(name)}.id}`,
          vpn_type: 'bgp',
          tunnel_local_address: `${inside.farEnd}/30`,
          tunnel_peer_address: `${inside.amazon}/30`,
          psk: `\${var.${key(name)}}`,
          ikepolicy: {
            ike_version: 'v2',
            encryption_algorithm: word(ike.encryption, huaweiWords.encryption),
            authentication_algorithm: word(ike.integrity, huaweiWords.integrity),
            dh_group: word(ike.dhGroups, huaweiWords.dhGroups),
            lifetime_seconds: renewAfter(ike.lifetimeSeconds),
            local_id_type: 'ip',
            local_id: outside.farEnd,
            peer_id_type: 'ip',
            peer_id: outside.amazon,
            dpd: { interval: Math.floor(dpdTimeoutSeconds / 3), timeout: dpdTimeoutSeconds },
          },
          ipsecpolicy: {
            encapsulation_mode: 'tunnel',
            transform_protocol: 'esp',
            encryption_algorithm: word(esp.encryption, huaweiWords.encryption),
            authentication_algorithm: word(esp.integrity, huaweiWords.integrity),
            pfs: word(esp.dhGroups, huaweiWords.dhGroups),
            lifetime_seconds: renewAfter(esp.lifetimeSeconds),
          },
        })),
      },
      ['vpn_gateway_id', 'vpn_gateway_ip'],
    ),
};
