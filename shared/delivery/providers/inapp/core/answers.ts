import type { AnswerTable } from "#shared/domain/delivery/answer.ts";

/** The two refusals of our own table: it does not answer, and the schedule retries; or it can never hold the message. */
export const inappAnswers: AnswerTable = {
  POSTGRES_UNAVAILABLE: { act: "retry", description: "Postgres does not answer", tries: 50, isOutage: true },
  POSTGRES_REFUSED: { act: "refuse", description: "The table of notifications cannot hold it", alert: "P2" },
};
