import type { AnswerTable } from "#shared/delivery/core/answer.ts";

/** The one way in which our own table says no. The message waits by the schedule like any other. */
export const inappAnswers: AnswerTable = {
  POSTGRES_UNAVAILABLE: { act: "retry", words: "Postgres does not answer", tries: 50, trouble: true },
};
