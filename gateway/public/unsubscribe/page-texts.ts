/** What the pages say in one language. `{what}` is filled in. */
export interface PageTexts {
  readonly lang: string;
  readonly ask: { readonly title: string; readonly text: string; readonly button: string };
  readonly done: { readonly title: string; readonly text: string };
  /** The wish is on record, and not in force everywhere yet. */
  readonly soon: { readonly title: string; readonly text: string };
  readonly expired: { readonly title: string; readonly text: string };
  readonly broken: { readonly title: string; readonly text: string };
  readonly later: { readonly title: string; readonly text: string };
  readonly what: Readonly<Record<string, string>>;
  /** Stands for a scope without a text of its own. */
  readonly these: string;
}

const en: PageTexts = {
  lang: "en",
  ask: {
    title: "Stop these messages?",
    text: "You will get no more {what} at this address. Security and legal messages still come.",
    button: "Unsubscribe",
  },
  done: {
    title: "You are unsubscribed",
    text: "You will get no more {what} at this address. Security and legal messages still come.",
  },
  soon: {
    title: "You are unsubscribed",
    text: "This is in force within a minute. From then on you will get no more {what} at this address. Security and legal messages still come.",
  },
  expired: {
    title: "This link is too old",
    text: "Use the link in a newer message, or change your settings in the app. Nothing was changed.",
  },
  broken: {
    title: "This link is not complete",
    text: "Open it from the message again, or copy the whole of it. Nothing was changed.",
  },
  later: { title: "That did not work", text: "Nothing was changed. Try again in a minute." },
  what: {
    "stream:marketing": "news and offers",
    "category:booking": "messages on your bookings",
    "category:messages": "notes on new messages",
    "category:reviews": "notes on reviews",
    "category:promotions": "news and offers",
    "category:finance": "messages on payments",
  },
  these: "messages of this kind",
};

const es: PageTexts = {
  lang: "es",
  ask: {
    title: "¿Dejar de recibir estos mensajes?",
    text: "No recibirá más {what} en esta dirección. Los mensajes legales y de seguridad seguirán llegando.",
    button: "Cancelar suscripción",
  },
  done: {
    title: "Su suscripción está cancelada",
    text: "No recibirá más {what} en esta dirección. Los mensajes legales y de seguridad seguirán llegando.",
  },
  soon: {
    title: "Su suscripción está cancelada",
    text: "Será efectiva en un minuto. Desde entonces no recibirá más {what} en esta dirección. Los mensajes legales y de seguridad seguirán llegando.",
  },
  expired: {
    title: "Este enlace es demasiado antiguo",
    text: "Use el enlace de un mensaje más reciente o cambie sus preferencias en la aplicación. No se ha cambiado nada.",
  },
  broken: {
    title: "Este enlace no está completo",
    text: "Ábralo de nuevo desde el mensaje o cópielo entero. No se ha cambiado nada.",
  },
  later: { title: "No ha funcionado", text: "No se ha cambiado nada. Inténtelo de nuevo en un minuto." },
  what: {
    "stream:marketing": "novedades ni ofertas",
    "category:booking": "mensajes sobre sus reservas",
    "category:messages": "avisos de mensajes nuevos",
    "category:reviews": "avisos de reseñas",
    "category:promotions": "novedades ni ofertas",
    "category:finance": "mensajes sobre pagos",
  },
  these: "mensajes de este tipo",
};

const fr: PageTexts = {
  lang: "fr",
  ask: {
    title: "Ne plus recevoir ces messages ?",
    text: "Vous ne recevrez plus {what} à cette adresse. Les messages légaux et de sécurité continueront d’arriver.",
    button: "Se désabonner",
  },
  done: {
    title: "Vous êtes désabonné",
    text: "Vous ne recevrez plus {what} à cette adresse. Les messages légaux et de sécurité continueront d’arriver.",
  },
  soon: {
    title: "Vous êtes désabonné",
    text: "Cela prend effet dans une minute au plus. Ensuite, vous ne recevrez plus {what} à cette adresse. Les messages légaux et de sécurité continueront d’arriver.",
  },
  expired: {
    title: "Ce lien est trop ancien",
    text: "Utilisez le lien d’un message plus récent, ou vos réglages dans l’application. Rien n’a été changé.",
  },
  broken: {
    title: "Ce lien n’est pas complet",
    text: "Ouvrez-le de nouveau depuis le message, ou copiez-le en entier. Rien n’a été changé.",
  },
  later: { title: "Cela n’a pas fonctionné", text: "Rien n’a été changé. Réessayez dans une minute." },
  what: {
    "stream:marketing": "de nouvelles ni d’offres",
    "category:booking": "de messages sur vos réservations",
    "category:messages": "d’avis de nouveaux messages",
    "category:reviews": "d’avis sur vos évaluations",
    "category:promotions": "de nouvelles ni d’offres",
    "category:finance": "de messages sur vos paiements",
  },
  these: "de messages de ce genre",
};

const languages: Readonly<Record<string, PageTexts>> = { en, es, fr };

/** The texts in the first known language of an `Accept-Language` header, else in English. Ignores quality values. */
export function pageTextsFor(acceptLanguage: string | undefined): PageTexts {
  const tags = (acceptLanguage ?? "").slice(0, 200).split(",");
  const known = tags.map((tag) => languages[tag.trim().slice(0, 2).toLowerCase()]);
  return known.find((texts) => texts !== undefined) ?? en;
}
