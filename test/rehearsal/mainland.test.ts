import { nowhere } from '../../config/schema';
import { withMainland } from '../../rehearsal/mainland';
import { config as dev } from './judge/healthy';

test('an environment without a mainland gets one that is none of its own networks; others stay as they are', () => {
  expect(withMainland(dev)).toEqual({ config: dev });
  const { link: _, ...rest } = dev;
  const alone = { ...rest, mainland: { ...dev.mainland, prefixes: [nowhere] } };
  expect(withMainland(alone).standIn).toBe('10.255.255.0/24');
  const wide = { ...alone, network: { ...alone.network, serviceVpcPrefixes: ['10.240.0.0/12'] } };
  const { config, standIn } = withMainland(wide);
  expect(standIn).toBe('172.31.255.0/24');
  expect(config.mainland.prefixes).toEqual([standIn]);
});
