/** What a firm imports from `harbourline`: docs/adopt.md shows each in use. Versions promise these names (CHANGELOG.md). */
export { synthesise } from './bin/synthesise';
export { type AllowlistFile, allowlist } from './config/allowlist';
export { ConfigError, type Problem } from './config/errors';
export { parseEnvironment, parseEnvironments } from './config/parse';
export type { EnvironmentConfig, EnvironmentConfigInput } from './config/schema';
export { AnalysisStage } from './lib/analysis/analysis-stage';
export { buildApp } from './lib/app';
export { EnvironmentStack, type EnvironmentStackProps } from './lib/common/environment-stack';
export { acknowledge } from './lib/compliance/acknowledge';
export { HarbourlineChecks } from './lib/compliance/harbourline-checks';
export { policyPacks } from './lib/compliance/packs';
export { auditPolicy, type PolicyAudit, registerPolicyPacks } from './lib/compliance/policy';
export type { DashboardName } from './lib/contract/dashboards';
export { type Deployment, type DeploymentProps, defineDeployment, defineEnvironment } from './lib/deployment';
export { TracingStage } from './lib/tracing-stage';
