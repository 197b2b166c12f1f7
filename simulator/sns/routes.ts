import type { FastifyInstance } from "fastify";
import type { SigningCertificate } from "#simulator/sns/certificate.ts";

/** SNS under `/sns`: the certificate that its signatures are checked with. */
export function snsRoutes(app: FastifyInstance, certificate: SigningCertificate): void {
  app.get(`/sns/${certificate.file}`, (_request, reply) =>
    reply.type("application/x-pem-file").header("cache-control", "max-age=3600").send(certificate.pem),
  );
}
