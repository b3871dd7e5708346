/**
 * For the main file of a child: calls `end` once, when the launcher asks (SIGTERM) or is gone (its channel closes).
 * SIGINT is left to the launcher: children stand in groups of their own, so Ctrl-C reaches only it.
 * @param end `isOrphaned` is true if the launcher is gone. The child ends with code 0 when it resolves, else with 1.
 */
export function endWithLauncher(end: (isOrphaned: boolean) => Promise<void>): void {
  let ending = false;
  const endOnce = (isOrphaned: boolean): void => {
    if (ending) return;
    ending = true;
    end(isOrphaned).then(
      () => { process.exit(0); },
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', () => { endOnce(false); });
  process.on('SIGINT', () => { endOnce(false); });
  if (process.channel) {
    process.on('disconnect', () => { endOnce(true); });
    // Gone before we listened.
    if (!process.connected) endOnce(true);
  }
}

/** Tells the launcher something; alone, without a launcher, it is told to the reader. */
export function tellLauncher(message: Readonly<Record<string, unknown>>): void {
  if (process.send && process.connected) process.send(message);
  else console.log(JSON.stringify(message));
}
