/** Fleets, sampling and redaction. */
import { isIPv4 } from 'node:net';
import { overlap } from '../cidr';
import { isSensitiveKey } from '../redaction';
import { architectureOf, ec2Problem, homes, imageSettings, memoryGiB } from '../regions';
import type { EnvironmentConfig } from '../schema';
import { type Finding, must, type Rule, rule } from './rule';

function ec2Type(path: string, instanceType: string, { region, production }: EnvironmentConfig): Finding[] {
  const problem = ec2Problem(instanceType, homes[region]);
  return [
    ...must('HL-COLLECT-001', !problem, path, instanceType, problem?.why ?? '', problem?.fix ?? ''),
    ...must(
      'HL-COLLECT-002',
      !production || !instanceType.startsWith('t'),
      path,
      instanceType,
      'Burstable instances slow down when their credits are used up: in the hour when traffic is highest.',
      'Use a family of fixed performance, such as m7g or c7g.',
    ),
  ];
}

/** Whether it has so much memory, in GiB. Of a type that there is not, another rule has said so. */
const least = (instanceType: string, gib: number): boolean =>
  memoryGiB(instanceType) === 0 || memoryGiB(instanceType) >= gib;

/** Processors of the instances that start from images of `collect`. */
const architecturesOf = ({ collect, link, store: { access } }: EnvironmentConfig): Set<string> =>
  new Set(
    [
      collect.gateway.instanceType,
      collect.sampler.instanceType,
      ...(link ? [link.relay.instanceType] : []),
      ...(access.via === 'session' ? [access.session.instanceType] : []),
    ].map(architectureOf),
  );

export const collectRules: readonly Rule[] = [
  rule(['collect.gateway.instanceType', 'production', 'region'], (config) =>
    ec2Type('collect.gateway.instanceType', config.collect.gateway.instanceType, config),
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
  rule(['collect.sampler.instanceType', 'production', 'region'], (config) => {
    const { instanceType } = config.collect.sampler;
    return [
      ...ec2Type('collect.sampler.instanceType', instanceType, config),
      ...must(
        'HL-COLLECT-006',
        least(instanceType, 4),
        'collect.sampler.instanceType',
        instanceType,
        'It has less than 4 GiB of memory: traces that wait for their decision, and the span writer, need more.',
        'Use t4g.medium, m7g.medium, c7g.large or more.',
      ),
    ];
  }),
  rule(
    [
      'collect.imageId',
      'collect.x86ImageId',
      'collect.gateway.instanceType',
      'collect.sampler.instanceType',
      'link.relay.instanceType',
      'store.access',
      'production',
      'region',
    ],
    (config) => {
      const { collect, production, region } = config;
      const used = architecturesOf(config);
      return (['arm64', 'x86_64'] as const).flatMap((architecture) => {
        const field = imageSettings[architecture];
        const image = collect[field];
        return [
          ...must(
            'HL-COLLECT-007',
            !production || !used.has(architecture) || image !== undefined,
            `collect.${field}`,
            image,
            'Without a pinned image every deployment of production may replace its fleets, whatever it was meant to change.',
            `Name the image, as given by: aws ssm get-parameter --region ${region} --name /aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-${architecture}`,
          ),
          ...must(
            'HL-COLLECT-012',
            used.has(architecture) || image === undefined,
            `collect.${field}`,
            image,
            `It is the image for ${architecture}, and no instance of this environment is of such a type: nothing would start from it.`,
            `Leave it out, or write it as ${Object.values(imageSettings).find((other) => other !== field)} where it is one for the other processor.`,
          ),
        ];
      });
    },
  ),
  rule(['collect.gateway.instanceType'], ({ collect: { gateway } }) =>
    must(
      'HL-COLLECT-008',
      least(gateway.instanceType, 2),
      'collect.gateway.instanceType',
      gateway.instanceType,
      'It has less than 2 GiB of memory: collector and system need more.',
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
      'Raise it, to 30 at most, or lower the floor, to 10 at least.',
    ),
  ),
];
