import { readFileSync } from "node:fs";

/** Clock ticks a second, as Linux reports CPU time to user space; the same on every architecture that Node runs on. */
const ticks = 100;

/** CPU time that a process has used so far, user and system, µs. */
export function cpuMicros(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name may hold spaces and brackets; the fields after it are numbers.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return ((Number(fields[11]) + Number(fields[12])) * 1_000_000) / ticks;
}

/** Resident memory of a process, MB. */
export function residentMb(pid: number): number {
  const pages = Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]);
  return (pages * 4096) / 1_000_000;
}

/** The processes whose parent is `pid`, and theirs: a Postgres has one a connection. */
export function familyOf(pid: number): readonly number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8")
    .trim()
    .split(" ")
    .filter(Boolean)
    .map(Number);
  return [pid, ...children.flatMap(familyOf)];
}

/** CPU of a process and all that it has started, µs; those that have ended count through their parent. */
export function familyCpuMicros(pid: number): number {
  const reaped = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = reaped.slice(reaped.lastIndexOf(")") + 2).split(" ");
  const ended = ((Number(fields[13]) + Number(fields[14])) * 1_000_000) / ticks;
  return ended + familyOf(pid).reduce((sum, one) => sum + cpuSafe(one), 0);
}

function cpuSafe(pid: number): number {
  try {
    return cpuMicros(pid);
  } catch {
    return 0;
  }
}

/** CPU time that the whole machine has used so far, whoever used it, µs. */
export function machineCpuMicros(): number {
  const [line = ""] = readFileSync("/proc/stat", "utf8").split("\n", 1);
  // user, nice, system, idle, iowait, irq, softirq, steal; a guest's time is in user's already.
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = line.trim().split(/\s+/).slice(1).map(Number);
  return ((user + nice + system + irq + softirq) * 1_000_000) / ticks;
}
