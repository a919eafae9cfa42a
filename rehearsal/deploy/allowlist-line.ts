import type { EnvironmentConfig } from '../../config/schema';

/** The configuration with one more flow of the relays: a neighbour of the receiver. */
export const allowlistWith = (config: EnvironmentConfig): EnvironmentConfig => {
  if (!config.link) return config;
  const { allowlist, receiver } = config.link;
  const neighbour = receiver.address.replace(/\d+$/, (last) => `${Number(last) + 2}`);
  const line = `relay ${neighbour}/32 ${receiver.port} trace-platform NET-1299 2027-06-30\n`;
  return { ...config, link: { ...config.link, allowlist: { ...allowlist, text: `${allowlist.text}${line}` } } };
};
