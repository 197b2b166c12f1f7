import type { SASLOptions } from "kafkajs";
import type { AppError } from "../errors/app-error.ts";
import { toAppError } from "./kafkajs-failure.ts";
import { saslProviders } from "./kafkajs-internals.ts";
import type { SaslSource } from "./security-source.ts";

/**
 * SASL for a client. kafkajs asks for it at each authentication, those included that the broker's `connections.max.reauth.ms`
 * makes: each takes the secret as it is then. `onEnd` hears how each ended: undefined for well.
 */
export function saslOptions(source: SaslSource, onEnd: (failure: AppError | undefined) => void): SASLOptions {
  const mechanism = source.mechanism.toLowerCase();
  return {
    mechanism,
    authenticationProvider: (args: SaslArguments) => ({
      authenticate: async () => {
        try {
          await saslProviders[source.mechanism](await secretsOf(source))(argumentsFor(source, args)).authenticate();
        } catch (error) {
          const failure = toAppError("Authenticating", "", error);
          if (source.mechanism === "OAUTHBEARER" && failure.code === "KAFKA_AUTHENTICATION") source.refused?.();
          onEnd(failure);
          throw error;
        }
        onEnd(undefined);
      },
    }),
  } as unknown as SASLOptions;
}

interface SaslArguments {
  saslAuthenticate(call: { readonly request: unknown; readonly response?: SaslResponse }): Promise<unknown>;
}

interface SaslResponse {
  decode(bytes: Buffer): Promise<Buffer>;
  parse(bytes: Buffer): Promise<undefined>;
}

/** The length of an answer, which kafkajs puts before it. */
const lengthBytes = 4;

/**
 * Who refuses a token says so in an answer that is no error of Kafka's, and waits (RFC 7628, section 3.2.3). kafkajs does not
 * look at it and takes itself for authenticated, until the next request breaks the connection.
 */
const tokenResponse: SaslResponse = {
  decode: async (bytes) => bytes,
  parse: async (bytes) => {
    if (bytes.length > lengthBytes) throw new Error("The token is refused");
    return undefined;
  },
};

function argumentsFor({ mechanism }: SaslSource, args: SaslArguments): SaslArguments {
  if (mechanism !== "OAUTHBEARER") return args;
  return { ...args, saslAuthenticate: (call) => args.saslAuthenticate({ ...call, response: tokenResponse }) };
}

/** One look at the secret for the whole of an authentication: a second could find another. */
async function secretsOf(source: SaslSource): Promise<object> {
  if (source.mechanism !== "OAUTHBEARER") return { username: source.user, password: source.password() };
  const value = await source.token();
  return { oauthBearerProvider: async () => ({ value }) };
}
