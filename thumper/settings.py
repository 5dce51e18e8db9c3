"""What can be set from outside, read once: options, the environment, and the files in the home.

Every setting is a `THUMPER_*` variable and a field of `Settings`; the field's name carries its unit. This is the only
module that reads `os.environ`, so that two parts of Thumper never disagree about a value. It refuses names that it does
not know: a misspelt setting that is silently ignored costs an evening.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self, get_args
from zoneinfo import ZoneInfo

import tzlocal
from pydantic import AfterValidator, Field, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from thumper.domain.host_name import read_address, read_base_path, read_public_url
from thumper.domain.keep import Keep
from thumper.domain.precision import Precision
from thumper.domain.secret_text import without_password
from thumper.domain.time_zone import NO_PLACE
from thumper.errors import SettingError
from thumper.setting_files import PREFIX, Given, Source, hint, read_files, variable_name
from thumper.setting_values import (
    NO_REDIS,
    absolute,
    read_device,
    read_host_list,
    read_network_list,
    read_postgres_url,
    read_redis_url,
    read_zone_name,
)

__all__ = [
    "NO_REDIS",
    "PREFIX",
    "SECRET",
    "Settings",
    "default_home",
    "given_settings",
    "refuse_unknown",
    "state_dir",
    "variable_name",
]

SECRET: Final = frozenset({"database_url", "redis_url"})
"""Settings that may hold a password, which is never shown."""

POLL_S: Final = 5.0
"""How often the worker looks by itself where a wake-up tells it of most work."""

LONE_POLL_S: Final = 1.0
"""The same without Redis: a photo waits 0.5 s on average, for 0.1 % of a core more in PostgreSQL (decision 038)."""


AbsolutePath = Annotated[Path, AfterValidator(absolute)]
Seconds = Annotated[float, Field(gt=0)]


class Settings(BaseSettings):
    """All settings, frozen. Sizes in bytes, times in seconds, as the names say."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, frozen=True, extra="forbid")

    home: AbsolutePath = Path("~/.local/share/thumper")
    """Folder of everything that Thumper writes: database, library, logs, sockets."""
    drop: AbsolutePath | None = None
    """The watched drop folder; `drop` below the home when not set."""
    keep: Keep = Keep.IN_PLACE
    """Where originals of the drop folder are kept; ingested and uploaded ones are always copied."""
    watch: Literal["auto", "events", "polling"] = "auto"
    """How new files in the drop folder are noticed; auto polls where the file system does not tell of them."""
    host: str = "127.0.0.1"
    """Address that the API binds: 0.0.0.0 for all of IPv4, :: for all of both."""
    port: int = Field(default=8480, ge=1, le=65535)
    """TCP port of the API."""
    allowed_hosts: Annotated[str, AfterValidator(read_host_list)] = ""
    """Names besides the machine's own under which it may be called: `deer.example.org, *.example.net`."""
    behind_proxy: Annotated[str, AfterValidator(read_network_list)] = ""
    """Addresses and networks of the proxies whose X-Forwarded-For, -Proto and -Host are believed."""
    base_path: Annotated[str, AfterValidator(read_base_path)] = ""
    """Path below which it lies behind a proxy, such as /thumper."""
    public_url: Annotated[str, AfterValidator(read_public_url)] | None = None
    """Address at which people reach it, where that is another than this machine's: sign-in links name it."""
    database_url: Annotated[str, AfterValidator(read_postgres_url)] | None = None
    """A PostgreSQL (14 or later) of your own instead of the embedded one."""
    redis_url: Annotated[str, AfterValidator(read_redis_url)] | None = None
    """A Redis of your own instead of the embedded one; `none` runs without."""
    device: Annotated[str, AfterValidator(read_device)] = "auto"
    """Where the model runs: auto (CUDA when there is one), cpu, cuda, cuda:N."""
    engine: Literal["auto", "torch", "onnxruntime", "ncnn", "openvino"] = "auto"
    """What runs the model: auto (the fastest that is right for the device), torch, onnxruntime, ncnn, openvino."""
    precision: Precision = Precision.FP32
    """Numbers that the model computes in: fp32 (exact), bf16 (faster on CPUs that have it), fp16 (faster on CUDA)."""
    model: AbsolutePath | None = None
    """A YOLOv8 model file; the packaged deer detector when not set."""
    class_map: AbsolutePath | None = None
    """TOML class map of that model; MODEL.toml beside it when not set."""
    time_zone: Annotated[str, AfterValidator(read_zone_name)] = Field(
        default_factory=tzlocal.get_localzone_name
    )
    """IANA zone of camera clocks at locations that state none; the system's zone when not set."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """How much is logged."""

    lease_s: Seconds = 30.0
    """How long a worker owns an image without a sign of life."""
    heartbeat_s: Seconds = 10.0
    """How often a worker renews its leases."""
    poll_s: Seconds | None = None
    """How often the worker looks for work by itself; every 5 s when not set, every second without Redis."""
    sweep_s: Seconds = 10.0
    """How often expired leases are released."""
    rescan_s: Seconds = 60.0
    """How often the drop folder is walked whether or not events arrived."""
    look_s: Seconds = 2.0
    """Time between the two looks at a file that must agree before it is read."""
    truncated_hold_s: Annotated[float, Field(ge=0)] = 60.0
    """How much longer a photo without its ending, or with a part missing, is waited for."""
    settle_s: Seconds = 10.0
    """Quiet time after which a dump counts as delivered."""
    batch_images: int | None = Field(default=None, ge=1, le=256)
    """Most images claimed at a time; found out on the device when not set."""
    max_file_bytes: int = Field(default=50 * 1024 * 1024, ge=1)
    """Largest photo that is read."""
    max_pixels: int = Field(default=110_000_000, ge=1)
    """Most pixels that a photo may decode to."""
    max_exif_bytes: int = Field(default=64 * 1024, ge=1)
    """Most EXIF that is read out of one photo."""
    decode_timeout_s: Seconds = 20.0
    """Longest that decoding one photo may take."""
    model_timeout_s: Seconds = 20.0
    """Longest that the model may take; longer only for many photos at once or a model that is slow anyway."""
    decode_workers: int | None = Field(default=None, ge=1, le=64)
    """Child processes that decode photos; as many as cores for the worker, two for the API, when not set."""
    upload_ttl_s: Seconds = 3600.0
    """How long an upload address can be used."""
    max_sockets: int = Field(default=1200, ge=1)
    """Clients that may follow something at a time, over WebSocket and event streams together."""
    max_requests: int = Field(default=100, ge=1)
    """Requests that are answered at a time."""
    owner_requests_per_s: Annotated[float, Field(ge=0)] = 200.0
    """Requests that a session or token of an owner may send, on average of ten seconds; 0 for no limit."""
    member_requests_per_s: Annotated[float, Field(ge=0)] = 100.0
    """The same for members."""
    guest_requests_per_s: Annotated[float, Field(ge=0)] = 20.0
    """The same for guests."""
    audit_days: int = Field(default=365, ge=1, le=3650)
    """How long the audit says who did what."""
    feed_days: int = Field(default=30, ge=1, le=3650)
    """How long events are kept that clients can go on after."""
    view_days: int = Field(default=90, ge=1, le=3650)
    """How long a view is kept after its last use."""
    views_max_bytes: int = Field(default=5 * 1024**3, ge=0)
    """Room that views may take, and with them small pictures that no image has."""

    @classmethod
    def settings_customise_sources(  # noqa: PLR0917  # the signature is pydantic's
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read arguments first, then the environment, and nothing else."""
        return init_settings, env_settings

    @model_validator(mode="after")
    def _leases_outlive_heartbeats(self) -> Self:
        if self.heartbeat_s >= self.lease_s:
            msg = f"heartbeat_s ({self.heartbeat_s:g}) must be shorter than lease_s ({self.lease_s:g})"
            raise ValueError(msg)
        return self

    @classmethod
    def from_env(cls, **overrides: object) -> Settings:
        """Read environment and files of the home; `overrides` (command-line options) win when not None.

        Raises `SettingError` naming the variable or line and, for an unknown one, the nearest valid name.
        """
        return cls.of(given_settings(overrides))

    @classmethod
    def handed(cls) -> Settings:
        """Read what `as_environment` of the process that started this one says, and no file besides."""
        return cls.of(given_settings(files=False))

    @classmethod
    def of(cls, given: Mapping[str, Given]) -> Settings:
        """Return the settings of these values. Raises `SettingError` with the place of a wrong one."""
        try:
            return cls(**{name: one.value for name, one in given.items()})  # type: ignore[arg-type]  # pydantic validates
        except ValidationError as error:
            raise SettingError(_explain(error, given)) from None

    @property
    def drop_dir(self) -> Path:
        """The watched drop folder."""
        return self.drop if self.drop is not None else self.home / "drop"

    @property
    def run_dir(self) -> Path:
        """Sockets and locks of running processes."""
        return self.home / "run"

    @property
    def postgres_dir(self) -> Path:
        """Data directory of the embedded PostgreSQL."""
        return self.home / "postgres"

    @property
    def redis_dir(self) -> Path:
        """Data directory of the embedded Redis."""
        return self.home / "redis"

    @property
    def library_dir(self) -> Path:
        """Copied originals, thumbnails and views."""
        return self.home / "library"

    @property
    def engines_dir(self) -> Path:
        """Models of the user's own, prepared for the engine that runs them."""
        return self.home / "engines"

    @property
    def cameras_dir(self) -> Path:
        """The user's own camera profiles."""
        return self.home / "cameras"

    @property
    def log_dir(self) -> Path:
        """Log files of everything that `thumper up` starts."""
        return self.home / "logs"

    @property
    def lacks_zone(self) -> bool:
        """Whether cameras' clocks would be read in the zone of a server, which no person chose."""
        return self.time_zone in NO_PLACE and "time_zone" not in self.model_fields_set

    @property
    def wakeup_url(self) -> str | None:
        """Redis that wake-ups go through; None: there is none, and the worker finds its work by polling."""
        return None if self.redis_url == NO_REDIS else self.redis_url

    @property
    def poll_every_s(self) -> float:
        """How often the worker looks for work by itself."""
        return self.poll_s or (LONE_POLL_S if self.wakeup_url is None else POLL_S)

    @property
    def zone(self) -> ZoneInfo:
        """`time_zone` as an object."""
        return ZoneInfo(self.time_zone)

    @property
    def own_host(self) -> str:
        """Name or address under which programs of this machine reach the API."""
        bound = read_address(self.host)
        return "127.0.0.1" if bound is not None and bound.is_unspecified else self.host

    @property
    def api_url(self) -> str:
        """Where clients on this machine reach the API."""
        host = f"[{self.own_host}]" if ":" in self.own_host else self.own_host
        return f"http://{host}:{self.port}{self.base_path}"

    @property
    def postgres_url(self) -> str:
        """`database_url`; raises `SettingError` without one. The command line sets that of the embedded server."""
        if self.database_url is None:
            msg = f"{variable_name('database_url')} is not set, and no embedded PostgreSQL runs"
            raise SettingError(msg)
        return self.database_url

    def stated_in_environment(self) -> dict[str, str]:
        """Return the THUMPER_* variables that are set, with the values that count: paths absolute."""
        stated = {name.upper() for name in os.environ}
        own = {variable_name(name): str(value) for name, value in self if value is not None}
        return {name: value for name, value in own.items() if name in stated}

    def as_environment(self) -> dict[str, str]:
        """Return the variables that make a child process read these same settings."""
        kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(PREFIX)}
        own = {variable_name(name): str(value) for name, value in self if value is not None}
        return kept | own


def given_settings(options: Mapping[str, object] | None = None, *, files: bool = True) -> dict[str, Given]:
    """Return what is set, and where: options, environment and, with `files`, those of the home.

    Raises `SettingError` for a name that is no setting and a file that cannot be read.
    """
    refuse_unknown(os.environ)
    given = {
        name: Given(value, Source.ENVIRONMENT, variable_name(name))
        for name, value in EnvSettingsSource(Settings)().items()
    }
    for name, value in (options or {}).items():
        if value is not None:
            given[name] = Given(value, Source.COMMAND_LINE, f"--{name.replace('_', '-')}")
    if not files:
        return given
    home = given["home"].value if "home" in given else Settings.model_fields["home"].default
    known = {
        name: _is_path(field.annotation) for name, field in Settings.model_fields.items() if name != "home"
    }
    return read_files(absolute(Path(str(home))), known) | given


def _is_path(annotation: Any) -> bool:
    kinds = (annotation, *get_args(annotation))
    return any(getattr(kind, "__origin__", kind) is Path for kind in kinds)


def default_home() -> Path:
    """Return the home of those who name none."""
    return absolute(Settings.model_fields["home"].default)


def state_dir() -> Path:
    """Return the folder of what Thumper notes for this user (XDG Base Directory Specification)."""
    return Path(os.environ.get("XDG_STATE_HOME") or "~/.local/state").expanduser() / "thumper"


@dataclass(frozen=True, slots=True)
class ServiceManager:
    """How systemd wants to be told how its service is: sd_notify(3), sd_watchdog_enabled(3)."""

    socket: str | None = None
    """Where; None if it does not want to be told, or did not start this process."""
    watchdog_s: float | None = None
    """How long it may be told nothing; None for as long as it takes."""


def take_service_manager() -> ServiceManager:
    """Return what systemd asks of this process, and remove it from the environment: it is not asked of children."""
    socket, microseconds = os.environ.pop("NOTIFY_SOCKET", None), os.environ.pop("WATCHDOG_USEC", "")
    asked = os.environ.pop("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
    return ServiceManager(socket, int(microseconds) / 1e6 if asked and microseconds.isdigit() else None)


def refuse_unknown(environment: Mapping[str, str]) -> None:
    """Raise `SettingError` for a THUMPER_* variable that is no setting, naming the nearest one."""
    known = [variable_name(field) for field in Settings.model_fields]
    for name in sorted(environment):
        if name.startswith(PREFIX) and name not in known:
            said = hint(name, Settings.model_fields, spelt=variable_name)
            raise SettingError(f"{name} is not a setting of Thumper{said}")


def _explain(error: ValidationError, given: Mapping[str, Given]) -> str:
    """Turn pydantic's report into one line a setting."""
    lines = []
    for problem in error.errors():
        reason = problem["msg"].removeprefix("Value error, ")
        if not problem["loc"]:
            lines.append(f"settings: {reason}")
            continue
        name = str(problem["loc"][0])
        where = given[name].place if name in given else variable_name(name)
        written = problem["input"]
        if name in SECRET:
            written = without_password(str(written))
        lines.append(f"{where}: {reason} (got {written!r})")
    return "\n".join(lines)
