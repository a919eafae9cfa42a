/** The link as a table, for routers of any maker and for whoever must sign it off. */
import type { Interface, LinkParameters, Phase, Tunnel } from '../contract/link-parameters';
import { responderPath } from '../contract/responder';
import { missingWords } from './devices';

const row = (...cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
const rows = (head: readonly string[], body: readonly (readonly (string | number)[])[]): string =>
  [row(...head), row(...head.map(() => '---')), ...body.map((cells) => row(...cells))].join('\n');

const phase = ({ encryption, integrity, dhGroups, lifetimeSeconds }: Phase): string =>
  `${encryption.join(', ')}; ${integrity.join(', ')}; DH ${dhGroups.join(', ')}; ${lifetimeSeconds} s`;

function sessionTable(path: Tunnel | Interface): string {
  const common: [string, string][] = [
    ['preference', `${path.preference} (1 is preferred)`],
    ['ASN, AWS', `${path.amazonAsn}`],
    ['inside address, AWS', path.inside.amazon],
    ['inside address, far end', path.inside.farEnd],
    ['MTU', `${path.mtu} bytes`],
    ['AWS announces', path.receives.join(', ')],
    [
      'far end announces',
      [...path.announces, ...(path.probeAddress ? [`${path.probeAddress}/32 (this path only)`] : [])].join(', '),
    ],
  ];
  const own: [string, string][] =
    path.kind === 'tunnel'
      ? [
          ['outside address, AWS', path.outside.amazon],
          ['outside address, far end', path.outside.farEnd],
          ...(path.outside.farEndOwn === path.outside.farEnd
            ? []
            : [['address of its router, behind a translation', path.outside.farEndOwn] as [string, string]]),
          ['IKE version', path.ikeVersions.join(', ')],
          ['phase 1 (IKE)', phase(path.ike)],
          ['phase 2 (ESP)', phase(path.esp)],
          ['dead peer detection', `${path.dpdTimeoutSeconds} s, then ${path.dpdTimeoutAction}`],
          ['opened by', path.startedBy === 'amazon' ? 'AWS' : 'far end'],
          ['encapsulation', 'ESP in UDP 4500'],
          [
            'key',
            `\`aws secretsmanager get-secret-value --secret-id ${path.keySecretArn} --query SecretString --output text\``,
          ],
        ]
      : [
          ['Direct Connect connection', path.connectionId],
          ['VLAN', `${path.vlan}`],
          [
            'BGP key',
            "`aws directconnect describe-virtual-interfaces --query 'virtualInterfaces[].bgpPeers[].authKey'`",
          ],
        ];
  return `## ${path.name}\n\n${rows(['parameter', 'value'], [...own, ...common])}`;
}

const heldByBoth = `TCP, opened by "from" only, until the end of the last day. Everything else is dropped at both ends: in Hong Kong by the firewall of the
link, by the far end by its own, made of these lines. "Fragmentation needed" (ICMP 3/4) passes both.`;

const heldByOne = `TCP, opened by "from" only. For relays both ends hold it, by address and port. For services Hong Kong holds addresses alone (routes
of what is announced): ports, and what a service's own VPC admits, are held by the far end's firewall and by the security groups of that VPC.`;

/** The table as Markdown. */
export function table(parameters: LinkParameters): string {
  const { environment, farEndAsn, bgp, paths, allowedFlows, receiver, probePort, inspected } = parameters;
  return `# Link of ${environment}

${rows(
  ['parameter', 'value'],
  [
    ['ASN, far end', farEndAsn],
    ['BGP keepalive', `${bgp.keepaliveSeconds} s`],
    ['BGP hold time', `${bgp.holdSeconds} s`],
    ['receiver of aggregates', `${receiver.address}:${receiver.port}, mutual TLS, name ${receiver.name}`],
    ['probes of each path', `TCP ${probePort}; a refusal is an answer`],
    ['answers with the traceparent it got', `http://${receiver.address}:${receiver.continuityPort}${responderPath}`],
  ],
)}

${paths.map(sessionTable).join('\n\n')}

## Devices

Files for devices are in \`devices/\`, each with what the tunnels ask for. Of strongSwan, FRR and nftables they are tried by the parsers
of their makers and in a rehearsal with packets; of the others no parser is available: have them read by somebody who knows the device.

${rows(
  ['device', 'file, or what it does not have'],
  missingWords(parameters).map(({ title, file, lacks }) => [
    title,
    lacks.length === 0 ? `\`devices/${file}\`` : lacks.join(', '),
  ]),
)}

## What may cross

${inspected ? heldByBoth : heldByOne}

${rows(
  ['from', 'to', 'port', 'owner', 'ticket', 'until'],
  allowedFlows.map(({ from, to, port, owner, ticket, expires }) => [from.join(', '), to, port, owner, ticket, expires]),
)}
`;
}
