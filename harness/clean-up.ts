/** What a rehearsal must end, in the order of starting: the last is ended first, each once. */
export class CleanUp {
  /** False as soon as something had to be killed. */
  clean = true;
  private readonly ends: (() => unknown)[] = [];

  /** Something that stops by itself, or a function that ends it. */
  add(ending: { stop(): Promise<unknown> } | (() => unknown)): void {
    if (typeof ending === 'function') {
      this.ends.push(ending);
      return;
    }
    this.ends.push(async () => {
      if ((await ending.stop()) === false) this.clean = false;
    });
  }

  /** Ends everything; goes on where one cannot be ended. */
  async run(): Promise<void> {
    for (let end = this.ends.pop(); end; end = this.ends.pop()) {
      try {
        await end();
      } catch (error) {
        this.clean = false;
        process.stderr.write(`${(error as Error).message}\n`);
      }
    }
  }
}
