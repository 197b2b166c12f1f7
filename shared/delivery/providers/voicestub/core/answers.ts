import type { AnswerTable } from "#shared/domain/delivery/answer.ts";

/** The one refusal of the stub. */
export const voicestubAnswers: AnswerTable = {
  SILENT: { act: "refuse", description: "There is nothing to say", alert: "P2" },
};
