import type { AnswerTable } from "#shared/domain/delivery/answer.ts";

/** The two ways in which our own table says no: it is away, and the message waits by the schedule like any other; or it will never take it. */
export const inappAnswers: AnswerTable = {
  POSTGRES_UNAVAILABLE: { act: "retry", description: "Postgres does not answer", tries: 50, isOutage: true },
  POSTGRES_REFUSED: { act: "refuse", description: "The table of notifications cannot hold it", alert: "P2" },
};
