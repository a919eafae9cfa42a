/**
 * Rights that end: reading without masks, and everything. A grant is a reviewed line of the configuration with a last day;
 * the hourly check of the store takes it away then, whether or not somebody deploys.
 */

/** What a grant gives. */
export type GrantedRole = 'investigator' | 'administrator';

export interface Grant {
  readonly role: GrantedRole;
  /** ARN of an IAM role, or a group as the identity provider names it. */
  readonly principal: string;
  /** Instant at which it ends, in ISO 8601 with zone. */
  readonly until: string;
}

/** The mapping that holds a role's grants, and nobody else. */
const mappingOf: Readonly<Record<GrantedRole, string>> = {
  investigator: 'harbourline-investigator',
  administrator: 'harbourline-administrator',
};

/** Whether it holds at an instant. */
export const isInForce = ({ until }: Grant, now: Date): boolean => Date.parse(until) > now.getTime();

/** The mappings as they must be at an instant: whoever's time is over is in none. */
export const grantMappings = (grants: readonly Grant[], now: Date): Record<string, object> =>
  Object.fromEntries(
    Object.entries(mappingOf).map(([role, name]) => [
      `role-mapping/${name}`,
      {
        backend_roles: grants.filter((grant) => grant.role === role && isInForce(grant, now)).map((g) => g.principal),
        hosts: [],
        users: [],
        and_backend_roles: [],
      },
    ]),
  );
