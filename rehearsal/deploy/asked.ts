/** What commands say, and what of it no emulated account could answer otherwise. */
import type { Ran } from './cdk';

/**
 * What preflight is right to refuse in an emulated account: it lacks the services' own
 * roles, endpoint services of Hong Kong, images for arm64, and the firm's secrets.
 */
export const lacking = [
  /^service-linked roles /,
  /^endpoint services +com\.amazonaws\.[\w-]+\.(?:data-servicediscovery|servicediscovery|autoscaling) /,
  /^image /,
  /^link: certificate /,
  // The committed configuration names a VPC that is an example, and the emulator lists no endpoint service but AWS's own.
  /^client: (?:network|endpoint service) /,
];

/** What smoke misses in an emulated account: records are no alarms, nobody confirms a subscription, and no tunnel is up. */
export const unanswered = [/^alarms +\d+ metric and \d+ composite alarms /, /^alarms +topics? /, /^tunnels /];

/** The last line that says something. */
export const said = ({ code, output }: Ran): string => {
  const lines = output
    .trim()
    .split('\n')
    .filter((line) => line.trim() !== '');
  return code === 0 ? 'done' : (lines.find((line) => /failed|error/i.test(line)) ?? lines.at(-1) ?? '').slice(0, 300);
};
