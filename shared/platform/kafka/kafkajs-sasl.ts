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
    authenticationProvider: (args: unknown) => ({
      authenticate: async () => {
        try {
          await saslProviders[source.mechanism](await secretsOf(source))(args).authenticate();
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

/** One look at the secret for the whole of an authentication: a second could find another. */
async function secretsOf(source: SaslSource): Promise<object> {
  if (source.mechanism !== "OAUTHBEARER") return { username: source.user, password: source.password() };
  const value = await source.token();
  return { oauthBearerProvider: async () => ({ value }) };
}
