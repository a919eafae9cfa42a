/**
 * Incidents: what people are paged for. One cut line breaches half a dozen alarms; it is one incident and one page.
 */
import type { DashboardName } from '../../contract/dashboards';

/** What is said of an incident. */
export interface IncidentDefinition {
  /** Heading in docs/runbook.md; the composite alarm's name is made of it. */
  readonly heading: string;
  /** What broke, and what it means for users. */
  readonly text: string;
  readonly dashboard: DashboardName;
  /** Heading and text for those who read Chinese first. */
  readonly zh: { readonly heading: string; readonly text: string };
  /** What to look at first: the runbook's first three looks, short enough for a message. */
  readonly checks: readonly { readonly en: string; readonly zh: string }[];
  /**
   * An incident that says it already: while it lasts, this one is shown and pages nobody. When the link is slow, so are
   * the services in Hong Kong that wait for it; when it is cut, calls fail.
   */
  readonly consequenceOf?: 'border';
  /** Minutes in which the cause may show after its consequence. @default 2 */
  readonly waitMinutes?: number;
}

export const incidents = {
  border: {
    heading: 'Calls to the mainland',
    text: 'Calls from Hong Kong to the mainland are slow, fail or have stopped, or none come from there any more: payments wait or are refused. The first dashboard shows whether it is the link or the mainland.',
    zh: {
      heading: '调用内地',
      text: '从香港调用内地的请求变慢、失败或停止，或不再有来自内地的请求：付款在等待或被拒绝。第一个仪表板可区分专线与内地服务。',
    },
    checks: [
      {
        en: 'Row "Hong Kong calls the mainland": from which minute, and are calls slow, failing or gone?',
        zh: '“Hong Kong calls the mainland”一行：从哪一分钟开始？变慢、失败还是没有调用？',
      },
      {
        en: 'Row "The link alone": is the link up, and is its round trip as usual?',
        zh: '“The link alone”一行：链路是否正常、往返时延是否如常？',
      },
      { en: 'Row "By service": one caller, or all of them?', zh: '“By service”一行：只有一个调用方，还是全部？' },
    ],
    dashboard: 'cross-region',
  },
  hongKong: {
    heading: 'Services in Hong Kong',
    text: 'Services in Hong Kong are slow or fail, for callers on either side, and the path to the mainland is healthy.',
    zh: { heading: '香港的服务', text: '香港的服务对两侧的调用方变慢或失败，而通往内地的路径正常。' },
    checks: [
      {
        en: 'Row "Within Hong Kong": from which minute, and which service first?',
        zh: '“Within Hong Kong”一行：从哪一分钟开始？哪个服务最先？',
      },
      { en: 'Was something deployed, or a database changed, in that minute?', zh: '那一分钟是否有发布或数据库变更？' },
      { en: 'Slowest traces of that service in the list of traces.', zh: '在追踪列表中查看该服务最慢的追踪。' },
    ],
    dashboard: 'cross-region',
    consequenceOf: 'border',
  },
  link: {
    heading: 'The link',
    text: 'No path of the link is up, and no call has failed yet: the next one to the mainland will.',
    zh: { heading: '链路', text: '没有一条链路可用，尚无调用失败：下一次调用内地的请求将会失败。' },
    checks: [
      {
        en: 'Dashboard of the link: which paths are down, and since when?',
        zh: '链路仪表板：哪些路径中断？从何时开始？',
      },
      {
        en: 'Did somebody work on the routers or the leased line? Ask the carrier with the minute.',
        zh: '是否有人在路由器或线路上作业？带上时间联系运营商。',
      },
      { en: 'Logs of tunnels: negotiation, or BGP?', zh: '隧道日志：协商失败还是 BGP？' },
    ],
    dashboard: 'link',
    consequenceOf: 'border',
    // At night the next call may come minutes after the link went.
    waitMinutes: 5,
  },
  tracing: {
    heading: 'Tracing',
    text: 'Tracing itself is broken: spans are lost or cannot be stored. Users notice nothing; whoever diagnoses is blind.',
    zh: {
      heading: '追踪系统',
      text: '追踪系统本身出现故障：Span 丢失或无法存储。用户没有感觉，但排障的人看不到数据。',
    },
    checks: [
      { en: 'Dashboard of the pipeline: which tier stopped first?', zh: '管道仪表板：哪一层最先停止？' },
      { en: 'Gateways and samplers: do instances run and answer?', zh: '网关与采样器：实例是否运行并应答？' },
      { en: 'Store: is it green, and does it take writes?', zh: '存储：状态是否为绿色、是否接受写入？' },
    ],
    dashboard: 'pipeline',
  },
} as const satisfies Record<string, IncidentDefinition>;

export type Incident = keyof typeof incidents;
