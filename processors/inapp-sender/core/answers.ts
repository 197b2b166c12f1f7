import type { AnswerTable } from "#shared/domain/delivery/answer.ts";

/** The two refusals of our own table: it does not answer, and the schedule retries; or it can never hold the message. */
export const inappAnswers: AnswerTable = {
  POSTGRES_UNAVAILABLE: { act: "retry", words: "Postgres does not answer", tries: 50, trouble: true },
  POSTGRES_REFUSED: { act: "refuse", words: "The table of notifications cannot hold it", alert: "P2" },
};
