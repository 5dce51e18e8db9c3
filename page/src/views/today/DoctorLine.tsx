// The worst line of the doctor, to the owner. It is asked apart: the doctor takes seconds, and nothing else waits for it.
import { useEffect } from "preact/hooks";
import { useQuery } from "../../api/hooks";
import { texts } from "../../texts";
import { pathOf } from "../../views";
import { TodayDoctorDocument } from "./today.generated";

const NOTHING = {};
const ASK_AGAIN_MS = 5_000;

export function DoctorLine() {
  const { data, reload } = useQuery(TodayDoctorDocument, NOTHING);
  const doctor = data?.doctor;
  const looks = doctor?.examinedAt === null;
  useEffect(() => {
    if (!looks) return undefined;
    const timer = window.setTimeout(reload, ASK_AGAIN_MS);
    return () => { clearTimeout(timer); };
  }, [looks, doctor, reload]);
  const worst = doctor?.results.find(({ level }) => level === doctor.level);
  if (worst === undefined || worst.level === "OK") return null;
  return (
    <div>
      <p class={worst.level === "FAIL" ? "bad" : "warning"}>{texts.today.doctor(worst.sentence)}</p>
      {worst.remedy === null ? null : <p>{worst.remedy}</p>}
      <a class="touch" href={pathOf("settings")}>{texts.today.doctorAll}</a>
    </div>
  );
}
