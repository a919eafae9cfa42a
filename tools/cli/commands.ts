/** What `harbourline` does for a firm: every command that works on a deployment, by the module that does it. */

/** A command of the package. */
export interface PackagedCommand {
  /** From tools/cli, without its extension. */
  readonly module: string;
  /** One line. */
  readonly what: string;
}

/** In the order in which a deployment needs them. */
export const packagedCommands: Readonly<Record<string, PackagedCommand>> = {
  init: { module: '../init/main', what: 'writes a repository of your own' },
  upgrade: { module: '../upgrade/main', what: 'to this version, with what a deployment would do then' },
  check: { module: './check', what: 'what a change of your values must pass' },
  audit: { module: './audit', what: 'templates and acknowledgments, raw resources and overrides too' },
  rehearse: { module: '../../rehearsal/main', what: 'runs an environment on this machine under load, and judges it' },
  preview: { module: '../preview/main', what: 'draws the dashboards with the figures of the last rehearsal' },
  trace: { module: '../trace/main', what: 'prints a trace as a tree' },
  smoke: { module: '../smoke/main', what: 'one trace through an environment, deployed or rehearsed' },
  size: { module: '../size/main', what: 'what a load needs' },
  cost: { module: '../cost/main', what: 'what an environment costs in a month, as far as prices are known' },
  sampling: { module: '../sampling/main', what: 'what a change of sampling would keep of recorded traffic' },
  mute: { module: '../mute/main', what: 'maintenance: alarms notify nobody for a time that ends by itself' },
  preflight: { module: '../preflight/main', what: 'asks AWS what would fail during a deployment' },
  review: { module: '../review/main', what: 'what a change would do to AWS, danger first' },
  'review:update': { module: '../review/update', what: 'writes review/: the templates that reviewers read' },
  templates: { module: '../templates/main', what: 'cfn-lint and checkov over the synthesised templates' },
  reach: { module: '../reach/main', what: 'who reaches whom by the templates, hop by hop' },
  allowlist: { module: '../allowlist', what: 'which line admits a connection, which lines end soon' },
  crossing: { module: '../crossing/main', what: 'docs/crossing.md: what crosses the border, and who owns it' },
  'link:far-end': { module: '../far-end', what: "writes the far end's files of a link" },
  'agent:package': { module: '../agent/package', what: 'the agent as .deb and .rpm, for servers outside AWS' },
  'agent:image': { module: '../agent/image', what: 'the agent as a container image' },
  'agent:ecs': { module: '../agent/ecs', what: 'the agent in a task of ECS' },
  'agent:chart': { module: '../agent/chart', what: 'the agent as a Helm chart for Kubernetes' },
  store: { module: '../store/main', what: 'holds, erases and restores in a deployed store' },
  collector: { module: '../collector', what: 'builds the collector from the sources in the package' },
};
