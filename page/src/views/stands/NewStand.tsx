// Makes a stand known; one whose name is like another's is asked about.
import { useLocation } from "preact-iso";
import { useState } from "preact/hooks";
import { useChange } from "../../api/change";
import { Dialog } from "../../components/Dialog";
import { texts } from "../../texts";
import { NEW_STAND, StandForm } from "../stand/StandForm";
import { standAddress } from "./stand_address";
import { CreateStandDocument, type CreateStandMutation } from "./stands.generated";

type Made = CreateStandMutation["createLocation"];

function Similar({ made: { location, didYouMean } }: { readonly made: Made }) {
  return (
    <>
      <p>{texts.stands.didYouMean}</p>
      <ul class="plain">
        {didYouMean?.map(({ id, name }) => <li key={id}><a class="touch" href={standAddress(id)}>{name}</a></li>)}
      </ul>
      <p>{texts.stands.didYouMeanNext}</p>
      {location === null ? null : <a class="button main" href={standAddress(location.id)}>{texts.stands.toNewStand}</a>}
    </>
  );
}

export function NewStand({ onClose }: { readonly onClose: () => void }) {
  const { route } = useLocation();
  const [made, setMade] = useState<Made | null>(null);
  const create = useChange(CreateStandDocument);
  return (
    <Dialog title={texts.stands.newStand} onClose={onClose}>
      {made !== null ? <Similar made={made} /> : (
        <StandForm
          texts={NEW_STAND}
          act={texts.stands.create}
          busy={create.busy}
          problems={create.problems}
          send={async (values) => {
            const answer = (await create.run(values))?.createLocation;
            if (answer?.location == null) return;
            if ((answer.didYouMean ?? []).length > 0) setMade(answer);
            else route(standAddress(answer.location.id));
          }}
        />
      )}
    </Dialog>
  );
}
