// When to act for all who asked at one moment: after every promise that is settled by now has been heard.

const SETTLED = Promise.resolve();

/** Runs the task once nothing of the present turn is left to run, and before anything arrives from outside. */
export function afterTurn(task: () => void): void {
  // From within a promise's reaction, the next tick comes when no reaction is left.
  void SETTLED.then(() => process.nextTick(task));
}
