/** Reads what `swanctl --list-sas --raw` prints. */

/** A security association of IKE with its first one of ESP. */
export interface Association {
  /** Name of the connection. */
  readonly name: string;
  /** Of IKE: 2. */
  readonly version: number;
  readonly state: string;
  /** As `AES_GCM_16-256`. */
  readonly encryption: string;
  /** Absent where the cipher authenticates by itself. */
  readonly integrity?: string;
  readonly prf: string;
  readonly group: string;
  readonly child?: {
    readonly name: string;
    readonly state: string;
    readonly encryption: string;
    /** Group of the last rekeying; absent before the first, whose keys come out of IKE's own exchange. */
    readonly group?: string;
  };
}

type Section = { [name: string]: string | Section };

/** All associations that a daemon has. */
export function associations(raw: string): Association[] {
  return raw.split('\n').flatMap((line) => {
    const event = /^list-sa event (\{.*\})\s*$/.exec(line)?.[1];
    return event ? Object.entries(section(event)).map(([name, of]) => association(name, of as Section)) : [];
  });
}

function association(name: string, of: Section): Association {
  const text = (key: string, from = of) => (typeof from[key] === 'string' ? (from[key] as string) : '');
  const cipher = (from: Section) => [text('encr-alg', from), text('encr-keysize', from)].filter(Boolean).join('-');
  const children = Object.values((of['child-sas'] as Section) ?? {}) as Section[];
  const child = children.find((candidate) => candidate.state === 'INSTALLED') ?? children[0];
  return {
    name,
    version: Number(text('version')),
    state: text('state'),
    encryption: cipher(of),
    ...(text('integ-alg') ? { integrity: text('integ-alg') } : {}),
    prf: text('prf-alg'),
    group: text('dh-group'),
    ...(child
      ? {
          child: {
            name: text('name', child),
            state: text('state', child),
            encryption: cipher(child),
            ...(text('dh-group', child) ? { group: text('dh-group', child) } : {}),
          },
        }
      : {}),
  };
}

/** `{a=1 b {c=2} d=[x y]}`. */
function section(text: string): Section {
  const tokens = text.match(/\[[^\]]*\]|[{}]|[^\s{}=[\]]+=(?:\[[^\]]*\]|[^\s{}]*)|[^\s{}=[\]]+/g) ?? [];
  const stack: Section[] = [{}];
  let name = '';
  for (const token of tokens) {
    const top = stack.at(-1) as Section;
    if (token === '{') {
      const inner: Section = {};
      top[name] = inner;
      stack.push(inner);
    } else if (token === '}') stack.pop();
    else if (token.includes('=')) {
      const at = token.indexOf('=');
      top[token.slice(0, at)] = token.slice(at + 1);
    } else name = token;
  }
  return (stack[0]?.[''] as Section) ?? {};
}
