import { createHmac, createSecretKey, hash, type KeyObject } from "node:crypto";

type Bytes = Uint8Array | ArrayBuffer | ArrayBufferView | string;

/**
 * SHA-256 for the SDK's signer, in the form in which the SDK takes one: a hash, or an HMAC where a secret is given. A day's key
 * is made once; the SDK's own class makes it for each request, and a signature costs nearly twice as much.
 */
export class NodeSha256 {
  /** Of secrets that the signer keeps: the key of a day. Those of one call are text. */
  static readonly #keys = new WeakMap<object, KeyObject>();
  readonly #secret: Bytes | undefined;
  #chunks: Uint8Array[] = [];

  constructor(secret?: Bytes) {
    this.#secret = secret;
  }

  update(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
  }

  digest(): Promise<Uint8Array> {
    const [only, ...others] = this.#chunks;
    const data = others.length > 0 ? Buffer.concat(this.#chunks) : (only ?? new Uint8Array());
    if (this.#secret === undefined) return Promise.resolve(hash("sha256", data, "buffer"));
    return Promise.resolve(createHmac("sha256", NodeSha256.#keyOf(this.#secret)).update(data).digest());
  }

  reset(): void {
    this.#chunks = [];
  }

  static #keyOf(secret: Bytes): KeyObject | string {
    if (typeof secret === "string") return secret;
    const known = NodeSha256.#keys.get(secret);
    if (known) return known;
    const key = createSecretKey(bytesOf(secret));
    NodeSha256.#keys.set(secret, key);
    return key;
  }
}

function bytesOf(secret: ArrayBuffer | ArrayBufferView): Uint8Array {
  return ArrayBuffer.isView(secret)
    ? new Uint8Array(secret.buffer, secret.byteOffset, secret.byteLength)
    : new Uint8Array(secret);
}
