/** The user and password of a Basic `Authorization` header, or undefined. */
export function basicCredentials(header: string | undefined): { user: string; password: string } | undefined {
  const encoded = header?.match(/^Basic ([A-Za-z0-9+/=]+)$/)?.[1];
  if (encoded === undefined) return undefined;
  const [user = "", ...rest] = Buffer.from(encoded, "base64").toString("utf8").split(":");
  return { user, password: rest.join(":") };
}

/** The token of a Bearer `Authorization` header, or undefined. */
export function bearerToken(header: string | undefined): string | undefined {
  return header?.match(/^Bearer (\S+)$/)?.[1];
}
