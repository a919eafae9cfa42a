/** What the ends of the tunnels agreed on, against what the template asks for; and what is seen on the way. */

import { holds } from '../../../harness/wait';
import type { Tunnel } from '../../../lib/contract/link-parameters';
import { count, type Row } from '../../judge/report';
import { counters, count as countPackets, ownTable } from '../../stage/link/counters';
import { described } from '../../stage/link/kernel';
import type { LinkStage } from '../../stage/link/link-stage';
import { type OpenPath, uplinkDevice } from '../../stage/link/network';
import type { Association } from '../../stage/link/sas';

type OpenTunnel = OpenPath & { readonly parameters: Tunnel; readonly ends: NonNullable<OpenPath['ends']> };

const tunnelsOf = ({ network }: LinkStage): OpenTunnel[] =>
  network.paths.filter((path): path is OpenTunnel => path.parameters.kind === 'tunnel' && path.ends !== undefined);

/** AWS's words → those of the IANA registry, as strongSwan prints them. */
const registry: Readonly<Record<string, string>> = {
  'AES256-GCM-16': 'AES_GCM_16-256',
  'SHA2-384': 'PRF_HMAC_SHA2_384',
  'SHA2-512': 'PRF_HMAC_SHA2_512',
  '20': 'ECP_384',
  '21': 'ECP_521',
};

const admitted = (values: readonly (string | number)[]): string[] =>
  values.map((value) => registry[value] ?? `${value}?`);

/** Whether an association is one that the template admits; with perfect forward secrecy, which shows after a rekeying. */
export function asAsked({ ike, esp }: Pick<Tunnel, 'ike' | 'esp'>, association: Association | undefined): boolean {
  const child = association?.child;
  if (!association || !child?.group) return false;
  return (
    association.version === 2 &&
    association.state === 'ESTABLISHED' &&
    child.state === 'INSTALLED' &&
    admitted(ike.encryption).includes(association.encryption) &&
    admitted(ike.integrity).includes(association.prf) &&
    admitted(ike.dhGroups).includes(association.group) &&
    admitted(esp.encryption).includes(child.encryption) &&
    admitted(esp.dhGroups).includes(child.group)
  );
}

const spoken = ({ version, encryption, prf, group, child }: Association): string =>
  `IKEv${version} ${encryption} ${prf} ${group}, ESP ${child?.encryption ?? 'none'} ${child?.group ?? ''}`.trimEnd();

/** Rekeys each tunnel and reads what both ends have. */
export async function negotiated(link: LinkStage, signal: AbortSignal): Promise<Row[]> {
  const tunnels = tunnelsOf(link);
  const expected = 'as the template asks';
  if (tunnels.length === 0)
    return [
      { what: 'negotiated algorithms', seen: '', expected, notRun: 'the link of this environment has no tunnel' },
    ];
  const lines = tunnels.map(async ({ parameters, ends }): Promise<Row> => {
    const { name, ike, esp } = parameters;
    await ends.farEnd.rekey(name);
    const sides = [ends.amazon, ends.farEnd];
    const read = () => Promise.all(sides.map(async (end) => (await end.associations()).find((sa) => sa.name === name)));
    const ok = await holds(async () => (await read()).every((sa) => asAsked(parameters, sa)), 10, signal);
    const [seen] = await read();
    return {
      what: `negotiated by ${name}`,
      seen: seen ? spoken(seen) : 'nothing',
      expected: `${expected}: ${[ike.encryption, ike.integrity, `DH ${ike.dhGroups}`, esp.encryption, `DH ${esp.dhGroups}`].join(', ')}`,
      ok,
    };
  });
  return [
    { what: 'how the link is made here', seen: described(link.kernel), expected: 'for information' },
    ...(await Promise.all(lines)),
  ];
}

/** Starts counting what Hong Kong's ends put on the wire. */
export async function watchWire(link: LinkStage): Promise<void> {
  for (const { wire } of tunnelsOf(link))
    await countPackets(wire, 'output', [
      ['ike', `oifname ${uplinkDevice} udp dport 500`],
      ['enciphered', `oifname ${uplinkDevice} udp dport 4500`],
      ['plain', `oifname ${uplinkDevice} meta l4proto != ipv6-icmp`],
    ]);
}

/** What was seen on the wire of all tunnels. */
export async function onTheWire(link: LinkStage): Promise<Row> {
  const sums = { ike: 0, enciphered: 0, plain: 0 };
  for (const { wire } of tunnelsOf(link))
    for (const [name, { packets }] of await counters(wire, ownTable)) sums[name as keyof typeof sums] += packets;
  return {
    what: 'packets on the wire',
    seen: `${count(sums.enciphered)} enciphered (ESP in UDP), ${count(sums.ike)} of IKE, ${count(sums.plain)} others`,
    expected: 'no others',
    ok: sums.enciphered > 0 && sums.plain === 0,
  };
}
