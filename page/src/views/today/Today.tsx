// Whether everything is well, what waits, and what came last; live.
import { useQuery, useSubscription } from "../../api/hooks";
import { ErrorNotice } from "../../components/ErrorNotice";
import { Progress } from "../../components/Progress";
import { ShowQuery } from "../../components/ShowQuery";
import { texts } from "../../texts";
import { Health } from "./Health";
import { LastCards } from "./LastCards";
import { Queue } from "./Queue";
import { TodayDocument, TodayLiveDocument } from "./today.generated";
import "./today.css";

const NOTHING = {};

export default function Today() {
  const asked = useQuery(TodayDocument, NOTHING);
  const live = useSubscription(TodayLiveDocument, NOTHING);
  const status = live.data?.status.status ?? asked.data?.status;
  return (
    <>
      <h1>{texts.today.title}</h1>
      <ErrorNotice problems={asked.problems} retry={asked.reload} />
      <ErrorNotice problems={asked.problems.length > 0 ? [] : live.problems} />
      {status == null ? (
        asked.loading ? <Progress words={texts.loading(texts.today.what)} /> : null
      ) : (
        <div class="today">
          <Health status={status} />
          <Queue status={status} />
          <LastCards dumps={status.lastDumps} />
        </div>
      )}
      <ShowQuery document={TodayDocument} variables={NOTHING} />
    </>
  );
}
