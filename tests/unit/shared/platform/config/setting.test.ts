import { describe, expect, it } from "vitest";
import { z } from "zod";
import { keyedSecrets } from "#shared/platform/config/keyed-secrets.ts";
import { combineSettings, setting, settingGroup } from "#shared/platform/config/setting.ts";

const port = settingGroup("Ports", {
  COMMS_PORT: setting(z.coerce.number().int(), "A port."),
  COMMS_HOST: setting(z.string().default("127.0.0.1"), "A host."),
});
const token = settingGroup("Tokens", {
  COMMS_TOKEN: setting(z.string().min(3, "needs 3 characters").default("hunter2"), "A token.", { secret: true }),
  COMMS_TOKENS: setting(keyedSecrets({ form: /./, needs: "one character" }), "Earlier ones.", { secret: true }),
});

describe("settings", () => {
  it("say of each its table, meaning and default, and of a secret no default", () => {
    expect(port.descriptions).toEqual([
      {
        name: "COMMS_PORT",
        group: "Ports",
        meaning: "A port.",
        isSecret: false,
        isRequired: true,
        byDefault: undefined,
      },
      {
        name: "COMMS_HOST",
        group: "Ports",
        meaning: "A host.",
        isSecret: false,
        isRequired: false,
        byDefault: "127.0.0.1",
      },
    ]);
    expect(token.descriptions).toMatchObject([
      { name: "COMMS_TOKEN", group: "Tokens", isSecret: true, isRequired: false, byDefault: undefined },
      { name: "COMMS_TOKENS", isRequired: false, byDefault: undefined },
    ]);
  });

  it("read what is theirs, with defaults, and take an empty text for none", () => {
    expect(port.read({ COMMS_PORT: "80", COMMS_HOST: "", COMMS_OTHER: "x" })).toEqual({
      kind: "config",
      config: { COMMS_PORT: 80, COMMS_HOST: "127.0.0.1" },
    });
  });

  it.each([
    ["absent", {}, "COMMS_PORT: is not set"],
    ["empty", { COMMS_PORT: "" }, "COMMS_PORT: is not set"],
  ])("call what is %s not set, of a number too", (_, values, issue) => {
    expect(port.read(values)).toEqual({ kind: "issues", issues: [issue] });
  });

  it("report the issues between settings together with those of a single one", () => {
    const shape = { COMMS_A: setting(z.coerce.number(), "A."), COMMS_B: setting(z.string(), "B.") };
    const ruled = settingGroup("Both", shape, ({ COMMS_B }) => (COMMS_B === "b" ? ["COMMS_B: is not to be b"] : []));
    const result = ruled.read({ COMMS_A: "hunter2", COMMS_B: "b" });
    expect(result).toMatchObject({
      kind: "issues",
      issues: [expect.stringMatching(/^COMMS_A: /), "COMMS_B: is not to be b"],
    });
    expect(JSON.stringify(result)).not.toContain("hunter2");
    expect(ruled.read({ COMMS_A: "1", COMMS_B: "c" })).toMatchObject({ kind: "config" });
  });

  it("must have a meaning", () => {
    expect(() => settingGroup("Bare", { COMMS_BARE: z.string() })).toThrow("COMMS_BARE has no meaning");
  });
});

describe("combined settings", () => {
  const both = combineSettings(port, token, port);

  it("describe each once, and read into one object", () => {
    expect(both.descriptions.map(({ name }) => name)).toEqual([
      "COMMS_PORT",
      "COMMS_HOST",
      "COMMS_TOKEN",
      "COMMS_TOKENS",
    ]);
    expect(both.read({ COMMS_PORT: "1" })).toEqual({
      kind: "config",
      config: { COMMS_PORT: 1, COMMS_HOST: "127.0.0.1", COMMS_TOKEN: "hunter2", COMMS_TOKENS: {} },
    });
  });

  it("report all issues of all parts, each once", () => {
    expect(both.read({ COMMS_TOKEN: "x" })).toEqual({
      kind: "issues",
      issues: ["COMMS_PORT: is not set", "COMMS_TOKEN: needs 3 characters"],
    });
  });
});
