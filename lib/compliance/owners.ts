/** Who answers for what a stack acknowledges, and by when all of it is looked at again. */
export interface Owner {
  /** A team that can be asked, not a person who may leave. */
  readonly owner: string;
  /** Day after which `npm run compliance -- --due` fails: `2027-05-31`. At most a year ahead. */
  readonly reviewBy: string;
}

/**
 * By stack. An acknowledgment has no owner and no date of its own: those who own a stack look through its list once, and move
 * one date. Who approved which, and when, is in the history of the line (ADR 27). The team names are examples.
 */
export const owners: Readonly<Record<string, Owner>> = {
  Network: { owner: 'network-security', reviewBy: '2027-05-31' },
  Store: { owner: 'observability-platform', reviewBy: '2027-05-31' },
  Collect: { owner: 'observability-platform', reviewBy: '2027-05-31' },
  Link: { owner: 'network-security', reviewBy: '2027-05-31' },
  Observe: { owner: 'observability-platform', reviewBy: '2027-05-31' },
  Access: { owner: 'observability-platform', reviewBy: '2027-05-31' },
  Operators: { owner: 'observability-platform', reviewBy: '2027-05-31' },
  Client: { owner: 'observability-platform', reviewBy: '2027-05-31' },
  Analysis: { owner: 'mainland-platform', reviewBy: '2027-05-31' },
};

/** The owner of a construct, by its path: `prod/Store/Domain`. @throws Error that says where to write one down */
export function ownerOf(path: string): Owner {
  const [, stack = ''] = path.split('/');
  const owner = owners[stack];
  if (!owner) throw new Error(`Nobody answers for ${path}: name an owner of ${stack} in lib/compliance/owners.ts.`);
  return owner;
}
