import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock } from "#shared/platform/clock/clock.ts";
import { createKeyWrapper } from "#shared/platform/crypto/master-key.ts";
import { createPostgresKeyStore } from "#shared/platform/crypto/postgres-key-store.ts";
import { keyStoreConformance } from "#tests/contract/key-store-conformance.ts";
import { createDatabase, type TestDatabase } from "#tests/support/database.ts";

const wrapper = createKeyWrapper({ current: "m1", keys: { m1: Buffer.alloc(32, 7) } });
let database: TestDatabase;

beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());

function createStore() {
  return createPostgresKeyStore({ database: database.pool, wrapper, clock: systemClock });
}

keyStoreConformance("in Postgres", () => ({ store: createStore(), other: createStore() }));

test("keys lie wrapped in the table, and an erasure leaves a row without one", async () => {
  const store = createStore();
  const key = await store.keyOf("default", "wrapped");
  await store.keyOf("default", "erased");
  await store.destroy("default", "erased");
  const { rows } = await database.pool.query(
    "select user_id, wrapped_key, destroyed_at is not null as destroyed from comms_user_key where user_id in ('wrapped', 'erased') order by user_id",
  );
  expect(rows).toEqual([
    { user_id: "erased", wrapped_key: null, destroyed: true },
    { user_id: "wrapped", wrapped_key: expect.any(Buffer), destroyed: false },
  ]);
  expect(rows[1].wrapped_key.includes(key.export())).toBe(false);
});
