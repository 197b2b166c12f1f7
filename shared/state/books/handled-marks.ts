import type { Pool } from "pg";
import { chunksOf } from "#shared/domain/books/chunks.ts";
import type { RecordPlace } from "#shared/domain/books/place.ts";
import { postgres } from "#shared/platform/postgres/pool.ts";
import { sqlFile } from "#shared/platform/postgres/sql-file.ts";

const markHandled = sqlFile(import.meta.url, "./mark-handled.sql");

/** Which records have been handled. */
export interface HandledMarks {
  /** One statement, and none for no place. The same again changes nothing. Throws `POSTGRES_UNAVAILABLE` (retryable). */
  mark(places: readonly RecordPlace[]): Promise<void>;
}

/** The marks, in Postgres. */
export function createHandledMarks(pool: Pool): HandledMarks {
  return {
    mark: async (places) => {
      if (places.length === 0) return;
      const chunks = chunksOf(places);
      const columns = [
        chunks.map(({ topic }) => topic),
        chunks.map(({ partition }) => partition),
        chunks.map(({ chunk }) => chunk),
        chunks.map(({ bits }) => bits),
      ];
      await postgres(() => pool.query({ name: "mark-handled", text: markHandled, values: columns }));
    },
  };
}
