import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";

const ours = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** Runs the check on a tree of these files; its configuration is that of this checkout. */
function check(files: Readonly<Record<string, string>>) {
  const root = mkdtempSync(join(tmpdir(), "boundaries-"));
  folders.push(root);
  for (const path of ["package.json", "tsconfig.json"]) cpSync(ours(path), join(root, path));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const { status, stdout, stderr } = spawnSync(process.execPath, [ours("tools/boundaries.ts"), root], {
    encoding: "utf8",
  });
  return { status, stdout, violations: stderr.split("\n").filter(Boolean) };
}

const id = { "shared/domain/message/id.ts": `export type MsgId = string;\n` };
const clock = {
  "shared/platform/clock/clock.ts": `import type { MsgId } from "#shared/domain/message/id.ts";\nexport type Clock = (id: MsgId) => number;\n`,
};

describe("the boundaries of a tree", () => {
  test("that keeps them hold", () => {
    const { status, stdout, violations } = check({ ...id, ...clock });
    expect(violations).toEqual([]);
    expect([status, stdout]).toEqual([0, "boundaries: 2 modules, 1 imports, 0 violations\n"]);
  });

  test("are broken by an import that its room forbids, and by a cycle of types alone", () => {
    const { status, violations } = check({
      ...id,
      ...clock,
      "shared/domain/time/now.ts": `import type { Clock } from "#shared/platform/clock/clock.ts";\nexport type Now = Clock;\n`,
      "processors/router/a.ts": `import type { B } from "./b.ts";\nexport type A = B[];\n`,
      "processors/router/b.ts": `import type { A } from "./a.ts";\nexport type B = { readonly a?: A };\n`,
    });
    expect(status).toBe(1);
    expect(violations).toContain(
      "shared/domain may not import shared/platform/clock/clock.ts: shared/domain/time/now.ts",
    );
    expect(violations).toContainEqual(expect.stringMatching(/^no-circular: processors\/router\/[ab]\.ts -> /));
    expect(violations).toHaveLength(2);
  });

  test("are broken by an import that leads nowhere, and by a specifier of the wrong form", () => {
    const { status, violations } = check({
      ...id,
      "shared/domain/time/now.ts": `import type { MsgId } from "#shared/domain/message/id.ts";\nexport type Now = MsgId;\n`,
      "shared/domain/time/then.ts": `import type { Gone } from "./gone.ts";\nexport type Then = Gone;\n`,
    });
    expect(status).toBe(1);
    expect(violations).toContain(
      "shared/domain/time/now.ts imports '#shared/domain/message/id.ts': write a relative path",
    );
    expect(violations).toContainEqual(expect.stringMatching(/^not-to-unresolvable: shared\/domain\/time\/then\.ts/));
  });
});
