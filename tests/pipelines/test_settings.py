import pytest
from pydantic import BaseModel, SecretStr

from pipelines.home import Home
from pipelines.settings import SettingsError, load_settings

SECRET = "s3cret-value"


class Psa(BaseModel):
    enabled: bool = True
    company_id: str
    private_key: SecretStr
    page_size: int = 1000


MODELS = {"connectwise": Psa}
GOOD = '[sources.connectwise]\ncompany_id = "x"\n'
GOOD_SECRETS = f'[sources.connectwise]\nprivate_key = "{SECRET}"\n'


def load(home: Home, settings: str = GOOD, secrets: str = GOOD_SECRETS, environment: dict[str, str] | None = None):
    home.settings_file.write_text(settings)
    home.secrets_file.write_text(secrets)
    return load_settings(home, environment or {}, MODELS)


def error_of(home: Home, *args, **kwargs) -> str:
    with pytest.raises(SettingsError) as caught:
        load(home, *args, **kwargs)
    assert SECRET not in str(caught.value)
    return str(caught.value)


def test_files_and_environment_come_together_and_the_environment_wins(home: Home) -> None:
    settings = load(home, environment={"TIEOUT_CONNECTWISE__PAGE_SIZE": "5", "TIEOUT_HOME": "elsewhere"})
    config = settings.sources["connectwise"]
    assert (config.company_id, config.page_size) == ("x", 5)
    assert config.private_key.get_secret_value() == SECRET


def test_secrets_do_not_show(home: Home) -> None:
    assert SECRET not in repr(load(home))


def test_an_empty_home_has_defaults_and_no_source(tmp_path) -> None:
    settings = load_settings(Home(tmp_path), {}, MODELS)
    assert (settings.default_currency, settings.schedule.enabled, settings.sources) == ("USD", False, {})


def test_a_source_that_is_off_is_configured_and_not_enabled(home: Home) -> None:
    settings = load(home, GOOD + "enabled = false\n")
    assert list(settings.sources) == ["connectwise"]
    assert settings.enabled_sources == {}


@pytest.mark.parametrize(
    ("settings", "secrets", "environment", "said"),
    [
        ("a = \n", "", {}, ["tieout.toml", "not valid TOML", "line 1"]),
        (GOOD, "x = [", {}, ["secrets.toml", "not valid TOML"]),
        (
            GOOD,
            "",
            {},
            ["secrets.toml", "sources.connectwise.private_key", "missing", "TIEOUT_CONNECTWISE__PRIVATE_KEY"],
        ),
        ("[sources.connectwise]\n", GOOD_SECRETS, {}, ["tieout.toml", "sources.connectwise.company_id", "missing"]),
        (GOOD + "page_siz = 3\n", GOOD_SECRETS, {}, ["tieout.toml", "page_siz", "did you mean 'page_size'"]),
        (GOOD + 'page_size = "many"\n', GOOD_SECRETS, {}, ["tieout.toml", "sources.connectwise.page_size", "integer"]),
        ("[sources.conectwise]\n", "", {}, ["sources.conectwise", "did you mean 'connectwise'"]),
        ("shedule = 1\n", "", {}, ["shedule", "did you mean 'schedule'"]),
        ('default_currency = "dollar"\n', "", {}, ["default_currency", "ISO 4217"]),
        ('[schedule]\ncron = "every day"\n', "", {}, ["schedule.cron", "five fields"]),
        ('[schedule]\ntimezone = "Mars/Base"\n', "", {}, ["schedule.timezone", "IANA"]),
        (GOOD, GOOD_SECRETS, {"TIEOUT_CONNECTWISE__PAGE_SIZE": "many"}, ["the environment", "page_size", "integer"]),
        (GOOD, GOOD_SECRETS, {"TIEOUT_CONECTWISE__PAGE_SIZE": "1"}, ["TIEOUT_CONECTWISE__PAGE_SIZE", "connectwise"]),
        (
            GOOD + f'private_key = "{SECRET}"\n',
            "",
            {},
            ["tieout.toml", "private_key", "does not belong", "secrets.toml"],
        ),
    ],
)
def test_a_mistake_is_named_with_place_key_and_expectation(
    home: Home, settings: str, secrets: str, environment: dict[str, str], said: list[str]
) -> None:
    message = error_of(home, settings, secrets, environment)
    for part in said:
        assert part in message


def test_all_mistakes_are_told_at_once(home: Home) -> None:
    assert len(error_of(home, GOOD + 'page_size = "many"\nother = 1\n').splitlines()) == 2


def test_a_file_in_the_inbox_is_configuration_enough_for_exports(home: Home) -> None:
    (home.inbox / "autotask").mkdir()
    (home.inbox / "autotask" / "lines.csv").write_text("a,b\n")
    settings = load_settings(home, {})
    assert settings.sources["exports"].inbox == home.inbox
    assert "exports" in settings.enabled_sources


def test_the_template_of_a_new_home_is_valid(home: Home) -> None:
    assert load_settings(home, {}).default_currency == "USD"


@pytest.mark.parametrize(
    ("settings", "months", "schedule"),
    [
        ("", "UTC", "UTC"),
        ('[schedule]\ntimezone = "America/Denver"\n', "America/Denver", "America/Denver"),
        ('timezone = "America/Denver"\n', "America/Denver", "UTC"),
        ('timezone = "Pacific/Auckland"\n[schedule]\ntimezone = "UTC"\n', "Pacific/Auckland", "UTC"),
    ],
)
def test_months_are_those_of_the_home_or_else_of_its_schedule(
    home: Home, settings: str, months: str, schedule: str
) -> None:
    loaded = load(home, settings + GOOD)
    assert (loaded.timezone, loaded.schedule.timezone) == (months, schedule)


def test_a_time_zone_that_is_none_is_refused(home: Home) -> None:
    said = error_of(home, 'timezone = "Denver"\n' + GOOD)
    assert "timezone" in said
    assert "an IANA time zone, for instance America/New_York" in said
