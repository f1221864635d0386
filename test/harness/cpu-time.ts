// What something costs, whoever else uses the machine: while others have the processor, no time of ours goes by.

/** Milliseconds of processor time of this process until `work` is done. */
export async function cpuTime(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
