// What the doctor finds on the machine: the worst first, what is as it should be folded away.
import { useEffect } from "preact/hooks";
import { useQuery } from "../../api/hooks";
import { ErrorNotice } from "../../components/ErrorNotice";
import { Progress } from "../../components/Progress";
import { formatAgo } from "../../format/date";
import { texts } from "../../texts";
import { DoctorDocument, type DoctorQuery } from "./settings.generated";

type Line = NonNullable<DoctorQuery["doctor"]>["results"][number];

const NOTHING = {};
const WORST_FIRST = ["FAIL", "WARN"] as const;
const CLASSES = { FAIL: "bad", WARN: "warning", OK: "good" } as const;

function DoctorLine({ line: { check, level, sentence, remedy } }: { readonly line: Line }) {
  return (
    <li>
      <p><strong class={CLASSES[level]}>{texts.settings.levels[level]}</strong> · <span class="quiet">{check}</span> · {sentence}</p>
      {remedy === null ? null : <p>{remedy}</p>}
    </li>
  );
}

function Report({ report }: { readonly report: NonNullable<DoctorQuery["doctor"]> }) {
  const { results, level, notExamined } = report;
  const wrong = WORST_FIRST.flatMap((each) => results.filter((line) => line.level === each));
  const well = results.filter((line) => line.level === "OK");
  return (
    <>
      {level === "OK" ? <p class="good">{texts.settings.healthy}</p> : null}
      <ul class="plain">{wrong.map((line) => <DoctorLine key={`${line.check} ${line.sentence}`} line={line} />)}</ul>
      {notExamined.length === 0 ? null : <p class="warning">{texts.settings.notExamined(notExamined.join(", "))}</p>}
      <details>
        <summary class="touch">{texts.settings.wellChecks(well.length)}</summary>
        <ul class="plain">{well.map((line) => <DoctorLine key={`${line.check} ${line.sentence}`} line={line} />)}</ul>
      </details>
    </>
  );
}

export function Doctor() {
  const { data, problems, loading, reload } = useQuery(DoctorDocument, NOTHING);
  const report = data?.doctor ?? null;
  const examinedAt = report?.examinedAt ?? null;
  const looks = loading || (report !== null && examinedAt === null);
  useEffect(() => {
    // The API waited for it already, so it is asked again at once.
    if (!loading && report !== null && examinedAt === null) reload();
  }, [loading, report, examinedAt, reload]);
  return (
    <section class="panel" aria-labelledby="doctor">
      <h2 id="doctor">{texts.settings.doctor}</h2>
      <ErrorNotice problems={problems} retry={reload} />
      {looks ? <Progress words={texts.settings.doctorLooks} /> : null}
      {report === null || examinedAt === null ? null : (
        <>
          <Report report={report} />
          <p class="quiet">{texts.settings.examined(formatAgo(examinedAt))}</p>
          <button type="button" disabled={looks} onClick={reload}>{texts.settings.lookAgain}</button>
        </>
      )}
    </section>
  );
}
