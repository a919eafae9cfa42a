/** The `observe` section: logs, whom alarms notify, objectives. */
import { z } from 'zod';
import { keyArn, list, secretArn, section, text, whole } from './fields';

/** CloudWatch Logs API, PutRetentionPolicy: the only values it takes. */
const logRetentionDays = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

const milliseconds = whole(1, 600_000);

/** Where messages go: a subscriber of a topic of the environment's own, or a topic that exists. */
const secret = section({
  /** Secret, as JSON: docs/notify.md says what each kind needs. */
  secretArn,
  /** Its KMS key. @default the key that AWS manages for the account's secrets */
  keyArn: keyArn.optional(),
});

/** A system that notifies people. */
const target = secret.extend({
  kind: z.enum(['https', 'pagerDuty', 'opsgenie', 'slack', 'feishu', 'dingTalk', 'weCom']),
});

const channel = section({
  /** Systems that get each message too, signed as each wants it. @default none */
  targets: list(target).default([]),
  /** Subscribed to a topic of the environment's own. */
  email: z.email().optional(),
  /** A topic that exists, in this region. It must let CloudWatch publish. */
  topicArn: text(
    'HL-OBSERVE-002',
    /^arn:[a-z-]+:sns:[a-z0-9-]+:\d{12}:[\w-]+$/,
    'This is not the ARN of a standard SNS topic.',
    'Write the whole ARN: partition, region, account and name.',
  ).optional(),
});

export const observe = section({
  /** Region in whose CloudWatch the metrics are. @default the environment's */
  metricsRegion: z.string().optional(),
  /** Days that operational, flow and audit logs stay: a value that CloudWatch Logs takes. @default 90 */
  logRetentionDays: z.literal(logRetentionDays).default(90),
  /** Who is notified of alarms, by severity. */
  notify: section({
    /** Symptoms that users feel: somebody gets up. They notify when they start and when they end. Needed in production. */
    page: channel.prefault({}),
    /** Causes and slow burns: for working hours. @default a topic without subscribers; dashboards show them too */
    inform: channel.prefault({}),
    /** Minutes after which targets of `page` hear again of an incident that lasts; 0: never. @default 30 */
    repeatMinutes: whole(0, 1_440).default(30),
    /** Who is notified, too, of an incident that lasts so many minutes. @default nobody */
    escalation: section({ afterMinutes: whole(5, 1_440), targets: list(target).min(1) }).optional(),
    /** Secret with the `url` of a receiver outside AWS that expects to hear from us every five minutes. @default none */
    heartbeat: secret.optional(),
  }).prefault({}),
  /** Where people read the runbook: messages link its headings. A path is below `repositoryUrl`. @default docs/runbook.md */
  runbook: text(
    'HL-OBSERVE-003',
    /^\S+\.md$|^https:\/\/\S+$/,
    'This is not the place of a page.',
    'Write a URL, or a path to a .md.',
  ).default('docs/runbook.md'),
  /**
   * Of dashboards: `zh` has titles, units and texts in Chinese, `en` in English; `both` has English titles and texts in both. Names
   * of lines are those of metrics. @default both
   */
  language: z.enum(['en', 'zh', 'both']).default('both'),
  /** What metrics of services may cost: each service is about 30 metrics, and each is paid for by the month. */
  metricsBudget: section({
    /**
     * Services that have metrics of their own, by name, in each sampler and gateway: those that come first. Those beyond are `other`
     * together, and an alarm informs. `npm run cost` counts with as many. @default 50
     */
    services: whole(1, 1_000).default(50),
    /** Destinations in the mainland, in each sampler, beyond which they are `other`: each is five metrics. @default 20 */
    destinations: whole(1, 200).default(20),
    /**
     * Operations of servers, in each sampler, a fifth of them of one service at most: each is four metrics. @default 50
     */
    operations: whole(1, 500).default(50),
  }).prefault({}),
  /** What is alarmed on. */
  objectives: section({
    /**
     * 99th percentile of calls by `crossing`, in milliseconds. `none` is what servers in Hong Kong take, with their calls
     * over the border: not below `hk-cn`.
     */
    p99Ms: section({ 'hk-cn': milliseconds, 'cn-hk': milliseconds, none: milliseconds }),
    /**
     * Share of calls that may fail, in per cent. Alarms go by how fast it is used up, in five minutes and in six hours
     * (lib/observe/alarms/budget.ts): six times this share pages. @default 1
     */
    errorPercent: z.number().gt(0).max(10).default(1),
    /** Calls in a window below which it is not judged: the p99 of nine calls is the slowest. @default 20 */
    minimumSamples: whole(1, 100_000).default(20),
  }),
});
