// Gives a process a share of one processor and no more, as a CPU limit of Kubernetes does. Needs root on Linux.
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const PERIOD_US = 100_000;
const VERSION_1 = '/sys/fs/cgroup/cpu';
const VERSION_2 = '/sys/fs/cgroup';

/** Returns what takes the limit away, to be called once the process has ended. Throws if control groups cannot be made. */
export function limitCpu(pid: number, share: number): () => void {
  const quotaUs = Math.round(share * PERIOD_US);
  const isVersion1 = existsSync(join(VERSION_1, 'cpu.cfs_quota_us'));
  const group = join(isVersion1 ? VERSION_1 : VERSION_2, `sluice-bench-${pid}`);
  mkdirSync(group);
  if (isVersion1) {
    writeFileSync(join(group, 'cpu.cfs_period_us'), String(PERIOD_US));
    writeFileSync(join(group, 'cpu.cfs_quota_us'), String(quotaUs));
  } else writeFileSync(join(group, 'cpu.max'), `${quotaUs} ${PERIOD_US}`);
  writeFileSync(join(group, 'cgroup.procs'), String(pid));
  return () => rmdirSync(group);
}
