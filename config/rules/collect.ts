/** Fleets and sampling. */
import { gravitonFamilies } from '../hong-kong';
import { type Finding, must, type Rule, rule } from './rule';

/** Memory in GiB for each vCPU: EC2's families by their first letter. */
const memoryPerCpu: Readonly<Record<string, number>> = { c: 2, m: 4, r: 8 };

/** Has a Graviton type the 4 GiB that a sampler needs? From large on, all have. */
function enoughForTraces(instanceType: string): boolean {
  const [family = '', size = ''] = instanceType.split('.');
  if (['nano', 'micro', 'small'].includes(size)) return false;
  return size !== 'medium' || family === 't4g' || (memoryPerCpu[family.charAt(0)] ?? 0) >= 4;
}

function ec2Type(path: string, instanceType: string, production: boolean): Finding[] {
  const [family = ''] = instanceType.split('.');
  return [
    ...must(
      gravitonFamilies.includes(family),
      path,
      instanceType,
      `EC2 in Hong Kong has no ${family}, or it is not arm64: the collector is built for arm64 only.`,
      `Use a family of: ${gravitonFamilies.join(', ')}.`,
    ),
    ...must(
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
      (gateway.tradingHours?.minInstances ?? 0) <= gateway.maxInstances,
      'collect.gateway.tradingHours.minInstances',
      gateway.tradingHours?.minInstances,
      `It is above maxInstances (${gateway.maxInstances}).`,
      `Use ${gateway.maxInstances} or fewer, or raise maxInstances.`,
    ),
  ),
  rule(['collect.gateway.minInstances', 'production'], ({ collect: { gateway }, production }) =>
    must(
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
      enoughForTraces(sampler.instanceType),
      'collect.sampler.instanceType',
      sampler.instanceType,
      'It has less than 4 GiB of memory: traces that wait for their decision, and the span writer, need more.',
      'Use t4g.medium, m7g.medium, c7g.large or more.',
    ),
  ]),
  rule(['collect.imageId', 'production'], ({ collect: { imageId }, production }) =>
    must(
      !production || imageId !== undefined,
      'collect.imageId',
      imageId,
      'Without a pinned image every deployment of production may replace its fleets, whatever it was meant to change.',
      'Name the image, as given by: aws ssm get-parameter --region ap-east-1 --name /aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64',
    ),
  ),
  rule(['sampling.floorPercent', 'sampling.ceilingPercent'], ({ sampling }) =>
    must(
      sampling.ceilingPercent > sampling.floorPercent,
      'sampling.ceilingPercent',
      sampling.ceilingPercent,
      `It is not above floorPercent (${sampling.floorPercent}): the band is empty, so sampling cannot adapt.`,
      'Raise it, to 30 at the most, or lower the floor, to 10 at the least.',
    ),
  ),
];
