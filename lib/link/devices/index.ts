import { type LinkParameters, tunnelsOf } from '../../contract/link-parameters';
import { alibaba, huaweiCloud, tencent } from './clouds';
import { comware, vrp } from './comware';
import { type Device, lacks } from './device';
import { fortios } from './fortios';
import { iosXe } from './ios-xe';

/** Devices of a far end beside strongSwan with FRR, which the rehearsal runs. */
export const devices: readonly Device[] = [iosXe, vrp, comware, fortios, alibaba, tencent, huaweiCloud];

/** A file for each device that has what the tunnels ask for; clouds have no leased line of their own to set up. */
export function deviceFiles(parameters: LinkParameters): Record<string, string> {
  const tunnels = tunnelsOf(parameters);
  return Object.fromEntries(
    devices
      .filter((device) => tunnels.every((tunnel) => lacks(device, tunnel).length === 0))
      .filter(({ file }) => tunnels.length > 0 || !file.endsWith('.tf.json'))
      .map((device) => [`devices/${device.file}`, device.write(parameters)]),
  );
}

/** What of the tunnels each device does not have, for people: nothing where it has a file. */
export const missingWords = (parameters: LinkParameters): { title: string; file: string; lacks: string[] }[] =>
  devices.map((device) => ({
    title: device.title,
    file: device.file,
    lacks: [...new Set(tunnelsOf(parameters).flatMap((tunnel) => lacks(device, tunnel)))],
  }));
