import { describe, expect, test } from "vitest";
import { misshapenSpecifiers } from "#tools/specifiers.ts";

const router = "processors/router/main.ts";

describe("the form of a specifier", () => {
  test.each([
    { from: router, to: "processors/router/core/decide.ts", written: "./core/decide.ts" },
    { from: "processors/router/core/decide.ts", to: router, written: "../main.ts" },
    { from: router, to: "shared/domain/message/id.ts", written: "#shared/domain/message/id.ts" },
    { from: "gateway/http/server.ts", to: "gateway/public/events/routes.ts", written: "../public/events/routes.ts" },
    {
      from: "shared/state/ledger/ledger.ts",
      to: "shared/domain/time/instant.ts",
      written: "#shared/domain/time/instant.ts",
    },
    { from: "tests/unit/a.test.ts", to: "tests/fakes/log.ts", written: "#tests/fakes/log.ts" },
    { from: "tests/unit/a/b.test.ts", to: "tests/unit/a/given.ts", written: "./given.ts" },
  ])("$written in $from is fit", (specifier) => expect(misshapenSpecifiers([specifier])).toEqual([]));

  test.each([
    {
      from: router,
      to: "processors/digest/main.ts",
      written: "../digest/main.ts",
      form: "'#processors/digest/main.ts'",
    },
    {
      from: "shared/state/ledger/ledger.ts",
      to: "shared/domain/time/instant.ts",
      written: "../../domain/time/instant.ts",
      form: "'#shared/domain/time/instant.ts'",
    },
    {
      from: router,
      to: "processors/router/core/decide.ts",
      written: "#processors/router/core/decide.ts",
      form: "a relative path",
    },
    { from: "gateway/main.ts", to: "gateway/gateway.ts", written: "#gateway/gateway.ts", form: "a relative path" },
    {
      from: "tests/unit/a.test.ts",
      to: "tests/unit/given.ts",
      written: "#tests/unit/given.ts",
      form: "a relative path",
    },
  ])("$written in $from becomes $form", ({ form, ...specifier }) => {
    expect(misshapenSpecifiers([specifier])).toEqual([
      `${specifier.from} imports '${specifier.written}': write ${form}`,
    ]);
  });
});
