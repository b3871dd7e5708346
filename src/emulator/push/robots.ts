const AGENT = 'apis-google';
const LONGEST_MS = 5_000;

interface Rule { readonly allow: boolean; readonly path: string }

/** The rules for push messages in a robots.txt (RFC 9309 2.2.1): those of the groups for APIs-Google, or else of those for everybody. */
function rulesOf(text: string): readonly Rule[] {
  const groups = new Map<string, Rule[]>();
  let agents: string[] = [], open = false;
  for (const line of text.split(/\r\n|\r|\n/)) {
    const [, name = '', value = ''] = /^\s*([a-z-]+)\s*:\s*([^#]*?)\s*(?:#.*)?$/i.exec(line) ?? [];
    if (/^user-agent$/i.test(name)) {
      agents = open ? [...agents, value.toLowerCase()] : [value.toLowerCase()];
      open = true;
    } else if (/^(dis)?allow$/i.test(name)) {
      open = false;
      for (const agent of value === '' ? [] : agents) groups.set(agent, [...(groups.get(agent) ?? []), { allow: name.length === 5, path: value }]);
      for (const agent of agents) groups.set(agent, groups.get(agent) ?? []);
    }
  }
  return groups.get(AGENT) ?? groups.get('*') ?? [];
}

const matches = (rule: string, path: string): boolean =>
  new RegExp(`^${rule.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&')).join('.*').replace(/\\\$$/, '$')}`).test(path);

/** Whether a robots.txt lets push messages to a path: the longest matching rule decides, `allow` among equals (RFC 9309 2.2.2). */
export function allows(text: string, path: string): boolean {
  const met = rulesOf(text).filter((rule) => matches(rule.path, path)).sort((a, b) => b.path.length - a.path.length || Number(b.allow) - Number(a.allow));
  return met[0]?.allow ?? true;
}

/** Asks the server of an address. Without a robots.txt all is allowed; from one that is down, nothing (RFC 9309 2.3.1). */
export async function robotsAllow(address: string, signal: AbortSignal): Promise<boolean> {
  const { origin, pathname, search } = new URL(address);
  try {
    const answer = await fetch(`${origin}/robots.txt`, { headers: { 'user-agent': 'APIs-Google' }, signal: AbortSignal.any([signal, AbortSignal.timeout(LONGEST_MS)]) });
    const text = await answer.text();
    return answer.ok ? allows(text, pathname + search) : answer.status < 500;
  } catch {
    return false;
  }
}
