import { rates } from '../../../../rehearsal/scenarios/link/rate';
import { asAsked } from '../../../../rehearsal/scenarios/link/tunnels';
import { readCounters } from '../../../../rehearsal/stage/link/counters';
import { neighbours } from '../../../../rehearsal/stage/link/frr';
import { longestGap } from '../../../../rehearsal/stage/link/pulse';
import { associations } from '../../../../rehearsal/stage/link/sas';

const established = `list-sa event {vpn-1 {uniqueid=1 version=2 state=ESTABLISHED local-host=192.0.2.2 local-port=4500 local-id=192.0.2.2 remote-host=192.0.2.1 remote-port=4500 remote-id=192.0.2.1 initiator=yes initiator-spi=cc019bde3ae2e937 responder-spi=230f95ed5af859d2 nat-remote=yes nat-any=yes encr-alg=AES_GCM_16 encr-keysize=256 prf-alg=PRF_HMAC_SHA2_384 dh-group=ECP_384 established=2 rekey-time=23564 child-sas {vpn-1-2 {name=vpn-1 uniqueid=2 reqid=1 state=INSTALLED mode=TUNNEL protocol=ESP encap=yes spi-in=4a8905b3 spi-out=cf4cab67 encr-alg=AES_GCM_16 encr-keysize=256 dh-group=ECP_384 bytes-in=433 packets-in=6 use-in=0 bytes-out=381 packets-out=5 use-out=0 rekey-time=2797 life-time=3298 install-time=2 local-ts=[0.0.0.0/0] remote-ts=[0.0.0.0/0]}}}}
list-sas reply {}
`;
const asked = {
  ike: { encryption: ['AES256-GCM-16'], integrity: ['SHA2-384'], dhGroups: [20], lifetimeSeconds: 28_800 },
  esp: { encryption: ['AES256-GCM-16'], integrity: ['SHA2-384'], dhGroups: [20], lifetimeSeconds: 3_600 },
};

test('what swanctl lists is read, and is what a template asks for', () => {
  const [association] = associations(established);
  expect(association).toEqual({
    name: 'vpn-1',
    version: 2,
    state: 'ESTABLISHED',
    encryption: 'AES_GCM_16-256',
    prf: 'PRF_HMAC_SHA2_384',
    group: 'ECP_384',
    child: { name: 'vpn-1', state: 'INSTALLED', encryption: 'AES_GCM_16-256', group: 'ECP_384' },
  });
  expect(asAsked(asked, association)).toBe(true);
  expect(associations('list-sas reply {}\n')).toEqual([]);
});

test.each([
  ['IKE of version 1', 'version=2', 'version=1'],
  ['a shorter key', 'encr-keysize=256 prf-alg', 'encr-keysize=128 prf-alg'],
  ['another hash', 'SHA2_384', 'SHA2_256'],
  ['a smaller group', 'dh-group=ECP_384 established', 'dh-group=MODP_2048 established'],
  ['a shorter key of ESP', 'encr-keysize=256 dh-group', 'encr-keysize=128 dh-group'],
  ['ESP without forward secrecy', ' dh-group=ECP_384 bytes-in', ' bytes-in'],
  ['ESP that is not installed', 'state=INSTALLED', 'state=REKEYED'],
  ['IKE that is not established', 'state=ESTABLISHED', 'state=CONNECTING'],
])('%s is not what the template asks for', (_what, good, bad) => {
  expect(established).toContain(good);
  expect(asAsked(asked, associations(established.replace(good, bad))[0])).toBe(false);
});

test('a tunnel that is not there is not what the template asks for', () => {
  expect(asAsked(asked, undefined)).toBe(false);
});

test('BGP neighbours are read with the timers that both agreed on', () => {
  const json = JSON.stringify({
    '169.254.10.2': { bgpState: 'Established', bgpTimerHoldTimeMsecs: 30_000, bgpTimerKeepAliveIntervalMsecs: 10_000 },
    vrfId: 0,
  });
  expect([...neighbours(json)]).toEqual([
    ['169.254.10.2', { state: 'Established', holdSeconds: 30, keepaliveSeconds: 10 }],
  ]);
});

test('counters of nftables are read by name', () => {
  const json = JSON.stringify({
    nftables: [
      { metainfo: { json_schema_version: 1 } },
      { counter: { family: 'inet', name: 'dropped', table: 'harbourline', handle: 2, packets: 22, bytes: 1320 } },
    ],
  });
  expect([...readCounters(json)]).toEqual([['dropped', { packets: 22, bytes: 1320 }]]);
});

test('the longest silence counts from the moment of the cut', () => {
  expect(longestGap([1_000, 1_100, 28_100, 28_200])).toBe(27);
  expect(longestGap([1_000])).toBe(0);
});

test('rates are of bytes between readings', () => {
  const readings = [
    { at: 0, bytes: 100 },
    { at: 1_000, bytes: 100 },
    { at: 3_000, bytes: 2_100 },
    { at: 10_000, bytes: 2_100 },
  ];
  expect(rates(readings)).toEqual({ mean: 200, peak: 1_000, bytes: 2_000 });
  expect(rates([])).toEqual({ mean: 0, peak: 0, bytes: 0 });
});
