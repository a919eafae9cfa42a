/** What a far end on Linux needs beside its daemons: the firewall, and rules for answers to probes. */
import type { LinkParameters } from '../contract/link-parameters';
import { isTunnel, segmentBytes } from './devices/device';

/** The far side's firewall: what the allow-list names may cross, the rest is counted, logged and dropped. */
export function firewall({ paths, allowedFlows, environment }: LinkParameters): string {
  const set = (elements: readonly string[]) => `{\n      ${elements.join(',\n      ')}\n    }`;
  const elements = allowedFlows.flatMap(({ from, to, port }) => from.map((source) => `${source} . ${to} . ${port}`));
  const outside = paths.filter(isTunnel).map((tunnel) => tunnel.outside.amazon);
  // A leased line brings BFD, and where it carries tunnels what they are made of: AWS may speak first.
  const lines = paths
    .filter((path) => !isTunnel(path))
    .flatMap(({ name, inside }) => [
      `iifname "${name}" ip saddr ${inside.amazon} udp dport 3784 accept`,
      ...(outside.length > 0
        ? [`iifname "${name}" ip saddr { ${outside.join(', ')} } udp dport { 500, 4500 } accept`]
        : []),
    ]);
  const names = paths.map(({ name }) => `"${name}"`).join(', ');
  return `#!/usr/sbin/nft -f
# Harbourline, firewall of the far end of ${environment}. Written from the deployed link: change the link, not this file.
# Judges only what comes out of the link or goes into it.
table inet harbourline
delete table inet harbourline
table inet harbourline {
  counter admitted { }
  counter dropped { }

  # Who may open a connection to whom, at which TCP port.
  set allowed {
    type ipv4_addr . ipv4_addr . inet_service
    flags interval
    elements = ${set(elements)}
  }

  chain judge {
    ct state established,related accept
    # "Fragmentation needed": without it large packets vanish where the way is narrower.
    icmp type destination-unreachable icmp code frag-needed accept
    ip saddr . ip daddr . tcp dport @allowed counter name admitted accept
    limit rate 10/minute log prefix "harbourline-drop "
    counter name dropped drop
  }

  # What is sent through a path fits into it, whatever a host believes of its way.
  chain clamp {
    type filter hook forward priority mangle; policy accept;
${paths.flatMap((path) => ['iifname', 'oifname'].map((way) => `    ${way} "${path.name}" tcp flags syn tcp option maxseg size set ${segmentBytes(path)}`)).join('\n')}
  }

  chain forward {
    type filter hook forward priority filter; policy accept;
    iifname { ${names} } jump judge
    oifname { ${names} } jump judge
  }

  chain input {
    type filter hook input priority filter; policy accept;
    iifname { ${names} } ip saddr { ${paths.map(({ inside }) => inside.amazon).join(', ')} } tcp dport 179 accept
    iifname { ${names} } ip saddr { ${paths.map(({ inside }) => inside.amazon).join(', ')} } tcp sport 179 ct state established accept
${lines.map((line) => `    ${line}`).join('\n')}
    iifname { ${names} } jump judge
  }
}
`;
}

/**
 * Answers to probes leave by the path that they measure, whatever BGP prefers. Without it the answer of the second path leaves by the
 * first: its figures are half of each, and with a strict `rp_filter` all of it is loss.
 */
export function sourceRules({ paths, environment }: LinkParameters): string {
  const rules = paths.flatMap((path, index) => {
    if (!path.probeAddress) return [];
    const table = 1_000 + index;
    const via = isTunnel(path) ? '' : ` via ${path.inside.amazon}`;
    return [
      `# ${path.name}`,
      `ip rule del priority ${table} 2>/dev/null || true`,
      `ip rule add from ${path.probeAddress} lookup ${table} priority ${table}`,
      ...path.receives.map((prefix) => `ip route replace ${prefix}${via} dev ${path.name} table ${table}`),
    ];
  });
  return `#!/bin/sh
# Harbourline, answers to probes of ${environment}: each by its own path. Run when the interfaces are up, and again when one was made again.
# Each probe's address is on a loopback: ip address add ADDRESS dev lo
set -eu
${rules.join('\n')}
`;
}
