/** The trace store. */

import { capacityFor, processorsOf } from '../capacity';
import { type Home, homes, searchFamiliesOnS3 } from '../regions';
import type { EnvironmentConfig } from '../schema';
import { type Finding, must, type Rule, rule } from './rule';

const multipleOf = (count: number, zones: number): number => Math.max(zones, Math.ceil(count / zones) * zones);

function searchType(path: string, instanceType: string, region: Home): Finding[] {
  const { place, search, searchWithoutEbs } = homes[region];
  const [family = '', size = ''] = instanceType.split('.');
  if (searchWithoutEbs.includes(family)) {
    const why = `${family} nodes have disks of their own and take no EBS volume, which Harbourline uses.`;
    return must('HL-STORE-004', false, path, instanceType, why, 'Use r7g or r8g with volumeGiB.');
  }
  const sizes = search[family];
  if (!sizes) {
    const why = `OpenSearch Service does not offer ${family} in ${place}, or as a previous generation alone.`;
    return must('HL-STORE-005', false, path, instanceType, why, `Use a family of: ${Object.keys(search).join(', ')}.`);
  }
  const why = `OpenSearch Service does not offer ${family} in this size in ${place}.`;
  return must('HL-STORE-006', sizes.includes(size), path, instanceType, why, `Use a size of: ${sizes.join(', ')}.`);
}

export const storeRules: readonly Rule[] = [
  rule(['store.dataNodes.instanceType', 'region'], ({ store: { dataNodes }, region }) =>
    searchType('store.dataNodes.instanceType', dataNodes.instanceType, region),
  ),
  rule(['store.managerNodes.instanceType', 'region'], ({ store: { managerNodes }, region }) =>
    managerNodes ? searchType('store.managerNodes.instanceType', managerNodes.instanceType, region) : [],
  ),
  rule(['store.keyArn', 'account', 'region'], ({ store: { keyArn }, account, region }) =>
    must(
      'HL-STORE-023',
      keyArn === undefined || keyArn.startsWith(`arn:aws:kms:${region}:${account}:`),
      'store.keyArn',
      keyArn,
      'A domain is encrypted with a key of its own region; one of another account was never tried.',
      `Name a key that begins with arn:aws:kms:${region}:${account}:`,
    ),
  ),
  rule(['store.dataNodes.count', 'network.availabilityZones'], ({ store: { dataNodes }, network }) => {
    const zones = network.availabilityZones.length;
    const next = multipleOf(dataNodes.count, zones);
    const fix = next > zones && next - zones >= 2 ? `Use ${next - zones} or ${next}.` : `Use ${next}.`;
    return must(
      'HL-STORE-007',
      dataNodes.count % zones === 0,
      'store.dataNodes.count',
      dataNodes.count,
      `OpenSearch Service spreads nodes evenly over ${zones} zones and refuses a count that is not a multiple of it.`,
      fix,
    );
  }),
  rule(['store.dataNodes.count', 'store.replicas'], ({ store: { dataNodes, replicas } }) =>
    must(
      'HL-STORE-008',
      replicas < dataNodes.count,
      'store.replicas',
      replicas,
      `${replicas + 1} copies of a shard need as many nodes, and there are ${dataNodes.count}: the index would stay yellow.`,
      `Use ${dataNodes.count - 1} or fewer, or more nodes.`,
    ),
  ),
  rule(
    ['store.dataNodes.instanceType', 'store.refreshIntervalSeconds'],
    ({ store: { dataNodes, refreshIntervalSeconds } }) =>
      must(
        'HL-STORE-009',
        !searchFamiliesOnS3.includes(dataNodes.instanceType.split('.')[0] ?? '') || refreshIntervalSeconds >= 10,
        'store.refreshIntervalSeconds',
        refreshIntervalSeconds,
        'or2 and om2 nodes keep segments in S3 and refuse a refresh interval under 10 seconds.',
        'Use 10 or more.',
      ),
  ),
  rule(['store.managerNodes', 'production'], ({ store: { managerNodes }, production }) =>
    must(
      'HL-STORE-010',
      !production || managerNodes !== undefined,
      'store.managerNodes',
      managerNodes,
      'In production a data node under load must not also hold the cluster together.',
      "Add: managerNodes: { instanceType: 'm7g.large.search', count: 3 }",
    ),
  ),
  rule(['store.dataNodes.instanceType', 'store.managerNodes', 'store.standby', 'production'], ({ store, production }) =>
    [
      { path: 'store.dataNodes.instanceType', instanceType: store.dataNodes.instanceType },
      { path: 'store.managerNodes.instanceType', instanceType: store.managerNodes?.instanceType ?? '' },
    ].flatMap(({ path, instanceType }) =>
      must(
        'HL-STORE-011',
        !instanceType.startsWith('t3.') || !(production || store.standby),
        path,
        instanceType,
        'Burstable t3 nodes are for trials: OpenSearch Service refuses them with standby, and advises against them in production.',
        'Use m7g, r7g or larger.',
      ),
    ),
  ),
  rule(['store.managerNodes', 'store.replicas', 'store.standby', 'network.availabilityZones'], ({ store, network }) => {
    if (!store.standby) return [];
    const needs = (holds: boolean, path: string, value: unknown, fix: string): Finding[] =>
      must(
        'HL-STORE-012',
        holds,
        path,
        value,
        'Multi-AZ with Standby needs three zones, three managers and two replicas.',
        fix,
      );
    return [
      ...needs(
        network.availabilityZones.length === 3,
        'network.availabilityZones',
        network.availabilityZones,
        'Name all three zones, or set store.standby to false.',
      ),
      ...needs(
        store.managerNodes !== undefined,
        'store.managerNodes',
        store.managerNodes,
        "Add managerNodes: { instanceType: 'm7g.large.search', count: 3 }, or set store.standby to false.",
      ),
      ...needs(store.replicas >= 2, 'store.replicas', store.replicas, 'Use 2, or set store.standby to false.'),
    ];
  }),
  rule(['store.retentionDays', 'production'], ({ store: { retentionDays }, production }) =>
    must(
      'HL-STORE-013',
      !production || retentionDays >= 14,
      'store.retentionDays',
      retentionDays,
      'Production keeps raw traces for 14 days: an incident must still be there when it is examined.',
      'Use 14 or more.',
    ),
  ),
  rule(
    [
      'store.load',
      'store.dataNodes',
      'store.replicas',
      'store.retentionDays',
      'store.codec',
      'store.shards',
      'sampling',
    ],
    sized,
  ),
  rule(['store.readerRoleArns', 'store.grants'], ({ store: { readerRoleArns, grants } }) =>
    [
      ...readerRoleArns.map((arn, index) => ({ path: `store.readerRoleArns[${index}]`, arn })),
      ...grants.map(({ roleArn }, index) => ({ path: `store.grants[${index}].roleArn`, arn: roleArn })),
    ].flatMap(({ path, arn }) =>
      must(
        'HL-STORE-014',
        arn === undefined || arn.startsWith('arn:aws:'),
        path,
        arn,
        'A role of another partition can neither be trusted nor sign for a domain here.',
        'Name a role of partition aws.',
      ),
    ),
  ),
  rule(['store.grants'], ({ store: { grants } }) =>
    grants.flatMap(({ roleArn, group }, index) =>
      must(
        'HL-STORE-015',
        (roleArn === undefined) !== (group === undefined),
        `store.grants[${index}]`,
        { roleArn, group },
        'A grant is to one role or to one group.',
        'Set roleArn or group, and only one of them.',
      ),
    ),
  ),
  rule(
    ['store.grants', 'store.readerRoleArns', 'store.readerGroups'],
    ({ store: { grants, readerRoleArns, readerGroups } }) =>
      grants.flatMap(({ roleArn, group }, index) =>
        must(
          'HL-STORE-016',
          ![...readerRoleArns, ...readerGroups].includes(roleArn ?? group ?? ''),
          `store.grants[${index}]`,
          roleArn ?? group,
          'This one is a reader too, and OpenSearch keeps the masks of a reader whatever else it is.',
          'Use a role or group of its own for investigations.',
        ),
      ),
  ),
  rule(['store.holds', 'store.erasures'], ({ store: { holds, erasures } }) =>
    [
      ...holds.map((one, index) => ({ path: `store.holds[${index}]`, one })),
      ...erasures.map((one, index) => ({ path: `store.erasures[${index}]`, one })),
    ].flatMap(({ path, one: { requestedBy, approvedBy } }) =>
      must(
        'HL-STORE-017',
        requestedBy.trim().toLowerCase() !== approvedBy.trim().toLowerCase(),
        `${path}.approvedBy`,
        approvedBy,
        'Whoever asks for spans to stay or to go cannot approve it: it takes two people.',
        'Have another person approve the change, and name them.',
      ),
    ),
  ),
  rule(['store.holds', 'store.erasures'], ({ store: { holds, erasures } }) =>
    Object.entries({ holds, erasures }).flatMap(([name, list]) =>
      list.flatMap(({ ticket }, index, all) =>
        must(
          'HL-STORE-024',
          all.findIndex((other) => other.ticket.toLowerCase() === ticket.toLowerCase()) === index,
          `store.${name}[${index}].ticket`,
          ticket,
          'Another one has this ticket: a hold is found by it, and both would be one index with one end. Capitals do not tell them apart.',
          'Give each its own: CASE-7, CASE-7-B.',
        ),
      ),
    ),
  ),
  rule(['store.erasures'], ({ store: { erasures } }) =>
    erasures.flatMap(({ digest }, index) =>
      must(
        'HL-STORE-025',
        digest !== 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
        `store.erasures[${index}].digest`,
        digest,
        'This is the digest of nothing: every span holds an empty id.',
        'Write what this prints, with the id in its place: printf %s ID | sha256sum',
      ),
    ),
  ),
  rule(['store.holds'], ({ store: { holds } }) =>
    holds.flatMap(({ traceIds, service }, index) =>
      must(
        'HL-STORE-018',
        (traceIds === undefined) !== (service === undefined),
        `store.holds[${index}]`,
        { traceIds, service },
        'A hold is of traces by id, or of a service.',
        'Set traceIds or service, and only one of them.',
      ),
    ),
  ),
  rule(['store.saml', 'store.readerGroups', 'store.grants'], ({ store: { saml, readerGroups, grants } }) =>
    must(
      'HL-STORE-019',
      saml !== undefined || (readerGroups.length === 0 && grants.every(({ group }) => group === undefined)),
      'store.saml',
      saml,
      'Groups come from an identity provider, and none is configured: nobody would be in them.',
      'Set store.saml, or name roles instead of groups.',
    ),
  ),
];

/**
 * A store that its own load would fill or overrun. The ceiling of sampling is what it must bear: the band goes up to it as
 * long as its budget lasts.
 */
function sized({ store, sampling }: EnvironmentConfig): Finding[] {
  if (!store.load) return [];
  const { dataNodes, shards } = store;
  const needs = capacityFor({ ...store, ...store.load, kept: sampling.ceilingPercent / 100 });
  const storage = dataNodes.count * dataNodes.volumeGiB;
  const processors = dataNodes.count * processorsOf(dataNodes.instanceType);
  const says = `store.load (${store.load.spansPerSecond} spans/s, ${sampling.ceilingPercent} % kept at most)`;
  return [
    ...must(
      'HL-STORE-020',
      needs.storageGiB <= storage,
      'store.dataNodes.volumeGiB',
      dataNodes.volumeGiB,
      `${says} fills ${Math.ceil(needs.storageGiB)} GiB in ${store.retentionDays} days and one, copies included; the volumes hold ${storage} GiB.`,
      `Use ${Math.ceil(needs.storageGiB / dataNodes.count)} or more for each node, or more nodes: npm run size.`,
    ),
    ...must(
      'HL-STORE-021',
      needs.processors <= processors,
      'store.dataNodes.instanceType',
      dataNodes.instanceType,
      `${says} takes ${Math.ceil(needs.processors)} processors at its peak, half of their time for writing; ${dataNodes.count} nodes have ${processors}.`,
      'Use a larger size, or more nodes: npm run size.',
    ),
    ...must(
      'HL-STORE-022',
      needs.shards <= shards,
      'store.shards',
      shards,
      `A day of ${says} is ${Math.ceil(needs.dailyGiB)} GiB: more than 30 GiB for each shard.`,
      `Use ${needs.shards}.`,
    ),
  ];
}
