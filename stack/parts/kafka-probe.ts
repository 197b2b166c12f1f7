import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { connect as connectTls } from "node:tls";
import type { SecureFiles } from "../secure/secure-files.ts";

const metadataKey = 3;
const metadataVersion = 1;

/** A Metadata request (version 1) for no topic at all, framed. */
export function metadataRequest(clientId: string): Buffer {
  const id = Buffer.from(clientId);
  const body = Buffer.alloc(4 + 2 + 2 + 4 + 2 + id.length + 4);
  body.writeInt32BE(body.length - 4, 0);
  body.writeInt16BE(metadataKey, 4);
  body.writeInt16BE(metadataVersion, 6);
  body.writeInt32BE(1, 8);
  body.writeInt16BE(id.length, 12);
  id.copy(body, 14);
  body.writeInt32BE(0, 14 + id.length);
  return body;
}

/** The number of live brokers in a framed Metadata response; `undefined` while it is not whole. */
export function liveBrokers(response: Buffer): number | undefined {
  if (response.length < 4 || response.length < 4 + response.readInt32BE(0)) return undefined;
  return response.readInt32BE(8);
}

/**
 * Whether the broker knows of a live broker, itself. One that is up but still fenced off by the controller accepts
 * connections and lists none. A secure one is asked on its listener for mTLS.
 */
export function kafkaReady(port: number, timeoutMs: number, secure?: SecureFiles): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = secure === undefined ? connect(port, "127.0.0.1") : connectAdmin(port, secure);
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    let received: Buffer = Buffer.alloc(0);
    socket.setTimeout(timeoutMs, () => end(false));
    socket.once(secure === undefined ? "connect" : "secureConnect", () => socket.write(metadataRequest("comms-stack")));
    socket.on("data", (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      const brokers = liveBrokers(received);
      if (brokers !== undefined) end(brokers > 0);
    });
    socket.once("error", () => end(false));
    socket.once("close", () => end(false));
  });
}

/** By certificate: the broker then asks for nothing else. */
function connectAdmin(port: number, { ca, admin }: SecureFiles) {
  const [trusted, cert, key] = [ca, admin.certificate, admin.key].map((file) => readFileSync(file));
  return connectTls({ port, host: "127.0.0.1", ca: trusted, cert, key });
}
