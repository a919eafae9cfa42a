/** A map that forgets what was not used for longest. */
export class Lru<V> {
  private readonly entries = new Map<string, V>();

  /** @param limit Entries that are kept. */
  constructor(private readonly limit: number) {}

  get(key: string): V | undefined {
    const value = this.entries.get(key);
    if (value !== undefined) this.set(key, value);
    return value;
  }

  delete(key: string): void {
    this.entries.delete(key);
  }

  set(key: string, value: V): void {
    this.entries.delete(key); // a Map keeps the order of insertion: last is latest
    this.entries.set(key, value);
    if (this.entries.size > this.limit) this.entries.delete(this.entries.keys().next().value as string);
  }
}

/** A map of at most twice so many entries, cheaper than {@link Lru}: what was not asked for while it filled once is forgotten. */
export class Recent<V> {
  private entries = new Map<string, V>();
  private before = new Map<string, V>();

  constructor(private readonly limit: number) {}

  get(key: string): V | undefined {
    const value = this.entries.get(key);
    if (value !== undefined) return value;
    const older = this.before.get(key);
    if (older !== undefined) this.set(key, older);
    return older;
  }

  set(key: string, value: V): void {
    if (this.entries.size >= this.limit) {
      this.before = this.entries;
      this.entries = new Map();
    }
    this.entries.set(key, value);
  }
}
