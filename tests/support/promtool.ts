import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** In the checkout's cache, filled once. */
const folder = fileURLToPath(new URL("../../.cache/promtool", import.meta.url));

/** Prometheus' own checker of rules: the machine's, else that of Debian's package, unpacked; undefined where neither is to be had. */
export function findPromtool(): string | undefined {
  const works = (path: string) => spawnSync(path, ["--version"]).status === 0;
  const own = join(folder, "usr", "bin", "promtool");
  if (!existsSync(own) && !works("promtool")) unpack();
  return [own, "promtool"].find(works);
}

/** Needs neither root nor an installation. */
function unpack(): void {
  mkdirSync(folder, { recursive: true });
  spawnSync(
    "sh",
    [
      "-c",
      "apt-get download prometheus && dpkg-deb --fsys-tarfile prometheus_*.deb | tar -x ./usr/bin/promtool; rm -f *.deb",
    ],
    {
      cwd: folder,
    },
  );
}

/** Runs a file of rule tests; empty if all hold, else what promtool says. */
export function testRules(promtool: string, file: string): string {
  const { status, stdout, stderr } = spawnSync(promtool, ["test", "rules", file]);
  return status === 0 ? "" : `${stdout.toString()}${stderr.toString()}`;
}
