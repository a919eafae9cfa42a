import { parse } from 'yaml';
import { waitFor } from '../../harness/wait';
import { synthesise } from '../../rehearsal/stage/synthesised';
import { configOf } from '../support/app';
import { spansOf, straight, withCollector } from './with-collector';

jest.setTimeout(1_200_000); // a first build of the collector takes minutes

const { link: _, ...dev } = configOf('dev');
const mainland = { prefixes: ['139.196.123.0/24', '10.20.0.0/16'], hostSuffixes: [] };
const network = { ...dev.network, serviceVpcPrefixes: ['10.30.0.0/16', '100.64.0.0/16'] };
const deployed = synthesise({ ...dev, mainland, network });
const usual = synthesise(dev);
afterAll(() => {
  deployed.dispose();
  usual.dispose();
});
const redaction = (text: string) => parse(text).processors.harbourline_redaction;

test('agents and gateways know which addresses are of the two sides, where these are not private anyway', () => {
  for (const text of [deployed.agent, deployed.gateway.configuration])
    expect(redaction(text).own_prefixes).toEqual(['100.64.0.0/16', '139.196.123.0/24']);
  for (const text of [usual.agent, usual.gateway.configuration]) expect(redaction(text).own_prefixes).toBeUndefined();
});

test('a public address of the mainland is told from a client’s, through agent, gateway and sampler', async () => {
  const own = [
    '139.196.123.45',
    '139.196.123.45:8443',
    '::ffff:139.196.123.45',
    '[::ffff:139.196.123.45]:8443',
    'https://139.196.123.45:8443/pay',
  ];
  const others = ['139.196.124.45', '::ffff:139.196.124.45', '[2001:db8::1]:8443'];
  const keys = { 2: 'client.address', 3: 'net.peer.ip' };
  const spans = [...own, ...others].flatMap((address) =>
    ([2, 3] as const).map((kind) => ({
      traceId: '1'.repeat(32),
      spanId: '2'.repeat(16),
      name: 'pay',
      kind,
      startTimeUnixNano: '1',
      endTimeUnixNano: '2',
      attributes: [{ key: keys[kind], value: { stringValue: address } }],
    })),
  );
  const processors = {
    harbourline_redaction: redaction(deployed.agent),
    'harbourline_redaction/gateway': redaction(deployed.gateway.configuration),
    harbourline_crossing: parse(deployed.sampler.configuration).processors.harbourline_crossing,
  };
  const came = await withCollector(straight('traces', processors), async ({ post, written, log }) => {
    await post('/v1/traces', { resourceSpans: [{ resource: { attributes: [] }, scopeSpans: [{ spans }] }] });
    await waitFor('every span', () => spansOf(written()).length === spans.length || log());
    return spansOf(written()).map(({ kind, attributes }: any) => {
      const of = Object.fromEntries(attributes.map(({ key, value }: any) => [key, value.stringValue]));
      return [of[keys[kind as 2 | 3]], of.crossing];
    });
  });
  expect(came).toEqual([
    ...own.flatMap((address) => [
      [address, 'cn-hk'],
      [address, 'hk-cn'],
    ]),
    ...others.flatMap(() => [
      ['****', 'none'],
      ['****', 'none'],
    ]),
  ]);
});
