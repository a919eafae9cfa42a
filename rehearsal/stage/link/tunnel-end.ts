/**
 * One end of a tunnel: an IKE daemon that stands between its uplink and the router. The daemon has a namespace of its own,
 * and the tunnel's inside device is put into the router's: so each tunnel can have the same outside address and the usual
 * ports, and nothing that is inside can leave but through the device.
 */
import type { CleanUp } from '../../../harness/clean-up';
import type { Namespace } from '../../../harness/namespace';
import { type Charon, ownDevice, ownMtu, startCharon } from './charon';
import type { Kernel } from './kernel';

export interface TunnelEndProps {
  readonly name: string;
  /** Where the daemon is; its uplink is there already. */
  readonly uplink: { readonly namespace: Namespace; readonly device: string };
  readonly router: Namespace;
  /** The device at the router: its name, address and MTU. */
  readonly inside: { readonly device: string; readonly address: string; readonly mtu: number };
  /** `if_id` that the configuration names. */
  readonly interfaceId: number;
  /** As {@link CharonProps.files}. */
  readonly files: Readonly<Record<string, string>>;
  readonly kernel: Kernel;
  readonly directory: string;
  readonly cleanUp: CleanUp;
}

/** Starts the daemon and gives the router its device; the connection is not loaded yet. */
export async function openTunnelEnd(props: TunnelEndProps): Promise<Charon> {
  const { name, uplink, router, inside, kernel, files, directory, cleanUp } = props;
  const { namespace } = uplink;
  const charon = await startCharon({ name, namespace, files, xfrm: kernel.xfrm, directory, cleanUp });
  if (kernel.xfrm) {
    const id = `${props.interfaceId}`;
    await namespace.ip('link', 'add', ownDevice, 'type', 'xfrm', 'dev', uplink.device, 'if_id', id);
  }
  await namespace.ip('link', 'set', ownDevice, 'netns', router.name, 'name', inside.device);
  // The daemon makes its routes by the name of its device: a dead one bears it.
  if (!kernel.xfrm) {
    await namespace.run('ip', ['tuntap', 'add', 'dev', ownDevice, 'mode', 'tun']);
    await namespace.ip('link', 'set', ownDevice, 'up');
  }
  await router.ip('address', 'add', inside.address, 'dev', inside.device);
  const mtu = kernel.xfrm ? inside.mtu : Math.min(inside.mtu, ownMtu);
  await router.ip('link', 'set', inside.device, 'mtu', `${mtu}`, 'up');
  return charon;
}
