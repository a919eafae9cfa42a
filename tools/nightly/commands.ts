/** Every script of package.json: how it runs at night, small, or where else it runs, or why it cannot. */
export interface Command {
  /** What runs at night. */
  readonly run?: string;
  /** Where it runs instead, or why nowhere. */
  readonly because?: string;
}

/** A command that writes committed files writes what is committed. */
const unchanged = (command: string, ...files: string[]): string =>
  `${command} && git diff --exit-code -- ${files.join(' ')}`;

const asked = "needs an account of AWS; its tests answer in AWS's place";

export const commands: Readonly<Record<string, Command>> = {
  help: { run: 'npm run help' },

  test: { because: '.ci/run' },
  check: { because: '.ci/run' },
  format: { run: unchanged('npm run format', '.') },
  mutate: { because: 'a part of its own at night' },
  nightly: { because: 'it is what runs at night' },
  'lint:shell': { because: 'npm run check' },
  'lint:templates': { because: 'npm run check' },
  figures: { run: 'npm run figures' },
  refusals: { run: 'npm run refusals' },
  site: { run: 'npm run site' },
  scale: { run: 'npm run scale -- --check' },
  words: { run: 'npm run words' },
  architecture: { because: 'npm run check' },

  rehearse: { because: '.ci/run, and all scenarios at night' },
  preview: { run: 'npm run rehearse -- --seconds 20; npm run preview -- --scenario fair-day' },
  trace: { run: '.ci/trace' },
  smoke: { run: 'npm run smoke -- --env dev --rehearse' },

  size: { run: 'npm run size -- --spans-per-second 5000 && npm run size -- --env dev' },
  cost: { run: 'npm run cost -- --env prod && npm run cost -- --env prod --unknown' },
  preflight: { run: 'npm run preflight -- --env dev --asks' },
  review: { run: 'npm run review -- --rules && npm run review -- --base HEAD' },
  'day-two': { run: 'npm run day-two' },
  store: { because: 'needs a deployed store; its tests run against a real node' },
  'supply-chain': { run: 'npm run supply-chain' },
  'order:facts': { run: unchanged('npm run order:facts', 'judges/order/facts.json') },
  redaction: { run: 'npm run redaction' },
  sampling: { run: 'npm run rehearse -- --seconds 20 && npm run sampling -- --try floor=20' },
  reach: { run: 'npm run reach -- --table' },
  mute: { because: asked },
  crossing: { run: unchanged('npm run crossing', 'docs/crossing.md') },
  calls: { run: 'npm run calls' },
  allowlist: { run: 'npm run allowlist -- why 203.0.113.10:4318; npm run allowlist -- check --date "$(date -u +%F)"' },
  'link:far-end': { because: asked },

  examples: { run: 'npm run examples' },
  'other-values': { run: 'npm run other-values' },
  package: { because: 'npm run check' },

  'review:grades': { run: 'npm run review:grades' },
  'review:update': { run: unchanged('npm run review:update', 'review') },
  compliance: { run: unchanged('npm run compliance', 'docs', 'lib') },
  'permissions:update': { run: unchanged('npm run permissions:update', 'docs/compliance.md') },
  'redaction:generate': { run: unchanged('npm run redaction:generate', 'lib', 'config', 'python') },
  'python:generate': { run: unchanged('npm run python:generate', 'python') },
  'python:wheel': { because: '.ci/run' },
  'python:matrix': { because: 'nightly.yml' },
  'python:doctor': { run: 'npm run python:doctor' },
  'agent:package': {
    run: 'npm run agent:package -- --env dev --arch arm64 && npm run agent:package -- --env prod --arch amd64',
  },
  'agent:image': { run: 'npm run agent:image' },
  'agent:ecs': {
    run: 'npm run agent:ecs -- --env dev --image registry/agent@sha256:$(printf "0%.0s" {1..64}) --gateway gateway:4317 --certificate arn:aws:secretsmanager:ap-east-1:111111111111:secret:agent',
  },
  'agent:chart': { run: 'npm run agent:chart -- --env dev' },
  'agent:try': { run: 'npm run agent:try' },
  'collector:build': { run: 'npm run collector:build -- linux/arm64' },
  'collector:generate': { run: unchanged('npm run collector:generate', 'lib') },
  // The release that is there: everything an upgrade does, and nothing changes.
  'collector:upgrade': { run: unchanged('npm run collector:upgrade -- 0.158.0 --no-tests', 'lib', 'NOTICE') },

  'bench:accuracy': { run: 'npm run bench:accuracy -- --quick' },
  'bench:collect': { run: 'npm run bench:collect -- --quick' },
  'bench:peers': { run: 'npm run bench:peers -- --quick' },
  'bench:python': { run: 'npm run bench:python -- --quick' },
  'bench:store': { run: 'npm run bench:store -- --quick' },
};
