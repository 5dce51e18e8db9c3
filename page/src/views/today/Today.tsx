// Whether everything is well, what waits, and what came last; live.
import { useQuery, useSubscription } from "../../api/hooks";
import { useReloadSoon } from "../../api/useReloadSoon";
import { ErrorNotice } from "../../components/ErrorNotice";
import { Progress } from "../../components/Progress";
import { ShowQuery } from "../../components/ShowQuery";
import { isMember, person } from "../../session";
import { texts } from "../../texts";
import { Health } from "./Health";
import { LastCards } from "./LastCards";
import { New } from "./New";
import { NewestPhotos } from "./NewestPhotos";
import { Queue } from "./Queue";
import { Species } from "./Species";
import { TodayDocument, TodayLiveDocument } from "./today.generated";
import { useRecordLook, useVisit } from "./useVisit";
import { today } from "./visit";
import "./today.css";

const NOTHING = {};

function TodayOf({ who }: { readonly who: string }) {
  const visit = useVisit(who);
  const variables = { isMember: isMember(), since: visit?.since ?? null, today: today(new Date()) };
  const asked = useQuery(TodayDocument, visit === undefined ? null : variables, { about: String(isMember()) });
  useRecordLook(asked.data?.viewer?.asOf);
  const live = useSubscription(TodayLiveDocument, isMember() ? NOTHING : null);
  const status = live.data?.status.status ?? asked.data?.status;
  useReloadSoon(live.data?.status.status.imageCounts.completed, asked.reload);
  return (
    <>
      <ErrorNotice problems={asked.problems} retry={asked.reload} />
      <ErrorNotice problems={asked.problems.length > 0 ? [] : live.problems} />
      {asked.data === undefined && asked.loading ? <Progress words={texts.loading(texts.today.what)} /> : null}
      <div class="today">
        {status == null ? null : (
          <>
            <Health status={status} />
            <Queue status={status} />
          </>
        )}
        {asked.data === undefined ? null : <New since={variables.since} answer={asked.data} />}
        {asked.data?.speciesCounts == null ? null : <Species date={variables.today} counts={asked.data.speciesCounts} />}
        {status == null ? null : <LastCards dumps={status.lastDumps} />}
        {asked.data?.images == null ? null : <NewestPhotos images={asked.data.images} />}
      </div>
      <ShowQuery document={TodayDocument} variables={variables} />
    </>
  );
}

export default function Today() {
  const who = person.value?.name;
  return (
    <>
      <h1>{texts.today.title}</h1>
      {who === undefined ? <Progress words={texts.loading(texts.today.what)} /> : <TodayOf key={who} who={who} />}
    </>
  );
}
