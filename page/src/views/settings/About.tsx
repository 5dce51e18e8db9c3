// Which program this is, under which licence, and where its documentation is.
import { addressOf } from "../../base";
import { texts } from "../../texts";
import type { SettingsQuery } from "./settings.generated";

export function About({ about }: { readonly about: NonNullable<SettingsQuery["about"]> }) {
  const { version, schemaVersion, licence, sourceUrl, documentationUrl } = about;
  return (
    <section class="panel" aria-labelledby="about">
      <h2 id="about">{texts.settings.about}</h2>
      {version === null ? null : <p>{texts.settings.version(version, schemaVersion ?? "")}</p>}
      <p>{texts.settings.licence(licence)}</p>
      {documentationUrl === null
        ? <p class="quiet">{texts.settings.docsBeside}</p>
        : <p><a class="touch" href={documentationUrl} rel="noopener">{texts.settings.docs}</a></p>}
      {sourceUrl === null ? null : <p><a class="touch" href={sourceUrl} rel="noopener">{texts.settings.sources}</a></p>}
      <p><a class="touch" href={addressOf("graphql")}>{texts.settings.graphiql}</a></p>
    </section>
  );
}
