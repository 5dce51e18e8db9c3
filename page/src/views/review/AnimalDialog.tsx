// Says species, sex and life stage of a box where no button does.
import { useSignal } from "@preact/signals";
import type { LifeStage, Sex } from "../../api/schema.generated";
import { Dialog } from "../../components/Dialog";
import { texts } from "../../texts";
import type { Animal } from "./journal/entry";
import { animalLabel, type ListedSpecies, type Shown } from "./word";

const SEXES: readonly Sex[] = ["MALE", "FEMALE", "UNKNOWN"];
const LIFE_STAGES: readonly LifeStage[] = ["ADULT", "SUBADULT", "JUVENILE", "UNKNOWN"];

interface Props {
  readonly shown: Shown | null;
  readonly species: readonly ListedSpecies[];
  readonly onSay: (animal: Animal) => void;
  readonly onClose: () => void;
}

interface ChoiceProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly choices: readonly (readonly [Value, string])[];
  readonly onChoose: (value: Value) => void;
}

function Choice<Value extends string>({ label, value, choices, onChoose }: ChoiceProps<Value>) {
  return (
    <label class="choice">
      <span>{label}</span>
      <select value={value} onChange={({ currentTarget }) => { onChoose(currentTarget.value as Value); }}>
        {choices.map(([each, words]) => (
          <option key={each} value={each} selected={each === value}>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
}

export function AnimalDialog({ shown, species: listed, onSay, onClose }: Props) {
  const species = useSignal(shown?.species?.scientificName ?? "");
  const sex = useSignal<Sex>(shown?.sex ?? "UNKNOWN");
  const lifeStage = useSignal<LifeStage>(shown?.lifeStage ?? "UNKNOWN");
  const names = listed.map(({ scientificName, commonName }) => [scientificName, commonName || scientificName] as const);
  const say = (event: Event): void => {
    event.preventDefault();
    const animal = { species: species.value || null, sex: sex.value, lifeStage: lifeStage.value };
    onSay({ ...animal, label: animalLabel(animal, listed) });
  };
  return (
    <Dialog title={texts.review.correctTitle} onClose={onClose}>
      <form onSubmit={say} class="animal">
        <Choice label={texts.review.species} value={species.value} choices={[["", texts.review.noSpecies], ...names]} onChoose={(value) => { species.value = value; }} />
        <Choice label={texts.review.sex} value={sex.value} choices={SEXES.map((each) => [each, texts.review.sexes[each]])} onChoose={(value) => { sex.value = value; }} />
        <Choice
          label={texts.review.lifeStage}
          value={lifeStage.value}
          choices={LIFE_STAGES.map((each) => [each, texts.review.lifeStages[each]])}
          onChoose={(value) => { lifeStage.value = value; }}
        />
        <button type="submit" class="main">{texts.review.correctAct}</button>
      </form>
    </Dialog>
  );
}
