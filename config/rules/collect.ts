/** Fleets, sampling and redaction. */
import { isIPv4 } from 'node:net';
import { overlap } from '../cidr';
import { gravitonFamilies, memoryGiB } from '../hong-kong';
import { isSensitiveKey } from '../redaction';
import { type Finding, must, type Rule, rule } from './rule';

function ec2Type(path: string, instanceType: string, production: boolean): Finding[] {
  const [family = ''] = instanceType.split('.');
  return [
    ...must(
      'HL-COLLECT-001',
      gravitonFamilies.includes(family),
      path,
      instanceType,
      `EC2 in Hong Kong has no ${family}, or it is not arm64: the collector is built for arm64 only.`,
      `Use a family of: ${gravitonFamilies.join(', ')}.`,
    ),
    ...must(
      'HL-COLLECT-002',
      !production || !family.startsWith('t'),
      path,
      instanceType,
      'Burstable instances slow down when their credits are used up: in the hour when traffic is highest.',
      'Use a family of fixed performance, such as m7g or c7g.',
    ),
  ];
}

export const collectRules: readonly Rule[] = [
  rule(['collect.gateway.instanceType', 'production'], ({ collect: { gateway }, production }) =>
    ec2Type('collect.gateway.instanceType', gateway.instanceType, production),
  ),
  ...(['gateway', 'sampler'] as const).map((tier) =>
    rule([`collect.${tier}.minInstances`, `collect.${tier}.maxInstances`], ({ collect: { [tier]: fleet } }) =>
      must(
        'HL-COLLECT-003',
        fleet.maxInstances >= fleet.minInstances,
        `collect.${tier}.maxInstances`,
        fleet.maxInstances,
        `It is below minInstances (${fleet.minInstances}).`,
        `Use ${fleet.minInstances} or more.`,
      ),
    ),
  ),
  rule(['collect.gateway'], ({ collect: { gateway } }) =>
    must(
      'HL-COLLECT-004',
      (gateway.tradingHours?.minInstances ?? 0) <= gateway.maxInstances,
      'collect.gateway.tradingHours.minInstances',
      gateway.tradingHours?.minInstances,
      `It is above maxInstances (${gateway.maxInstances}).`,
      `Use ${gateway.maxInstances} or fewer, or raise maxInstances.`,
    ),
  ),
  rule(['collect.gateway.minInstances', 'production'], ({ collect: { gateway }, production }) =>
    must(
      'HL-COLLECT-005',
      !production || gateway.minInstances >= 3,
      'collect.gateway.minInstances',
      gateway.minInstances,
      'Production needs a gateway in each of three zones, also while one is replaced.',
      'Use 3 or more.',
    ),
  ),
  rule(['collect.sampler.instanceType', 'production'], ({ collect: { sampler }, production }) => [
    ...ec2Type('collect.sampler.instanceType', sampler.instanceType, production),
    ...must(
      'HL-COLLECT-006',
      memoryGiB(sampler.instanceType) >= 4,
      'collect.sampler.instanceType',
      sampler.instanceType,
      'It has less than 4 GiB of memory: traces that wait for their decision, and the span writer, need more.',
      'Use t4g.medium, m7g.medium, c7g.large or more.',
    ),
  ]),
  rule(['collect.imageId', 'production'], ({ collect: { imageId }, production }) =>
    must(
      'HL-COLLECT-007',
      !production || imageId !== undefined,
      'collect.imageId',
      imageId,
      'Without a pinned image every deployment of production may replace its fleets, whatever it was meant to change.',
      'Name the image, as given by: aws ssm get-parameter --region ap-east-1 --name /aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64',
    ),
  ),
  rule(['collect.gateway.instanceType'], ({ collect: { gateway } }) =>
    must(
      'HL-COLLECT-008',
      memoryGiB(gateway.instanceType) >= 2,
      'collect.gateway.instanceType',
      gateway.instanceType,
      'It has less than 2 GiB of memory, or is no size of its family: collector and system need more.',
      'Use t4g.small, c7g.medium or more.',
    ),
  ),
  rule(['redaction.pseudonymKeys'], ({ redaction: { pseudonymKeys } }) =>
    pseudonymKeys.flatMap((key, index) =>
      must(
        'HL-COLLECT-009',
        !isSensitiveKey(key),
        `redaction.pseudonymKeys[${index}]`,
        key,
        'The name says that it is a secret: the span writer masks whatever stands under such a key.',
        'Give the attribute a name that says what it joins, such as enduser.id.',
      ),
    ),
  ),
  ...(['otlp', 'zipkin'] as const).map((protocol) =>
    rule([`collect.forward.${protocol}`], ({ collect: { forward } }) => {
      const target = forward[protocol];
      const host = target && new URL(target.endpoint).hostname;
      return must(
        'HL-COLLECT-010',
        !target || !host || !isIPv4(host) || overlap(`${host}/32`, target.prefix),
        `collect.forward.${protocol}.endpoint`,
        target?.endpoint,
        `Its address is not in ${target?.prefix}, which is all that samplers may reach.`,
        'Correct the address or the prefix.',
      );
    }),
  ),
  rule(['sampling.floorPercent', 'sampling.ceilingPercent'], ({ sampling }) =>
    must(
      'HL-COLLECT-011',
      sampling.ceilingPercent > sampling.floorPercent,
      'sampling.ceilingPercent',
      sampling.ceilingPercent,
      `It is not above floorPercent (${sampling.floorPercent}): the band is empty, so sampling cannot adapt.`,
      'Raise it, to 30 at the most, or lower the floor, to 10 at the least.',
    ),
  ),
];
