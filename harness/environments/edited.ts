type Tree = Record<string, unknown>;

/**
 * A copy of a configuration with other values at some places.
 *
 * @param edits place, as in `clients[0].name`, → what stands there; `undefined` takes the place out
 */
export function edited<Config extends object>(config: Config, edits: Readonly<Record<string, unknown>>): Config {
  const copy = structuredClone(config);
  for (const [place, value] of Object.entries(edits)) {
    const keys = place.replace(/\[(\d+)\]/g, '.$1').split('.');
    const last = keys.pop() as string;
    const parent = keys.reduce<Tree>((tree, key) => {
      tree[key] ??= {};
      return tree[key] as Tree;
    }, copy as Tree);
    if (value === undefined) delete parent[last];
    else parent[last] = value;
  }
  return copy;
}
