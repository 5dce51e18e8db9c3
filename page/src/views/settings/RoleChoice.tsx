// What somebody is to the ranch, to be chosen.
import type { Role } from "../../session";
import { texts } from "../../texts";

const ROLES: readonly Role[] = ["OWNER", "MEMBER", "GUEST"];

interface Props {
  readonly label: string;
  readonly value: Role;
  readonly disabled?: boolean | undefined;
  readonly onChange: (role: Role) => void;
}

export function RoleChoice({ label, value, disabled = false, onChange }: Props) {
  return (
    <label>
      {label}
      <select value={value} disabled={disabled} onChange={(event) => { onChange(event.currentTarget.value as Role); }}>
        {ROLES.map((role) => (
          <option key={role} value={role}>
            {texts.settings.roles[role]}
          </option>
        ))}
      </select>
    </label>
  );
}
