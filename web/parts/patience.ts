/**
 * Work that is asked for often: done soon after it is first asked for, never twice at once, and once a second at most. However many
 * ask, nobody waits longer than that for it to begin.
 */

const SOON_MS = 200;
const BETWEEN_MS = 1000;

export function patiently(work: () => Promise<void>): () => void {
  let state: "idle" | "due" | "running" = "idle";
  let again = false;
  let last = Number.NEGATIVE_INFINITY;

  const run = async (): Promise<void> => {
    state = "running";
    again = false;
    last = performance.now();
    await work();
    state = "idle";
    if (again) ask();
  };
  const ask = (): void => {
    again = true;
    if (state !== "idle") return;
    state = "due";
    window.setTimeout(() => void run(), Math.max(SOON_MS, last + BETWEEN_MS - performance.now()));
  };
  return ask;
}
