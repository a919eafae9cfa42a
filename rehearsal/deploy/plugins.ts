/**
 * What a local node does not have: index state management and Dashboards. They remember what they are given, in the shapes that
 * the bootstrap function reads back; nothing of it is carried out.
 */
type Json = Record<string, unknown>;
interface SavedObject {
  readonly type: string;
  readonly id: string;
}

/** An answer of such a plugin. */
export interface PluginAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** The plugins of one domain. */
export class AbsentPlugins {
  private readonly policies = new Map<string, Json>();
  private readonly objects = new Map<string, SavedObject>();
  private settings: Json = {};

  /** Whether a path is theirs. */
  static owns = (path: string): boolean => path.startsWith('/_plugins/_ism/') || path.startsWith('/_dashboards/');

  /** Answers. A call that the function is not known to make is not found. */
  answer(method: string, path: string, body: string): PluginAnswer {
    const [place = ''] = path.split('?');
    const given = body === '' ? undefined : JSON.parse(body);
    if (place.startsWith('/_plugins/_ism/policies/')) return this.policy(method, place, given);
    if (place.endsWith('/saved_objects/_bulk_get')) {
      const found = (given as SavedObject[]).map(
        ({ type, id }) => this.objects.get(`${type} ${id}`) ?? { type, id, error: { statusCode: 404 } },
      );
      return { status: 200, body: { saved_objects: found } };
    }
    if (place.endsWith('/saved_objects/_bulk_create')) {
      for (const each of given as SavedObject[]) this.objects.set(`${each.type} ${each.id}`, each);
      return { status: 200, body: { saved_objects: given } };
    }
    if (place.endsWith('/opensearch-dashboards/settings')) {
      if (method === 'POST') this.settings = { ...this.settings, ...(given.changes as Json) };
      const settings = Object.entries(this.settings).map(([key, userValue]) => [key, { userValue }]);
      return { status: 200, body: { settings: Object.fromEntries(settings) } };
    }
    return { status: 404, body: { error: `no stand-in for ${method} ${place}` } };
  }

  private policy(method: string, place: string, given: Json | undefined): PluginAnswer {
    const known = this.policies.get(place);
    if (method === 'PUT' && given) this.policies.set(place, given);
    else if (!known) return { status: 404, body: { error: 'Policy not found' } };
    return { status: 200, body: { ...(this.policies.get(place) ?? {}), _seq_no: 1, _primary_term: 1 } };
  }
}
