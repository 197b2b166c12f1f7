import { request as requestPlain } from "node:http";
import { request as requestTls } from "node:https";

/** One call of a server of the stack. */
export interface HttpCall {
  readonly method?: "GET" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** PEM: who is trusted, for https. */
  readonly ca?: string | undefined;
  readonly timeoutMs?: number;
}

/** The status and the text of an answer. Rejects where there is none. */
export function httpCall(
  url: string,
  call: HttpCall = {},
): Promise<{ readonly status: number; readonly text: string }> {
  const { method = "GET", headers = {}, body, ca, timeoutMs = 10_000 } = call;
  const send = url.startsWith("https:") ? requestTls : requestPlain;
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const request = send(url, { method, headers, signal, ...(ca === undefined ? {} : { ca }) }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
      response.on("error", reject);
    });
    request.on("error", reject);
    request.end(body);
  });
}
