// Who may sign in and with what, the detectors, what the doctor finds, and which program this is.
import { useQuery } from "../../api/hooks";
import { ErrorNotice } from "../../components/ErrorNotice";
import { Progress } from "../../components/Progress";
import { ShowQuery } from "../../components/ShowQuery";
import { isMember, person } from "../../session";
import { texts } from "../../texts";
import { pathOf } from "../../views";
import { About } from "./About";
import { Detectors } from "./Detectors";
import { Doctor } from "./Doctor";
import { People } from "./People";
import { Sessions } from "./Sessions";
import { SettingsDocument, type SettingsQuery } from "./settings.generated";
import { Tokens } from "./Tokens";
import "./settings.css";

function Who({ viewer: { name, role } }: { readonly viewer: NonNullable<SettingsQuery["viewer"]> }) {
  return (
    <section class="panel" aria-labelledby="you">
      <h2 id="you">{texts.settings.you}</h2>
      <p>{texts.signIn.who(name, role.toLowerCase())}</p>
      <p>{texts.signIn.roles[role]}</p>
      <a class="button" href={pathOf("sign-in")}>{texts.signIn.signOut}</a>
    </section>
  );
}

function Access({ data, isOwner, reload }: { readonly data: SettingsQuery; readonly isOwner: boolean; readonly reload: () => void }) {
  const { viewer, people, signInLinks, sessions, tokens } = data;
  const shownSessions = sessions?.nodes ?? viewer?.sessions ?? [];
  const shownTokens = tokens?.nodes ?? viewer?.tokens ?? [];
  return (
    <>
      {people == null ? null : <People people={people} links={signInLinks} reload={reload} />}
      <Sessions sessions={shownSessions} total={sessions?.totalCount ?? shownSessions.length} reload={reload} />
      <Tokens tokens={shownTokens} total={tokens?.totalCount ?? shownTokens.length} mayCreate={isOwner} reload={reload} />
    </>
  );
}

export default function Settings() {
  const isOwner = person.value?.role === "OWNER";
  const variables = { isMember: isMember(), isOwner };
  const { data, problems, loading, reload } = useQuery(SettingsDocument, person.value == null ? null : variables);
  return (
    <>
      <h1>{texts.settings.title}</h1>
      <ErrorNotice problems={problems} retry={reload} />
      {data === undefined && loading ? <Progress words={texts.loading(texts.settings.what)} /> : null}
      <div class="settings">
        {data?.viewer == null ? null : <Who viewer={data.viewer} />}
        {data === undefined || !isMember() ? null : <Access data={data} isOwner={isOwner} reload={reload} />}
        {data?.detectors == null ? null : <Detectors detectors={data.detectors} />}
        {isOwner ? <Doctor /> : null}
        {data?.about == null ? null : <About about={data.about} />}
      </div>
      <ShowQuery document={SettingsDocument} variables={variables} />
    </>
  );
}
