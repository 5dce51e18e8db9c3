// Below a picker: that its list is still on its way, or that a part of it could not be had.
import type { AllPages } from "../api/useAllPages";
import { texts } from "../texts";
import { ErrorNotice } from "./ErrorNotice";
import { Progress } from "./Progress";

export function ReadNotice({ list, what }: { readonly list: AllPages<unknown>; readonly what: string }) {
  const { isWhole, problems, reload } = list;
  if (problems.length > 0) return <ErrorNotice problems={problems} retry={reload} />;
  return isWhole ? null : <Progress words={texts.loading(what)} />;
}
