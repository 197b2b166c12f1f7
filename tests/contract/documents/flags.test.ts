import { expect, test } from "vitest";
import { flagKinds } from "#shared/domain/policy/flag-names.ts";
import { plain, readPage, rowsOf } from "./page.ts";

test("the page of flags has each kind once, with what it does", () => {
  const rows = rowsOf(readPage("docs/flags.md")).map((cells) => cells.map(plain));
  expect(rows).toEqual(
    flagKinds.map(({ form, bindsWhen, description, effect }) => [form, String(bindsWhen), description, `${effect}s`]),
  );
});
