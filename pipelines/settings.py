"""Settings of one home: `tieout.toml`, `secrets.toml` and the environment brought together and checked.

Belongs here: what may be set, which place wins, and error messages that name the place. Does not belong here: what a
source's own settings mean (`connectors/<system>/config.py`), paths (`pipelines.home`), rules about money or counting
(`rules/*.csv`).

Order, first that has a value wins: environment `TIEOUT_<SYSTEM>__<FIELD>`, `secrets.toml`, `tieout.toml`, defaults.
"""

import difflib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin
from zoneinfo import available_timezones

from croniter import croniter  # type: ignore[import-untyped]  # comes with dlt; has no stubs
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretBytes,
    SecretStr,
    ValidationError,
    create_model,
    field_validator,
)
from pydantic_settings import BaseSettings, InitSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from connectors.files import read_file
from pipelines.home import Home
from pipelines.secret_environment import PREFIX as ENVIRONMENT_PREFIX
from pipelines.secret_environment import environment as process_environment
from pipelines.secret_environment import is_setting

_TIMEZONE = "an IANA time zone, for instance America/New_York"


def _known_timezone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError("not a time zone")
    return value


TimeZone = Annotated[str, AfterValidator(_known_timezone), Field(description=_TIMEZONE)]


class SettingsError(ValueError):
    """Settings are wrong; the message has one line per problem, each naming place, key and what is expected."""


class Schedule(BaseModel):
    """When the `daily` job runs by itself."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    cron: str = Field(default="0 6 * * *", description="a cron expression of five fields, for instance 0 6 * * *")
    timezone: TimeZone = "UTC"
    enabled: bool = Field(default=False, description="true or false (true: the schedule starts with Dagster)")

    @field_validator("cron")
    @classmethod
    def _is_cron(cls, value: str) -> str:
        if len(value.split()) != 5 or not croniter.is_valid(value):
            raise ValueError("not a cron expression")
        return value


@dataclass(frozen=True, slots=True)
class Settings:
    """Checked settings of one home.

    `timezone` says when months begin and end: the home's own, else its schedule's. `sources` holds the configuration
    object of each configured system (switched off ones too). Secret fields are pydantic `SecretStr`: they never show
    in `repr`.
    """

    default_currency: str
    timezone: str
    schedule: Schedule
    sources: Mapping[str, BaseModel]

    @property
    def enabled_sources(self) -> dict[str, BaseModel]:
        """The configured systems that are switched on."""
        return {system: config for system, config in self.sources.items() if getattr(config, "enabled", True)}


def system_models() -> dict[str, type[BaseModel]]:
    """The configuration model of every known source system."""
    from connectors.registry import SYSTEMS

    return {name: system.config_model for name, system in SYSTEMS.items()}


def load_settings(
    home: Home, environment: Mapping[str, str] | None = None, models: Mapping[str, type[BaseModel]] | None = None
) -> Settings:
    """Read and check the settings of a home.

    Args:
        home: The home; files that are missing count as empty.
        environment: Environment variables; default: those of this process.
        models: Configuration model by system; default: those of the registry.

    Raises:
        SettingsError: A file cannot be read or a value is wrong, missing or unknown; lists every problem.
    """
    models = dict(models) if models is not None else system_models()
    places = [
        _Place(
            "the environment", _from_environment(process_environment() if environment is None else environment, models)
        ),
        _Place(str(home.secrets_file), _from_file(home.secrets_file)),
        _Place(str(home.settings_file), _from_file(home.settings_file)),
    ]
    secret_problems = _secrets_in_the_open(places[2], models)
    try:
        loaded: Any = _settings_class(models, places)()
    except ValidationError as error:
        raise SettingsError(
            "\n".join([*secret_problems, *(_explain(problem, places, home, models) for problem in error.errors())])
        ) from None
    if secret_problems:
        raise SettingsError("\n".join(secret_problems))
    configured = loaded.sources.model_fields_set
    sources = {name: getattr(loaded.sources, name) for name in models if name in configured}
    if "exports" in models and "exports" not in sources and _has_exports(home):
        # A file in the inbox is configuration enough: exports need no address and no credential.
        sources["exports"] = models["exports"]()
    if "exports" in sources:
        given = sources["exports"]
        home_values = {"inbox": home.inbox, "currency": loaded.default_currency}
        sources["exports"] = given.model_copy(
            update={key: value for key, value in home_values.items() if getattr(given, key, value) is None}
        )
    return Settings(
        default_currency=loaded.default_currency,
        timezone=loaded.timezone or loaded.schedule.timezone,
        schedule=loaded.schedule,
        sources=sources,
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """One place that settings come from, and what it holds."""

    name: str
    values: dict[str, Any]

    def has(self, location: Iterable[Any]) -> bool:
        """Whether this place sets the key at `location`."""
        node: Any = self.values
        for part in location:
            if not isinstance(node, Mapping) or part not in node:
                return False
            node = node[part]
        return True


def _settings_class(models: Mapping[str, type[BaseModel]], places: list[_Place]) -> type[BaseSettings]:
    """A settings class for these places: built per load, because a home is an argument and not global state."""
    # A typing error must not pass silently, whatever a connector's model says.
    strict: dict[str, Any] = {
        name: type(model.__name__, (model,), {"model_config": ConfigDict(extra="forbid"), "__module__": __name__})
        for name, model in models.items()
    }
    fields: dict[str, Any] = {name: (model | None, None) for name, model in strict.items()}
    sources = create_model("Sources", __config__=ConfigDict(extra="forbid"), **fields)

    class HomeSettings(BaseSettings):
        model_config = SettingsConfigDict(extra="forbid", hide_input_in_errors=True)

        default_currency: Annotated[
            str, Field(pattern=r"^[A-Z]{3}$", description="three capital letters (ISO 4217), for instance USD")
        ] = "USD"
        timezone: TimeZone | None = None
        schedule: Schedule = Schedule()
        sources: Any = None

        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return tuple(InitSettingsSource(settings_cls, init_kwargs=place.values) for place in places)

    return create_model("HomeSettings", __base__=HomeSettings, sources=(sources, Field(default_factory=sources)))


def _from_file(path: Path) -> dict[str, Any]:
    """The values of a TOML file; empty where there is no file."""
    try:
        return tomllib.loads(read_file(path).decode("utf-8-sig"))
    except FileNotFoundError:
        return {}
    except tomllib.TOMLDecodeError as error:
        # The parser's message gives line and column and quotes no value.
        raise SettingsError(f"{path}: not valid TOML: {error}") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{path}: not UTF-8 text: save it as UTF-8") from None
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}") from None


def _from_environment(environment: Mapping[str, str], models: Mapping[str, type[BaseModel]]) -> dict[str, Any]:
    """The values of `TIEOUT_<SYSTEM>__<FIELD>` variables as a nested mapping."""
    sources: dict[str, dict[str, str]] = {}
    for name, value in environment.items():
        if not is_setting(name):
            continue
        system, _, field = name.removeprefix(ENVIRONMENT_PREFIX).lower().partition("__")
        if system not in models:
            raise SettingsError(
                f"the environment: {name}: no source system is called '{system}'{_hint(system, models)}; "
                f"expected TIEOUT_<SYSTEM>__<FIELD> with one of {', '.join(models)}"
            )
        sources.setdefault(system, {})[field] = value
    return {"sources": sources} if sources else {}


def _secrets_in_the_open(place: _Place, models: Mapping[str, type[BaseModel]]) -> list[str]:
    """Secret fields that stand in the settings file, which people keep in git."""
    found = []
    for system, model in models.items():
        for field, info in model.model_fields.items():
            if is_secret(info.annotation) and place.has(("sources", system, field)):
                found.append(
                    f"{place.name}: sources.{system}.{field}: a secret does not belong in this file: move it to "
                    f"secrets.toml beside it, or to {variable(system, field)}, and change it if others saw the file"
                )
    return found


def _explain(problem: Any, places: list[_Place], home: Home, models: Mapping[str, type[BaseModel]]) -> str:
    """One line for one pydantic problem: where, which key, what is expected. Never the value, which may be a secret."""
    location = tuple(problem["loc"])
    key = ".".join(str(part) for part in location)
    place = next((place.name for place in places if place.has(location)), str(home.settings_file))
    kind = problem["type"]
    system = location[1] if len(location) > 1 and location[0] == "sources" else None
    if kind == "extra_forbidden":
        known = _known_keys(location, models)
        name = str(location[-1])
        return f"{place}: {key}: unknown key{_hint(name, known)}; known here: {', '.join(sorted(known))}"
    if kind == "missing" and system in models and len(location) == 3:
        field = str(location[2])
        info = models[str(system)].model_fields.get(field)
        about = f" ({info.description})" if info is not None and info.description else ""
        secret = info is not None and is_secret(info.annotation)
        file = home.secrets_file if secret else home.settings_file
        return (
            f"{file}: {key}: missing{about}: set {field} under [sources.{system}], "
            f"or {variable(str(system), field)} in the environment"
        )
    expected = _expected(location, models) or problem["msg"].removeprefix("Value error, ")
    return f"{place}: {key}: expected {expected.removeprefix('Input should be ')}"


def _known_keys(location: tuple[Any, ...], models: Mapping[str, type[BaseModel]]) -> list[str]:
    """Keys that may stand where `location` ends."""
    if location[:1] == ("sources",):
        return list(models) if len(location) == 2 else list(models[str(location[1])].model_fields)
    if location[:1] == ("schedule",):
        return list(Schedule.model_fields)
    return ["default_currency", "timezone", "schedule", "sources"]


def _expected(location: tuple[Any, ...], models: Mapping[str, type[BaseModel]]) -> str | None:
    """The description of the field at `location`, where it says what is expected better than pydantic does."""
    if location == ("default_currency",):
        return "three capital letters (ISO 4217), for instance USD"
    if location == ("timezone",):
        return _TIMEZONE
    if location[:1] == ("schedule",) and len(location) == 2:
        info = Schedule.model_fields.get(str(location[1]))
        return info.description if info else None
    if location[:1] == ("sources",) and len(location) == 2 and location[1] in models:
        return f"a section [sources.{location[1]}] with keys"
    return None


def _hint(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f": did you mean '{near[0]}'?" if near else ""


def variable(system: str, field: str) -> str:
    """The environment variable of a system's setting."""
    return f"{ENVIRONMENT_PREFIX}{system.upper()}__{field.upper()}"


def is_secret(annotation: Any) -> bool:
    """Whether a field's type is, or may be, a pydantic secret."""
    if annotation in (SecretStr, SecretBytes):
        return True
    if get_origin(annotation) in (Union, UnionType, Annotated):
        return any(is_secret(argument) for argument in get_args(annotation))
    return False


def _has_exports(home: Home) -> bool:
    return home.inbox.is_dir() and any(
        path.is_dir() and not path.name.startswith(".") and any(path.iterdir()) for path in home.inbox.iterdir()
    )
