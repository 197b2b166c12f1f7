import { pbkdf2Sync, randomBytes } from "node:crypto";
import { AppError } from "../errors/app-error.ts";
import { type Broker, type Decoder, decoderOf, type Encoder, encoder, errorOfCode } from "./kafkajs-internals.ts";

/** Kafka takes 4,096 to 16,384. */
const iterations = 8_192;
/** Kafka's number for SCRAM-SHA-512. */
const scramSha512 = 2;
const describeKey = 50;
const alterKey = 51;
/** What Kafka answers about a user that it does not know. */
const unknownUser = 91;

/** Those of the users that have a password for SCRAM-SHA-512. */
export async function scramUsers(broker: Broker, users: readonly string[]): Promise<ReadonlySet<string>> {
  const names = users.map((name) => encoder().writeUVarIntString(name).writeUVarIntBytes());
  const body = encoder().writeUVarIntArray(names).writeUVarIntBytes();
  const results = await call(
    broker,
    { apiKey: describeKey, apiName: "DescribeUserScramCredentials", body },
    (decoder) => {
      decoder.readInt32();
      const code = decoder.readInt16();
      decoder.readUVarIntString();
      if (code !== 0) throw errorOfCode(code);
      return listOf(decoder, (result) => {
        const found = userResult(result);
        const mechanisms = listOf(result, (info) => {
          const mechanism = info.readInt8();
          info.readInt32();
          info.readTaggedFields();
          return mechanism;
        });
        result.readTaggedFields();
        return { ...found, mechanisms };
      });
    },
  );
  const failed = results.find(({ code }) => code !== 0 && code !== unknownUser);
  if (failed !== undefined) throw errorOfCode(failed.code);
  return new Set(results.filter(({ mechanisms }) => mechanisms.includes(scramSha512)).map(({ user }) => user));
}

/** Gives a user a password for SCRAM-SHA-512; the password itself does not leave this process. */
export async function setScramPassword(broker: Broker, user: string, password: string): Promise<void> {
  const salt = randomBytes(32);
  const salted = pbkdf2Sync(password, salt, iterations, 64, "sha512");
  const upsertion = encoder()
    .writeUVarIntString(user)
    .writeInt8(scramSha512)
    .writeInt32(iterations)
    .writeUVarIntBytes(salt)
    .writeUVarIntBytes(salted)
    .writeUVarIntBytes();
  const body = encoder().writeUVarIntArray([]).writeUVarIntArray([upsertion]).writeUVarIntBytes();
  const results = await call(broker, { apiKey: alterKey, apiName: "AlterUserScramCredentials", body }, (decoder) => {
    decoder.readInt32();
    return listOf(decoder, (result) => {
      const found = userResult(result);
      result.readTaggedFields();
      return found;
    });
  });
  const [result] = results;
  if (result === undefined) throw new AppError("KAFKA_SCRAM", "Kafka says nothing of the user", { retryable: true });
  if (result.code !== 0) throw errorOfCode(result.code);
}

interface Call {
  readonly apiKey: number;
  readonly apiName: string;
  readonly body: Encoder;
}

function listOf<T>(decoder: Decoder, read: (decoder: Decoder) => T): readonly T[] {
  return decoder.readUVarIntArray(read) ?? [];
}

/** How it went with one user. What Kafka says beside the code is left out: it may repeat anything. */
function userResult(decoder: Decoder) {
  const user = decoder.readUVarIntString() ?? "";
  const code = decoder.readInt16();
  decoder.readUVarIntString();
  return { user, code };
}

/** Version 0, flexible: a field of tags begins the header's end on the way there and the body on the way back. */
async function call<T>(broker: Broker, { apiKey, apiName, body }: Call, read: (decoder: Decoder) => T): Promise<T> {
  const encode = async () => encoder().writeUVarIntBytes().writeEncoder(body);
  return broker.connectionPool.send({
    request: { apiKey, apiVersion: 0, apiName, encode },
    response: {
      decode: async (bytes: Buffer) => {
        const decoder = decoderOf(bytes);
        decoder.readTaggedFields();
        return read(decoder);
      },
      parse: async (result: T) => result,
    },
  });
}
