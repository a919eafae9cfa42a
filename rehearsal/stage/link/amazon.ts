/**
 * AWS's side of the link, as far as the far end can see it: the ends of the tunnels and the transit gateway's BGP. Written
 * from what the far end's files are written from, by other hands: a value that those translate wrongly does not fit here.
 */
import type { LinkParameters, Tunnel } from '../../../lib/contract/link-parameters';

/** AWS's words → strongSwan's, each as the IANA registry of IKEv2 parameters pairs them. */
const words: Readonly<Record<string, string>> = {
  'AES256-GCM-16': 'aes256gcm16',
  'SHA2-384': 'prfsha384',
  'SHA2-512': 'prfsha512',
  '20': 'ecp384',
  '21': 'ecp521',
};

const word = (value: string | number): string => {
  const found = words[value];
  if (!found) throw new Error(`The rehearsal does not know ${value}, which a tunnel of the template asks for.`);
  return found;
};

const combined = (...lists: readonly (readonly (string | number)[])[]): string =>
  lists
    .reduce<string[][]>((sofar, list) => sofar.flatMap((one) => list.map((value) => [...one, word(value)])), [[]])
    .map((proposal) => proposal.join('-'))
    .join(',');

/** swanctl.conf of AWS's end of a tunnel. */
export function amazonTunnel({ name, outside, ike, esp, startedBy, ...tunnel }: Tunnel, interfaceId: number): string {
  const starts = startedBy === 'amazon';
  return `connections {
  ${name} {
    version = ${tunnel.ikeVersions.includes('ikev2') ? 2 : 1}
    local_addrs = ${outside.amazon}
    remote_addrs = ${outside.farEnd}
    proposals = ${combined(ike.encryption, ike.integrity, ike.dhGroups)}
    rekey_time = ${ike.lifetimeSeconds}s
    dpd_delay = ${Math.floor(tunnel.dpdTimeoutSeconds / 3)}s
    encap = yes
    mobike = no
    keyingtries = 0
    unique = replace
    if_id_in = ${interfaceId}
    if_id_out = ${interfaceId}
    local {
      auth = psk
      id = ${outside.amazon}
    }
    remote {
      auth = psk
      id = ${outside.farEnd}
    }
    children {
      ${name} {
        local_ts = 0.0.0.0/0
        remote_ts = 0.0.0.0/0
        esp_proposals = ${combined(esp.encryption, esp.dhGroups)}
        rekey_time = ${esp.lifetimeSeconds}s
        start_action = ${starts ? 'start' : 'none'}
        dpd_action = ${starts ? tunnel.dpdTimeoutAction : 'clear'}
        close_action = ${starts ? 'start' : 'none'}
      }
    }
  }
}
include ${name}.secret
`;
}

/** The key of a tunnel, as its far end's file says to write it. */
export const keyFile = ({ name, outside }: Tunnel, key: string): string =>
  `secrets {
  ike-${name} {
    id-amazon = ${outside.amazon}
    id-far-end = ${outside.farEnd}
    secret = "${key}"
  }
}
`;

/** frr.conf of the transit gateway: it offers AWS's timers, so what is agreed on is what the far end asks for. */
export function transitGateway({ farEndAsn, paths }: LinkParameters): string {
  const own = paths.find(({ kind }) => kind === 'tunnel')?.amazonAsn ?? paths[0]?.amazonAsn;
  const neighbours = paths.flatMap(({ inside, amazonAsn, name }) => [
    ` neighbor ${inside.farEnd} remote-as ${farEndAsn}`,
    ` neighbor ${inside.farEnd} description ${name}`,
    ` neighbor ${inside.farEnd} timers 10 30`,
    ` neighbor ${inside.farEnd} timers connect 10`,
    // A virtual interface ends at the Direct Connect gateway, which has a number of its own.
    ...(amazonAsn === own ? [] : [` neighbor ${inside.farEnd} local-as ${amazonAsn} no-prepend replace-as`]),
  ]);
  const lists = paths.flatMap(({ name, receives }) => [
    ...receives.map((prefix, index) => `ip prefix-list ${name} seq ${index + 1} permit ${prefix}`),
  ]);
  const announced = [...new Set(paths.flatMap(({ receives }) => receives))];
  return `frr defaults traditional
hostname transit-gateway
${lists.join('\n')}
router bgp ${own}
 bgp router-id ${paths[0]?.inside.amazon}
 no bgp ebgp-requires-policy
 no bgp network import-check
${neighbours.join('\n')}
 address-family ipv4 unicast
${announced.map((prefix) => `  network ${prefix}`).join('\n')}
${paths.map(({ inside, name }) => `  neighbor ${inside.farEnd} prefix-list ${name} out`).join('\n')}
 exit-address-family
`;
}
