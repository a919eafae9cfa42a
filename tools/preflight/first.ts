/** `preflight --first`: the first page of a first deployment, filled as far as a tool can. */
import { lines } from '../../config/rules/link/shared';
import type { EnvironmentConfig } from '../../config/schema';
import type { Plan } from './check';
import type { Line } from './preflight';

/** One thing to do, who takes long over it, and how it is seen to be done. */
interface Item {
  readonly what: string;
  /** Checks whose answers fill the box. @default a person does */
  readonly checks?: readonly string[];
}

/** Orders and requests: somebody else takes days, or months. */
const ahead = ({ account, region, link, observe }: EnvironmentConfig): Item[] => [
  { what: `account ${account}, and the region ${region} enabled in it (hours)`, checks: ['account', 'region'] },
  {
    what: 'quotas: processors, VPCs, endpoints, log policies, gateways, prefix lists (days)',
    checks: ['quota: processors', 'quota: network and logs', 'quota: link'],
  },
  ...(link?.transports.some((transport) => transport !== 'siteToSiteVpn')
    ? [
        {
          what: `the leased line ${lines(link.directConnect)
            .map(({ connectionId }) => connectionId)
            .join(' and ')}, ordered from a licensed carrier (weeks to months)`,
          checks: ['leased line'],
        },
      ]
    : []),
  ...(link?.siteToSiteVpn && link.transports.includes('siteToSiteVpn')
    ? [{ what: `approval to cross the border over the internet: "${link.siteToSiteVpn.internetAcknowledged}"` }]
    : []),
  ...(link
    ? [
        {
          what: `the far end's router, AS ${link.farEnd.asn}, and its firewall: npm run link:far-end after Link is deployed`,
        },
        { what: "the organisation's certificate of the relays, in its secret", checks: ['link: certificate'] },
        ...(link.analysis
          ? [
              {
                what: `account ${link.analysis.account} of aws-cn, its VPC, endpoints and certificate: npm run preflight with --env and -mainland there`,
              },
            ]
          : []),
      ]
    : []),
  {
    what: `whom alarms wake: ${observe.notify.page.email ?? observe.notify.page.topicArn ?? 'nobody is configured (observe.notify.page)'}`,
  },
];

/** On the day, in this order. */
const onTheDay = ({ environment, link }: EnvironmentConfig): Item[] => [
  { what: 'service-linked roles', checks: ['service-linked roles'] },
  {
    what: 'cdk bootstrap, with the qualifier and the key that are configured',
    checks: ['bootstrap', 'bootstrap: key'],
  },
  { what: 'roles of readers', checks: ['store: readers'] },
  { what: 'nothing is left of an earlier deployment', checks: ['leftovers', 'addresses'] },
  {
    what: 'what the region offers: types, images, engine',
    checks: [
      'resource types',
      'endpoint services',
      'instance types',
      'image',
      'store: engine',
      'store: node types',
      'store: dry run',
    ],
  },
  { what: `npx cdk deploy "${environment}/Network", then Store, Collect, then "${environment}/*"` },
  ...(link
    ? [{ what: 'VPCs of services are attached, and named in link.serviceAttachments', checks: ['link: attachments'] }]
    : []),
  { what: `npm run smoke -- --env ${environment}` },
];

/** The checklist. @param lines answers of the checks; undefined where nothing could be asked */
export function checklist({ config }: Plan, lines: readonly Line[] | undefined): string {
  const item = ({ what, checks }: Item): string[] => {
    const answers = (lines ?? []).filter(({ check }) => checks?.includes(check));
    const failing = answers.filter(({ ok }) => ok !== true);
    const box = !checks || answers.length === 0 ? '[ ]' : failing.length === 0 ? '[x]' : '[!]';
    return [
      `${box} ${what}`,
      ...failing.flatMap(({ what: asked, found, remedy }) => [
        `      ${asked}: ${found}`,
        ...(remedy ? [`      → ${remedy}`] : []),
      ]),
    ];
  };
  return [
    `First deployment of ${config.environment}`,
    '',
    'Ordered ahead: others take days or months over it',
    ...ahead(config).flatMap(item),
    '',
    'On the day',
    ...onTheDay(config).flatMap(item),
    '',
    '[x] asked and well · [!] asked, and not well · [ ] for a person, or not asked',
  ].join('\n');
}
