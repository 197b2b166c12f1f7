import { describe, expect, it } from "vitest";
import { type Circumstances, chooseMode } from "#stack/choose.ts";

function found(given: Partial<Omit<Circumstances, "dockerAnswers">>, docker: boolean): Circumstances {
  return { asked: undefined, standing: undefined, hasNativeData: false, ...given, dockerAnswers: async () => docker };
}

describe("how the stack is run", () => {
  it.each([
    ["Docker where its engine answers", {}, true, "docker"],
    ["natively where none does", {}, false, "native"],
    ["natively where the data of a native stack lie", { hasNativeData: true }, true, "native"],
    ["as it stands", { standing: "docker" }, false, "docker"],
    ["as asked", { asked: "native" }, true, "native"],
  ] as const)("%s", async (...[, circumstances, docker, mode]) => {
    expect(await chooseMode(found(circumstances, docker))).toBe(mode);
  });

  it("refuses Docker without an engine", async () => {
    await expect(chooseMode(found({ asked: "docker" }, false))).rejects.toMatchObject({ code: "STACK_DOCKER" });
  });

  it("refuses to change horses while the stack stands", async () => {
    const asked = found({ asked: "docker", standing: "native" }, true);
    await expect(chooseMode(asked)).rejects.toMatchObject({ code: "STACK_RUNNING" });
  });
});
