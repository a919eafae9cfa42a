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
