import { describe, expect, it } from "vitest";
import { writeHalving } from "#shared/runtime/halving.ts";

const refused = (code: string) => Object.assign(new Error("invalid input: +1 202 555 0143"), { code });

/** A table that refuses the letters given, and whatever stands beside them. */
function tableOf(bad: string, code = "22021") {
  const rows: string[] = [];
  const write = async (some: readonly string[]) => {
    if (some.some((one) => bad.includes(one))) throw refused(code);
    rows.push(...some);
  };
  return { rows, write };
}

describe("writing by halves", () => {
  it.each(["22021", "22P05", "23514", "54000", "54001"])(
    "rejects what is refused with %s, and writes the rest",
    async (code) => {
      const table = tableOf("cf", code);
      const outcomes = await writeHalving("abcdefg".split(""), table.write);
      expect(outcomes.map(({ kind }) => kind)).toEqual(["emit", "emit", "reject", "emit", "emit", "reject", "emit"]);
      expect(table.rows.join("")).toBe("abdeg");
      expect(outcomes[2]).toEqual({
        kind: "reject",
        reason: "COMMS_POISON",
        message: `The tables refuse it, SQLSTATE ${code}`,
      });
    },
  );

  it.each(["08006", "42601", "57014", "unknown"])("throws %s on: it says nothing of the value", async (code) => {
    await expect(writeHalving("ab".split(""), tableOf("a", code).write)).rejects.toMatchObject({ code });
  });

  it("writes once where nothing is refused, and nothing where there is nothing", async () => {
    const table = tableOf("");
    expect(await writeHalving("ab".split(""), table.write)).toHaveLength(2);
    expect(table.rows).toEqual(["a", "b"]);
    expect(await writeHalving([], () => Promise.reject(refused("22021")))).toEqual([]);
  });
});
