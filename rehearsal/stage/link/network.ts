/**
 * The link on this machine. Hong Kong's VPC is the rehearsal's own network; beyond it stand, each in a namespace: the
 * transit gateway, AWS's end of each tunnel, the far end of each tunnel, the far end's router, and the mainland's hosts.
 *
 * ```
 * VPC ─ transit gateway ═ vpn-1 ═ (amazon) ~~ delay, loss ~~ (far end) ═ vpn-1 ═ router ─ mainland
 *                       ═ vpn-2 ═ (amazon) ~~ delay, loss ~~ (far end) ═ vpn-2 ═
 * ```
 */
import { randomBytes } from 'node:crypto';
import type { CleanUp } from '../../../harness/clean-up';
import { cable, Namespace } from '../../../harness/namespace';
import { run } from '../../../harness/run';
import type { Interface, LinkParameters, Tunnel } from '../../../lib/contract/link-parameters';
import { amazonTunnel, keyFile, transitGateway } from './amazon';
import type { Charon } from './charon';
import { type Frr, startFrr } from './frr';
import { type RuleGroup, raiseFirewall } from './hong-kong-firewall';
import type { Kernel } from './kernel';
import { linkAddresses } from './link-addresses';
import { type Distance, distanceOf, layPath, type Path, type PathProps } from './path';
import { openTunnelEnd } from './tunnel-end';

export interface LinkNetworkProps {
  readonly parameters: LinkParameters;
  /** What the far end was handed. */
  readonly farEnd: Readonly<Record<string, string>>;
  /** The rules of Hong Kong's firewall. @default there is none */
  readonly firewall: RuleGroup | undefined;
  /** Of the first path; each further one is longer, see {@link distanceOf}. */
  readonly distance: Distance;
  readonly seed: number;
  readonly kernel: Kernel;
  /** Existing folder for logs and configurations. */
  readonly directory: string;
  readonly cleanUp: CleanUp;
}

/** A tunnel or a virtual interface that is up. */
export interface OpenPath extends Path {
  readonly parameters: Tunnel | Interface;
  /** The IKE daemons of a tunnel. */
  readonly ends?: { readonly amazon: Charon; readonly farEnd: Charon };
  /** Hong Kong's side of it: whatever crosses leaves from there. */
  readonly wire: Namespace;
}

export interface LinkNetwork {
  /** In order of preference. */
  readonly paths: readonly OpenPath[];
  readonly amazon: { readonly namespace: Namespace; readonly bgp: Frr };
  readonly router: { readonly namespace: Namespace; readonly bgp: Frr };
  readonly mainland: Namespace;
}

/** Device at which a tunnel's end has its line. */
export const uplinkDevice = 'uplink';

/** Addresses of the cables on either side, which stand for the networks of the two. */
const cables = {
  hongKong: { inner: '169.254.252.1', outer: '169.254.252.2' },
  mainland: { inner: '169.254.253.1', outer: '169.254.253.2' },
} as const;

/** Builds everything and starts the daemons; sessions come up behind. */
export async function openLinkNetwork(props: LinkNetworkProps): Promise<LinkNetwork> {
  const { parameters, farEnd, directory, cleanUp } = props;
  const amazon = await Namespace.add('transit-gateway', cleanUp);
  const router = await Namespace.add('far-end', cleanUp);
  const mainland = await Namespace.add('mainland', cleanUp);
  await layHongKong(amazon, parameters);
  await layMainland(router, mainland, parameters);
  const paths: OpenPath[] = [];
  for (const path of parameters.paths) {
    paths.push(
      path.kind === 'tunnel'
        ? await openTunnel(props, path, amazon, router, paths.length + 1)
        : await openInterface(props, path, amazon, router, paths.length + 1),
    );
  }
  await router.run('nft', ['-f', '-'], { input: file(farEnd, 'harbourline.nft') });
  await router.run('sh', ['-s'], { input: file(farEnd, 'source-rules.sh') });
  if (props.firewall) await raiseFirewall(amazon, props.firewall);
  const frr = (name: string, namespace: Namespace, configuration: string) =>
    startFrr({ name, namespace, configuration, directory, cleanUp });
  return {
    paths,
    mainland,
    amazon: { namespace: amazon, bgp: await frr('transit-gateway', amazon, transitGateway(parameters)) },
    router: { namespace: router, bgp: await frr('far-end', router, file(farEnd, 'frr.conf')) },
  };
}

function file(files: Readonly<Record<string, string>>, name: string): string {
  const text = files[name];
  if (text === undefined) throw new Error(`The far end was not handed ${name}, but ${Object.keys(files).join(', ')}.`);
  return text;
}

/** The VPC's hosts are addresses of our own network; whoever has no better reason speaks as the first relay. */
async function layHongKong(gateway: Namespace, parameters: LinkParameters): Promise<void> {
  const { relays, payment, notified, unlisted } = linkAddresses(parameters);
  const { inner, outer } = cables.hongKong;
  const hosts = [...relays, payment, notified.host, unlisted.hongKong];
  await cable(
    { device: 'vpc', addresses: [`${inner}/30`, ...hosts.map((host) => `${host}/32`)] },
    { namespace: gateway, device: 'vpc', addresses: [`${outer}/30`] },
  );
  for (const prefix of announcedTo(parameters, 'amazon'))
    await run('ip', ['route', 'add', prefix, 'via', outer, 'src', relays[0] as string]);
  for (const prefix of [...announcedTo(parameters, 'far-end'), `${unlisted.hongKong}/32`])
    await gateway.ip('route', 'add', prefix, 'via', inner);
}

/** The mainland's hosts speak as the one that calls back. */
async function layMainland(router: Namespace, mainland: Namespace, parameters: LinkParameters): Promise<void> {
  const { settlement, notifier, unlisted } = linkAddresses(parameters);
  const { inner, outer } = cables.mainland;
  const hosts = [parameters.receiver.address, settlement.host, notifier, unlisted.mainland];
  await cable(
    { namespace: mainland, device: 'lan', addresses: [`${inner}/30`, ...hosts.map((host) => `${host}/32`)] },
    { namespace: router, device: 'lan', addresses: [`${outer}/30`] },
  );
  const probed = parameters.paths.flatMap(({ probeAddress }) => (probeAddress ? [`${probeAddress}/32`] : []));
  for (const address of probed) await router.ip('address', 'add', address, 'dev', 'lo');
  for (const prefix of announcedTo(parameters, 'amazon'))
    if (!probed.includes(prefix)) await router.ip('route', 'add', prefix, 'via', inner);
  for (const prefix of announcedTo(parameters, 'far-end'))
    await mainland.ip('route', 'add', prefix, 'via', outer, 'src', notifier);
}

/** Every prefix that is announced to one end, over any path. */
const announcedTo = ({ paths }: LinkParameters, end: 'amazon' | 'far-end'): string[] => [
  ...new Set(
    paths.flatMap(({ announces, receives, probeAddress }) =>
      end === 'far-end' ? receives : [...announces, ...(probeAddress ? [`${probeAddress}/32`] : [])],
    ),
  ),
];

async function openTunnel(
  props: LinkNetworkProps,
  tunnel: Tunnel,
  amazon: Namespace,
  router: Namespace,
  number: number,
): Promise<OpenPath> {
  const { kernel, directory, cleanUp, farEnd } = props;
  const { name, outside, inside, mtu } = tunnel;
  const secret = { [`${name}.secret`]: keyFile(tunnel, randomBytes(24).toString('hex').replace(/^0/, 'a')) };
  const sides = [
    { side: 'amazon', router: amazon, own: 'amazon', other: 'farEnd', text: amazonTunnel(tunnel, number) },
    { side: 'far-end', router, own: 'farEnd', other: 'amazon', text: file(farEnd, `swanctl/conf.d/${name}.conf`) },
  ] as const;
  const device = uplinkDevice;
  const uplinks: Namespace[] = [];
  for (const { side } of sides) uplinks.push(await Namespace.add(`${side}-${name}`, cleanUp));
  const path = await layPath({
    ...props,
    distance: distanceOf(props.distance, number),
    ...longLine(
      name,
      number,
      sides.map(({ own }, index) => ({
        namespace: uplinks[index] as Namespace,
        device,
        addresses: [`${outside[own]}/32`],
      })),
    ),
  });
  const ends: Charon[] = [];
  for (const [index, { side, router, own, other, text }] of sides.entries()) {
    const namespace = uplinks[index] as Namespace;
    await namespace.ip('route', 'add', `${outside[other]}/32`, 'dev', device);
    ends.push(
      await openTunnelEnd({
        name: `${side}-${name}`,
        uplink: { namespace, device },
        router,
        inside: { device: name, address: `${inside[own]}/30`, mtu },
        interfaceId: number,
        files: { 'swanctl.conf': text, ...secret },
        kernel,
        directory,
        cleanUp,
      }),
    );
  }
  const [amazonEnd, farEndEnd] = ends as [Charon, Charon];
  // Who opens the tunnel is last: the other end must know it by then.
  for (const end of tunnel.startedBy === 'amazon' ? [farEndEnd, amazonEnd] : [amazonEnd, farEndEnd]) await end.load();
  return { ...path, parameters: tunnel, ends: { amazon: amazonEnd, farEnd: farEndEnd }, wire: uplinks[0] as Namespace };
}

async function openInterface(
  props: LinkNetworkProps,
  parameters: Interface,
  amazon: Namespace,
  router: Namespace,
  number: number,
): Promise<OpenPath> {
  const { name, inside } = parameters;
  const path = await layPath({
    ...props,
    distance: distanceOf(props.distance, number),
    ...longLine(name, number, [
      { namespace: amazon, device: name, addresses: [`${inside.amazon}/30`] },
      { namespace: router, device: name, addresses: [`${inside.farEnd}/30`] },
    ]),
  });
  return { ...path, parameters, wire: amazon };
}

const longLine = (name: string, number: number, ends: readonly PathProps['ends'][number][]) => ({
  name: `line-of-${name}`,
  ends: ends as unknown as PathProps['ends'],
  seed: number,
});
