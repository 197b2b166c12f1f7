import { describe, expect, it } from "vitest";
import { bisectWrite } from "#shared/runtime/records/bisect.ts";

const refused = (code: string) => Object.assign(new Error("invalid input: +1 202 555 0143"), { code });

/** A table that refuses the letters given, and all that is written with them. */
function tableOf(bad: string, code = "22021") {
  const rows: string[] = [];
  const write = async (some: readonly string[]) => {
    if (some.some((one) => bad.includes(one))) throw refused(code);
    rows.push(...some);
  };
  return { rows, write };
}

describe("writing by bisection", () => {
  it.each(["22021", "22P05", "23514", "54000", "54001"])(
    "makes a dead letter of what is refused with %s, and writes the rest",
    async (code) => {
      const table = tableOf("cf", code);
      const outcomes = await bisectWrite("abcdefg".split(""), table.write);
      expect(outcomes.map(({ kind }) => kind)).toEqual([
        "emit",
        "emit",
        "deadLetter",
        "emit",
        "emit",
        "deadLetter",
        "emit",
      ]);
      expect(table.rows.join("")).toBe("abdeg");
      expect(outcomes[2]).toEqual({
        kind: "deadLetter",
        reason: "COMMS_POISON",
        message: `The tables refuse it, SQLSTATE ${code}`,
      });
    },
  );

  it.each(["08006", "42601", "57014", "unknown"])("throws %s on: it says nothing of the value", async (code) => {
    await expect(bisectWrite("ab".split(""), tableOf("a", code).write)).rejects.toMatchObject({ code });
  });

  it("writes once where nothing is refused, and nothing where there is nothing", async () => {
    const table = tableOf("");
    expect(await bisectWrite("ab".split(""), table.write)).toHaveLength(2);
    expect(table.rows).toEqual(["a", "b"]);
    expect(await bisectWrite([], () => Promise.reject(refused("22021")))).toEqual([]);
  });
});
