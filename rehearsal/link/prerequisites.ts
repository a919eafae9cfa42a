/** What the rehearsed link needs of a machine, asked for before anything starts. */
import { existsSync } from 'node:fs';
import { run, succeeds } from './run';

/** A file that must be there, and the Debian package that brings it. */
interface Needed {
  readonly file: string;
  readonly package: string;
}

const needed: readonly Needed[] = [
  { file: '/usr/sbin/ip', package: 'iproute2' },
  { file: '/usr/sbin/nft', package: 'nftables' },
  { file: '/usr/lib/ipsec/charon', package: 'strongswan-charon' },
  { file: '/usr/sbin/swanctl', package: 'strongswan-swanctl' },
  { file: '/usr/lib/ipsec/plugins/libstrongswan-openssl.so', package: 'libstrongswan-standard-plugins' },
  { file: '/usr/lib/ipsec/plugins/libstrongswan-kernel-libipsec.so', package: 'libcharon-extra-plugins' },
  { file: '/usr/lib/frr/bgpd', package: 'frr' },
  { file: '/usr/bin/curl', package: 'curl' },
];

/** Everything that is missing, each with its remedy; empty where the link can be rehearsed. */
export async function missingPrerequisites(has: (file: string) => boolean = existsSync): Promise<string[]> {
  const packages = needed.filter(({ file }) => !has(file)).map(({ package: name }) => name);
  return [
    ...(packages.length > 0
      ? [
          `Debian packages ${packages.join(', ')}. Install them: apt-get install --no-install-recommends ${packages.join(' ')}`,
        ]
      : []),
    ...(process.getuid?.() === 0
      ? (await succeeds(run('unshare', ['--net', '--mount', 'true'])))
        ? []
        : ['network namespaces: `unshare --net --mount` is refused. In a container: --privileged']
      : ['root, for network namespaces. Run it with sudo -E']),
    ...(has('/dev/net/tun')
      ? []
      : ['/dev/net/tun: the kernel has no TUN devices, or this container is not given them']),
  ];
}
