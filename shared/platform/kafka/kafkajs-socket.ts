import { connect as connectPlain, isIP, type Socket } from "node:net";
import { checkServerIdentity, connect as connectTls } from "node:tls";
import { AppError } from "../errors/app-error.ts";
import { type TlsPeer, tlsFailure } from "../tls/tls-failure.ts";
import type { TlsSource } from "../tls/tls-source.ts";
import { tlsExpected, unavailable } from "./failure.ts";

/** Where a broker listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** One connection to a broker. */
export interface SocketParts {
  /** The address that the broker advertises, whose name its certificate must have. */
  readonly advertised: Address;
  /** Where to connect. */
  readonly at: Address;
  readonly tls: TlsSource | undefined;
  readonly onConnect: () => void;
  /** Called with why the connection failed, and with undefined once the broker has said something. */
  readonly onEnd: (failure: AppError | undefined) => void;
}

const kafka: TlsPeer = { code: "KAFKA", name: "Kafka", caSetting: "COMMS_KAFKA_CA_FILE" };
/** The record type of an alert in TLS. */
const tlsAlert = 0x15;

/** Opens a socket, with the certificates as they lie in their files now. Throws where they cannot be read. */
export function openSocket({ advertised, at, tls, onConnect, onEnd }: SocketParts): Socket {
  const socket = tls === undefined ? connectPlain(at, onConnect) : openTls(advertised, { at, tls, onConnect });
  socket.setKeepAlive(true, 60_000).setNoDelay(true);
  socket.on("error", (error) => onEnd(tlsFailure(error, kafka) ?? unavailable("Connecting", error)));
  let isAnswered = false;
  socket.once("data", (bytes: Buffer) => {
    isAnswered = true;
    onEnd(tls === undefined && isTls(bytes) ? tlsExpected() : undefined);
  });
  if (tls !== undefined) socket.once("secureConnect", () => socket.once("close", () => isAnswered || onEnd(dropped())));
  return socket;
}

/** The certificate is compared with the advertised name, also through a tunnel; an address has no place in SNI. */
function openTls(
  { host }: Address,
  { at, tls, onConnect }: Pick<SocketParts, "at" | "onConnect"> & { readonly tls: TlsSource },
): Socket {
  const options = {
    ...at,
    secureContext: tls.context(),
    checkServerIdentity: (_name: string, certificate: Parameters<typeof checkServerIdentity>[1]) =>
      checkServerIdentity(host, certificate),
    ...(isIP(host) === 0 ? { servername: host } : {}),
  };
  return connectTls(options, onConnect);
}

/**
 * In TLS 1.3 a server looks at the client's certificate after the handshake has ended for the client, and may be gone before
 * its reason arrives. A broker that stops does the same, and the next try will show.
 */
function dropped(): AppError {
  const message =
    "Kafka closes the connection after the handshake: it asks for a certificate of this client, or does not take the one that it has";
  return new AppError("KAFKA_CERTIFICATE_REFUSED", message, { retryable: true });
}

/** No answer of Kafka's begins so: it would be one of 350 MB. */
function isTls(bytes: Buffer): boolean {
  return bytes[0] === tlsAlert && bytes[1] === 3;
}
