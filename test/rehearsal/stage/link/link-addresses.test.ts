import { within } from '../../../../config/cidr';
import { flows, linked } from '../../../../lib/contract/link-parameters';
import { linkAddresses } from '../../../../rehearsal/stage/link/link-addresses';
import { netemArguments } from '../../../../rehearsal/stage/link/path';
import { configOf, environmentNames } from '../../../support/app';

test.each(environmentNames)('hosts of %s stand where the allow-list says, and strangers beside it', (environment) => {
  const config = linked(configOf(environment));
  const allowedFlows = flows(config);
  const relayAddresses = allowedFlows.find(({ fromRelay }) => fromRelay)?.from ?? [];
  const { payment, settlement, notifier, notified, relays, unlisted } = linkAddresses({
    allowedFlows,
    relayAddresses,
  } as unknown as Parameters<typeof linkAddresses>[0]);
  const admitted = (from: string, to: string, port: number) =>
    allowedFlows.some(
      (flow) =>
        flow.from.some((prefix) => within(`${from}/32`, prefix)) && within(`${to}/32`, flow.to) && flow.port === port,
    );
  expect(admitted(payment, settlement.host, settlement.port)).toBe(true);
  expect(admitted(notifier, notified.host, notified.port)).toBe(true);
  expect(admitted(relays[0] as string, config.link.receiver.address, config.link.receiver.port)).toBe(true);
  expect(admitted(unlisted.hongKong, settlement.host, settlement.port)).toBe(false);
  expect(admitted(unlisted.mainland, notified.host, notified.port)).toBe(false);
});

test('netem gets delay and loss of one way', () => {
  expect(netemArguments('add', 'uplink', { delayMs: 25, lossPercent: 0.5 }).join(' ')).toBe(
    'qdisc add dev uplink root netem delay 25ms loss 0.5%',
  );
});
