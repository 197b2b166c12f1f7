import type { AnswerRow, AnswerTable } from "#shared/domain/delivery/answer.ts";

const noFolder: AnswerRow = { act: "halt", description: "The folder cannot be written to", alert: "P0" };

/** What the errors of a file system mean. None is about the recipient, so none suppresses. */
export const maildirAnswers: AnswerTable = {
  ENOENT: { ...noFolder, description: "The folder does not exist" },
  ENOTDIR: noFolder,
  EACCES: noFolder,
  EROFS: noFolder,
  ENOSPC: { act: "retry", description: "The disk is full", tries: 50, isOutage: true },
  EDQUOT: { act: "retry", description: "The quota is used up", tries: 50, isOutage: true },
  EIO: { act: "retry", description: "The disk failed", isOutage: true, alert: "P1" },
};

/** The code of a failed write; an error without one is `UNKNOWN`, which has no row. */
export function codeOfFileError(code: string | undefined): string {
  return code ?? "UNKNOWN";
}
